"""What people are told, when, and what of it they see: through the acts that cause it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from tests.web.review.stage import judge, panel_for, review_all, sign
from tests.web.scorecards.judged import judged
from web.db import Database, now
from web.kit.site import Site
from web.models import GroupMessage, Notice, NoticeKind, Recording, RecordingState, User, UserRole
from web.notices import imports, sweep
from web.notices.words import kind_names, kinds_for, sentence
from web.summaries.keep import refresh_stale

Cast = dict[str, Any]


def told(db: Database, user: User) -> list[tuple[NoticeKind, int | None]]:
    with db.reading() as session:
        rows = session.execute(
            select(Notice.kind, Notice.recording_id).where(Notice.user_id == user.id).order_by(Notice.id)
        )
        return [(kind, recording) for kind, recording in rows]


@pytest.fixture
def signed(app: Flask, db: Database, people: Cast, login: Login) -> int:
    """A recording of 王师傅 that 小陈 signed."""
    number = judge(app, db, "followup-02")
    client = login("qa")
    review_all(client, panel_for(app, db, people["qa"], number))
    assert sign(client, panel_for(app, db, people["qa"], number)).status_code == 303
    return number


def test_a_technician_is_told_of_his_signed_recording_and_opens_it(
    db: Database, login: Login, people: Cast, signed: int
) -> None:
    assert told(db, people["technician"]) == [(NoticeKind.RESULT_SIGNED, signed)]
    assert told(db, people["technician2"]) == []
    browser = login("technician")
    bell = page(browser.get("/")).one("a", href="/notices?show=unread")
    assert (bell.text, bell.get("aria-label")) == ("1", "通知，1 条未读")
    (line,) = page(browser.get("/notices")).one("ul", id="notices").all("li")
    assert line.get("data-unread") == "true"
    assert "已签核" in line.text
    assert browser.get(line.one("a").get("href") or "").location == f"/recordings/{signed}"
    bell = page(browser.get("/")).one("a", href="/notices")
    assert (bell.text, bell.get("aria-label")) == ("", "通知")


def test_an_appeal_is_told_to_qa_and_its_answer_to_who_filed_it(
    db: Database, login: Login, people: Cast, signed: int
) -> None:
    technician, judge_ = login("technician"), login("qa")
    assert technician.post(f"/recordings/{signed}/appeals/farewell", data={"text": "说了"}).status_code == 303
    for who in ("qa", "qa2"):
        assert told(db, people[who]) == [(NoticeKind.APPEAL_FILED, signed)]
    assert told(db, people["manager"]) == told(db, people["admin"]) == []
    (line,) = page(judge_.get("/notices")).one("ul", id="notices").all("li")
    assert "王师傅" in line.text
    assert judge_.get(line.one("a").get("href") or "").location == "/appeals?state=open"
    answer = {"answer": "rejected", "resolution": "复听过，没有说"}
    assert judge_.post("/appeals/1/resolve", data=answer).status_code == 303
    assert told(db, people["technician"])[-1] == (NoticeKind.APPEAL_ANSWERED, signed)
    shown = page(technician.get("/notices")).one("ul", id="notices").all("li")[0]
    assert "申诉不成立" in shown.text
    assert technician.get(shown.one("a").get("href") or "").location == "/appeals?appeal=1"  # where he can go on


def test_who_had_recordings_taken_over_is_told_once(app: Flask, db: Database, login: Login, people: Cast) -> None:
    numbers = [judge(app, db, "followup-02"), judge(app, db, "visit-03")]
    login("qa").post("/review/hand", data={"act": "take", "id": numbers})
    assert told(db, people["qa"]) == []
    login("qa2").post("/review/hand", data={"act": "over", "id": numbers})
    assert told(db, people["qa"]) == [(NoticeKind.TAKEN_OVER, None)]
    assert told(db, people["qa2"]) == []
    assert "小林 接手了您要复核的 2 段录音" in page(login("qa").get("/notices")).text
    assert login("qa").get("/notices/1").location == "/review?queue=mine"


def test_what_was_not_stored_is_not_told(db: Database, login: Login, people: Cast, signed: int) -> None:
    login("technician").post(f"/recordings/{signed}/appeals/farewell", data={"text": ""})  # refused
    assert told(db, people["qa"]) == []


def test_a_notice_is_its_users_alone(db: Database, login: Login, people: Cast, signed: int) -> None:
    assert login("technician2").get("/notices/1").status_code == 404
    assert login("qa").get("/notices/1").status_code == 404
    assert login("qa").post("/notices/read").status_code == 303
    with db.reading() as session:
        assert session.get_one(Notice, 1).read_at is None
    assert login("technician").post("/notices/read").status_code == 303
    with db.reading() as session:
        assert session.get_one(Notice, 1).read_at is not None


def test_a_notice_about_what_one_may_no_longer_see_leads_to_the_list(
    db: Database, login: Login, people: Cast, signed: int
) -> None:
    with db.writing() as session:
        session.get_one(Recording, signed).deleted_at = now()
    assert login("technician").get("/notices/1").location == "/recordings/"


def test_a_published_month_is_told_to_everybody_but_who_published_it(db: Database, login: Login, people: Cast) -> None:
    with db.writing() as session:
        judged(session, people["wang"], "a", dt.date(2026, 9, 10))
    while refresh_stale(db):
        pass
    browser = login("manager")
    fields = page(browser.get("/scorecards/months?month=2026-09")).all("input", name="digest")
    assert (
        browser.post("/scorecards/months", data={"month": "2026-09", "digest": fields[0].get("value")}).status_code
        == 302
    )
    everybody = {name for name, row in people.items() if isinstance(row, User)}
    assert {name for name in everybody if told(db, people[name])} == everybody - {"manager"}
    assert login("technician").get("/notices/1").status_code in (302, 404)


def test_uploads_are_told_once_when_the_last_is_done(here: Site, db: Database, people: Cast) -> None:
    def uploaded(name: str, state: RecordingState) -> int:
        with db.writing() as session:
            return cast.recording(session, None, name, state=state, uploaded_by_id=people["qa"].id).id

    def done(number: int, state: RecordingState) -> None:
        with db.writing() as session:
            session.get_one(Recording, number).state = state

    uploaded("早先.mp3", RecordingState.JUDGED)
    imports.look(here)  # what was there before is no news
    first, second = uploaded("一.mp3", RecordingState.QUEUED), uploaded("二.mp3", RecordingState.RUNNING)
    done(first, RecordingState.JUDGED)
    imports.look(here)
    assert told(db, people["qa"]) == []
    done(second, RecordingState.FAILED)
    imports.look(here)
    imports.look(here)
    assert told(db, people["qa"]) == [(NoticeKind.IMPORT_FINISHED, None)]
    with db.reading() as session:
        assert session.scalars(select(Notice.facts)).one() == {"recordings": 2, "failed": 1}
    third = uploaded("三.mp3", RecordingState.QUEUED)
    imports.look(here)
    done(third, RecordingState.JUDGED)
    imports.look(here)
    with db.reading() as session:
        assert session.scalars(select(Notice.facts).order_by(Notice.id)).all()[1] == {"recordings": 1, "failed": 0}


def test_notices_are_kept_for_their_days(here: Site, db: Database, people: Cast) -> None:
    days = dt.timedelta(days=here.web.notice_days)
    with db.writing() as session:
        for age in (days - dt.timedelta(hours=1), days + dt.timedelta(hours=1)):
            session.add(Notice(user_id=people["qa"].id, kind=NoticeKind.APPEAL_FILED, at=now() - age))
    sweep.sweep(here)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 1


def test_without_an_address_nothing_is_put_aside_for_groups(db: Database, login: Login, signed: int) -> None:
    login("technician").post(f"/recordings/{signed}/appeals/farewell", data={"text": "说了"})
    with db.reading() as session:
        assert session.scalars(select(GroupMessage)).all() == []


def test_each_kind_has_words_and_somebody_to_be_told(app: Flask) -> None:
    with app.test_request_context():
        names = kind_names()
        assert set(names) == set(NoticeKind)
        assert {kind for role in UserRole for kind in kinds_for(role)} == set(NoticeKind)
        for kind in NoticeKind:
            facts = {"month": "2026-10", "edition": 2, "recordings": 3, "item": "farewell"}
            assert sentence(kind, facts, by="小林", technician="王师傅", clause="道别", when="2026-11-23 10:00")
