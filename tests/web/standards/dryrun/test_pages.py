"""Pages of dry runs, role by role: begin, look, stop, the file; and judging again after a publication."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.dryrun import town
from web.db import Database
from web.dryrun import rejudging
from web.kit.site import Site
from web.models import DraftState, Job, Recording, RunState, StandardDraft, StandardRejudging, StandardRun

OFFICE = ("qa", "admin")
OTHERS = ("manager", "manager_east", "technician")


@pytest.fixture
def ids(db: Database, people: dict[str, Any]) -> list[int]:
    with db.writing() as session:
        rows = [town.recorded(session, people["wang"], "一.mp3"), town.recorded(session, people["li"], "二.mp3")]
        cast.sign(session, rows[1])
        return [row.id for row in rows]


@pytest.fixture
def draft_id(here: Site, db: Database, people: dict[str, Any]) -> int:
    with db.writing() as session:
        return town.draft(session, here, people["qa"].id).id


@pytest.fixture
def run_id(db: Database, draft_id: int, ids: list[int]) -> int:
    with db.writing() as session:
        return town.finished_run(session, draft_id, ids)


def addresses(draft_id: int, run_id: int) -> tuple[str, ...]:
    return f"/standards/drafts/{draft_id}/runs", f"/standards/runs/{run_id}", f"/standards/runs/{run_id}.csv"


def test_only_the_office_sees_runs_and_begins_them(login: Login, draft_id: int, run_id: int) -> None:
    for who in OFFICE:
        assert [login(who).get(path).status_code for path in addresses(draft_id, run_id)] == [200, 200, 200]
    for who in OTHERS:
        browser = login(who)
        assert [browser.get(path).status_code for path in addresses(draft_id, run_id)] == [403, 403, 403]
        assert browser.post(f"/standards/drafts/{draft_id}/runs").status_code == 403
        assert browser.post(f"/standards/runs/{run_id}/stop").status_code == 403


def test_a_run_is_begun_with_a_choice_and_waits_for_the_worker(
    login: Login, db: Database, people: dict[str, Any], draft_id: int, ids: list[int]
) -> None:
    browser = login("qa")
    form = {"first": "2026-11-01", "last": "2026-11-30", "team": f"{people['east'].id}", "most": "50"}
    answer = browser.post(f"/standards/drafts/{draft_id}/runs", data=form)
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "等待后台进程" in page
    assert "2026-11-01 至 2026-11-30 录的，东区，最近 50 段" in page
    assert "已试算 0 / 1 段" in page
    with db.reading() as session:
        run = session.scalars(select(StandardRun)).one()
    assert (run.first, run.team_id, run.most, run.total) == (dt.date(2026, 11, 1), people["east"].id, 50, 1)
    assert run.created_by_id == people["qa"].id


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"first": "昨天"}, "开始日期“昨天”不是日期"),
        ({"last": "0001-01-01"}, "不可能，请改正年份"),
        ({"first": "2026-11-30", "last": "2026-11-01"}, "结束日期不能早于开始日期"),
        ({"most": "-3"}, "请填 1 到 100000 的整数"),
        ({"most": "²"}, "请填 1 到 100000 的整数"),
        ({"first": "2030-01-01"}, "没有已判分、文字还在的录音"),
    ],
)
def test_a_choice_that_cannot_be_is_told_and_stays_in_the_form(
    login: Login, draft_id: int, ids: list[int], form: dict[str, str], words: str
) -> None:
    answer = login("qa").post(f"/standards/drafts/{draft_id}/runs", data=form)
    assert answer.status_code == 422
    assert words in answer.text
    for value in form.values():
        assert f'value="{value}"' in answer.text


def test_the_result_names_clauses_people_points_and_where_to_hear_it(login: Login, run_id: int, ids: list[int]) -> None:
    page = login("qa").get(f"/standards/runs/{run_id}").text
    assert "1 / 1" in page
    assert "100.0 → 80.0" in page
    assert "−20.0" in page
    assert "达标 → 未达标" in page
    assert "您好，我是服务中心的维修人员。" in page
    assert f"/recordings/{ids[0]}?t=1.5#clause-greeting" in page
    assert "已签核，不会改动：1 段" in page
    assert f"/recordings/{ids[1]}?" not in page


def test_signed_recordings_stand_apart(login: Login, run_id: int, ids: list[int]) -> None:
    page = login("qa").get(f"/standards/runs/{run_id}?show=signed").text
    assert f"/recordings/{ids[1]}?t=1.5#clause-greeting" in page
    assert f"/recordings/{ids[0]}?" not in page


def test_each_figure_opens_its_recordings(login: Login, people: dict[str, Any], run_id: int, ids: list[int]) -> None:
    browser = login("qa")

    def shows(asked: str) -> bool:
        return f"/recordings/{ids[0]}?t=1.5" in browser.get(f"/standards/runs/{run_id}?{asked}").text

    assert shows("item=property-visit/greeting&way=lost")
    assert not shows("item=property-visit/greeting&way=gained")
    assert not shows("item=property-visit/farewell")
    assert shows(f"technician={people['wang'].id}")
    assert not shows(f"technician={people['li'].id}")
    assert not shows("technician=0")


def test_the_file_has_a_line_for_every_clause(login: Login, run_id: int, ids: list[int]) -> None:
    answer = login("admin").get(f"/standards/runs/{run_id}.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 2
    cells = dict(zip(rows[0], rows[1], strict=True))
    assert cells["录音编号"] == str(ids[0])
    assert (cells["原得分"], cells["试算得分"], cells["变化"]) == ("100.0", "80.0", "达标 → 未达标")
    assert cells["原话"] == "您好，我是服务中心的"


def test_a_run_is_stopped_and_the_page_is_asked_for_again_at_its_end(
    login: Login, db: Database, draft_id: int, ids: list[int]
) -> None:
    browser = login("qa")
    place = browser.post(f"/standards/drafts/{draft_id}/runs").location
    part = browser.get(place, headers={"HX-Request": "true"})
    assert 'data-state="running"' in part.text
    assert "<html" not in part.text
    assert "HX-Refresh" not in part.headers
    assert "试算已停止" in browser.post(f"{place}/stop", follow_redirects=True).text
    assert "试算已经结束" in browser.post(f"{place}/stop", follow_redirects=True).text
    assert browser.get(place, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    with db.reading() as session:
        assert session.scalars(select(StandardRun)).one().state is RunState.STOPPED


def test_a_draft_that_was_changed_since_is_told(login: Login, db: Database, draft_id: int, run_id: int) -> None:
    with db.writing() as session:
        session.get_one(StandardDraft, draft_id).revision = 9
    assert "草稿后来又改过" in login("qa").get(f"/standards/runs/{run_id}").text


def test_what_is_not_there_is_not_found(login: Login) -> None:
    browser = login("qa")
    for path in (*addresses(99, 99), "/standards/rejudge/99"):
        assert browser.get(path).status_code == 404
    for path in ("/standards/drafts/99/runs", "/standards/runs/99/stop", "/standards/rejudge/99"):
        assert browser.post(path).status_code == 404


def test_a_published_version_says_how_many_recordings_it_leaves_and_has_them_judged_again(
    login: Login, here: Site, db: Database, ids: list[int]
) -> None:
    with db.writing() as session:
        version_id = town.publish(session, here, dt.date(2026, 11, 1)).id
    browser, place = login("qa"), f"/standards/rejudge/{version_id}"
    page = browser.get(place).text
    assert "重新判定 1 段" in page
    answer = browser.post(place, follow_redirects=True).text
    assert "1 段录音会在后台重新判分" in answer
    assert "停止" in answer
    assert "已经在重新判分" in browser.post(place, follow_redirects=True).text
    rejudging.step(here)
    with db.reading() as session:
        assert session.scalars(select(Job.recording_id)).all() == [ids[0]]
        row = session.scalars(select(StandardRejudging)).one()
        assert (row.state, row.signed) == (RunState.DONE, 1)
        assert session.get_one(Recording, ids[1]).review_state == "signed"
    page = browser.get(place).text
    assert "上一次重新判分" in page
    for who in OTHERS:
        assert login(who).get(place).status_code == 403
        assert login(who).post(place).status_code == 403


def test_a_run_of_a_published_draft_leads_to_judging_again(
    login: Login, here: Site, db: Database, draft_id: int, run_id: int
) -> None:
    with db.writing() as session:
        session.get_one(StandardDraft, draft_id).state = DraftState.PUBLISHED
        version_id = town.publish(session, here, dt.date(2026, 11, 1)).id
    assert f"/standards/rejudge/{version_id}" in login("qa").get(f"/standards/runs/{run_id}").text
