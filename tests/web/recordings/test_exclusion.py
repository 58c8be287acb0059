"""A recording that a person takes out of all figures: seen as such, counted nowhere, and put back whenever wanted."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import page
from tests.web.review.stage import decide, judge, panel_for, review_all, sign
from web.db import Database
from web.intake import removal, rows
from web.models import Appeal, AuditEntry, Clip, Exclusion, Recording, RecordingState, ReviewState, Technician
from web.summaries import keep

Cast = dict[str, Any]

FIGURES = (
    "/scorecards/team?period=2026-11",
    "/scorecards/technicians/{wang}?period=2026-11",
    "/scorecards/technicians/{wang}/print?month=2026-11",
    "/standards/property-visit?period=2026-11",
    "/scorecards/months",
    "/scorecards/words?period=2026-11",
    "/scorecards/words/said?word=热水器&period=2026-11",
    "/scorecards/talk?period=2026-11",
    "/scorecards/digest",
    "/scorecards/export.csv?period=2026-11",
    "/review",
    "/review?queue=sample",
    "/review?queue=returned",
    "/review/agreement",
    "/recordings/?flag=missed",
    "/recordings/?item=inquiry&verdict=missed",
    "/recordings/?review=started",
    "/",
)


def exclude(client: FlaskClient, number: int, reason: str = "trial", text: str = "") -> Any:
    return client.post(f"/recordings/{number}/exclude", data={"reason": reason, "text": text})


def row(db: Database, number: int) -> Recording:
    with db.reading() as session:
        return session.get_one(Recording, number)


def figures(app: Flask, db: Database, client: FlaskClient) -> dict[str, str]:
    """The words of every page of figures, as they now are."""
    while keep.refresh_stale(db):
        pass
    with db.reading() as session:
        wang = session.scalars(select(Technician.id).where(Technician.staff_no == "1001")).one()
    client.get("/recordings/")  # takes away what the last form had to tell
    told = {}
    for address in FIGURES:
        answer = client.get(address.format(wang=wang), follow_redirects=True)
        assert answer.status_code == 200, (address, answer.status_code)
        told[address] = answer.get_data(as_text=True) if ".csv" in address else page(answer).one("main").text
    return told


def test_every_figure_is_as_if_the_recording_had_never_been_and_comes_back_whole(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    """Excluded = deleted, page by page, and put back = as before. Runs on PostgreSQL as well (`make test-scale`)."""
    for staff_no in ("1001", "1002", "1001"):
        judge(app, db, staff_no=staff_no, sampled=True)
    test = judge(app, db, sampled=True, suspicion="do-not-know")
    decide(login("qa"), panel_for(app, db, people["qa"], test), "greeting", "set", "met", "听到了")
    with db.writing() as session:
        session.add(
            Clip(
                recording_id=test, technician_id=people["wang"].id, standard_id="property-visit", item_id="greeting",
                start_s=2.0, end_s=5.0, quote="试试这个片段", good=True, chosen_by_id=people["qa"].id,
            )
        )  # fmt: skip
    client = login("admin")
    whole = figures(app, db, client)
    assert exclude(client, test).status_code == 303
    without = figures(app, db, client)
    same = {address for address in FIGURES if without[address] == whole[address]}
    nothing_of_it = {
        "/scorecards/months",
        "/review?queue=returned",
        "/",
        "/scorecards/technicians/{wang}/print?month=2026-11",
    }
    assert same <= nothing_of_it
    assert client.post(f"/recordings/{test}/count-again").status_code == 303
    assert figures(app, db, client) == whole
    assert exclude(client, test).status_code == 303
    assert figures(app, db, client) == without
    with app.app_context(), db.writing() as session:
        removal.remove(session, test)
    gone = figures(app, db, client)
    assert {address for address in FIGURES if gone[address] != without[address]} == set()


def test_the_page_and_the_list_say_so_and_offer_the_way_back(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, other, client = judge(app, db), judge(app, db, "followup-02"), login("qa")
    answer = page(
        client.post(
            f"/recordings/{number}/exclude", data={"reason": "other", "text": "客户家的电视"}, follow_redirects=True
        )
    )
    assert "这段录音不计入统计：其他（客户家的电视）" in answer.text and "小陈" in answer.text
    assert not answer.all("form", class_="clause-answer") and not answer.all("button", **{"data-confirm-verdict": ""})
    listed = page(client.get("/recordings/"))
    assert len(listed.all("input", name="id")) == 2
    assert "不计入：其他" in listed.text
    only = page(client.get("/recordings/?state=excluded"))
    assert [box.get("value") for box in only.all("input", name="id")] == [str(number)]
    marked = page(client.get("/recordings/?flag=missed"))  # a question about results is asked of what counts
    assert [box.get("value") for box in marked.all("input", name="id")] == [str(other)]
    told = list(csv.reader(io.StringIO(client.get("/recordings/export.csv").get_data(as_text=True).lstrip("\ufeff"))))
    states = {line[0]: line[told[0].index("状态")] for line in told[1:]}
    assert states[str(number)] == "不计入统计（其他）"
    assert client.post(f"/recordings/{number}/count-again").status_code == 303
    assert row(db, number).state is RecordingState.JUDGED
    assert "不计入统计：" not in page(client.get(f"/recordings/{number}")).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "请选择为什么"),
        ({"reason": "boring"}, "请选择为什么"),
        ({"reason": "other", "text": "  "}, "要写明原因"),
        ({"reason": "other", "text": "长" * 201}, "最多 200 个字"),
    ],
)
def test_without_a_reason_nothing_is_excluded(
    app: Flask, db: Database, people: Cast, login: Login, form: dict[str, str], words: str
) -> None:
    number = judge(app, db)
    assert words in page(login("qa").post(f"/recordings/{number}/exclude", data=form), 422).text
    assert (
        words
        in page(
            login("qa").post(
                "/recordings/bulk", data={"action": "exclude", "id": number, **form}, follow_redirects=True
            )
        ).text
    )
    assert row(db, number).state is RecordingState.JUDGED


def test_what_is_signed_or_contested_or_changed_meanwhile_is_not_excluded(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = judge(app, db), login("qa")
    stale = {"reason": "trial", "revision": row(db, number).revision}
    review_all(client, panel_for(app, db, people["qa"], number))
    assert client.post(f"/recordings/{number}/exclude", data=stale).status_code == 409
    sign(client, panel_for(app, db, people["qa"], number))
    assert exclude(client, number).status_code == 409
    assert client.get(f"/recordings/{number}/exclude").status_code == 409
    assert row(db, number).review_state is ReviewState.SIGNED
    revision = row(db, number).revision
    client.post(f"/recordings/{number}/reopen", data={"revision": revision, "reason": "重听"})
    with db.writing() as session:
        session.add(Appeal(recording_id=number, item_id="greeting", user_id=people["technician"].id, text="我说了"))
    assert "先处理申诉" in page(exclude(client, number), 422).text
    with db.writing() as session:
        session.scalars(select(Appeal)).one().state = "rejected"
    assert exclude(client, number).status_code == 303


@pytest.mark.parametrize("who", ["manager", "technician"])
def test_only_the_office_excludes(app: Flask, db: Database, people: Cast, login: Login, who: str) -> None:
    number = judge(app, db)
    assert exclude(login(who), number).status_code == 403
    assert login(who).post(f"/recordings/{number}/count-again").status_code == 403
    assert row(db, number).state is RecordingState.JUDGED


def test_many_are_excluded_at_once_and_put_back_at_once(app: Flask, db: Database, people: Cast, login: Login) -> None:
    client, numbers = login("qa"), [judge(app, db) for _ in range(3)]
    review_all(client, panel_for(app, db, people["qa"], numbers[0]))
    sign(client, panel_for(app, db, people["qa"], numbers[0]))
    form = {"action": "exclude", "id": numbers, "reason": "unconnected"}
    told = page(client.post("/recordings/bulk", data=form, follow_redirects=True)).text
    assert "已不计入统计：2 段" in told and "1 段已签核" in told
    assert [row(db, n).state for n in numbers] == [RecordingState.JUDGED, *[RecordingState.EXCLUDED] * 2]
    form = {"action": "count-again", "all": "1"}
    client.post("/recordings/bulk?state=excluded", data=form)
    assert [row(db, n).state for n in numbers] == [RecordingState.JUDGED] * 3
    with db.reading() as session:
        assert session.scalars(select(Exclusion)).all() == []


def test_it_stands_in_the_audit_log_with_its_reason(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    exclude(login("qa"), number, "other", "放错了文件夹")
    login("qa2").post(f"/recordings/{number}/count-again")
    with db.reading() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.object_id == str(number))).all()
    told = [(e.action, e.username, e.detail) for e in found if e.action.startswith("recording-")]
    assert told == [
        ("recording-excluded", "chen", {"reason": "other", "detail": "放错了文件夹"}),
        ("recording-counted-again", "lin", {}),
    ]
    shown = page(login("admin").get("/admin/audit")).text
    assert "不计入统计" in shown and "恢复计入统计" in shown


def test_what_becomes_of_its_work_does_not_bring_it_back(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number, client = judge(app, db), login("qa")
    exclude(client, number)
    assert client.post(f"/recordings/{number}/rejudge").status_code in (200, 302)
    with app.app_context(), db.writing() as session:
        rows.record_analysis(session, number, analysis("visit-03"), "rescored")
    assert row(db, number).state is RecordingState.EXCLUDED
    panel = panel_for(app, db, people["qa"], number)
    assert not panel.may_decide and not panel.may_sign
    assert "不计入统计" in page(decide(client, panel, "greeting"), 422).text
    assert sign(client, panel).status_code == 422
    client.post(f"/recordings/{number}/count-again")
    assert row(db, number).state is RecordingState.JUDGED


def test_one_that_waits_for_its_details_waits_again_when_it_is_put_back(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    from tests.web import cast

    with db.writing() as session:
        number = cast.recording(session, None, standard_id=None, state=RecordingState.NEEDS_DATA).id
    client = login("qa")
    exclude(client, number, "unrelated")
    assert row(db, number).state is RecordingState.EXCLUDED
    client.post(f"/recordings/{number}/count-again")
    assert row(db, number).state is RecordingState.NEEDS_DATA
