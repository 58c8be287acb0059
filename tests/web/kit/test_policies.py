"""Pass mark, least number and open suspicions are those of the standard in effect on a recording's day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.review.stage import judge
from web.db import Database
from web.kit import policies
from web.kit.site import Site
from web.lexicon import drafts, versions
from web.lexicon.policy import Value, written
from web.models import Recording, ReviewState, Verdict
from web.summaries import keep

VISIT, FILE = "property-visit", "property-visit.yaml"


def publish(app: Flask, db: Database, here: Site, day: str, **changes: Value) -> None:
    """A version of the visit standard with these settings, from a day on."""
    with app.app_context(), db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, None)
        text = written(drafts.text_in(session, here, draft, FILE) or "", changes)
        drafts.save(session, here, draft.id, draft.revision, {FILE: text}, None, "设置")
        versions.publish(session, here, draft.id, draft.revision, "试", dt.date.fromisoformat(day), None)


def at(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T10:00+08:00")


@pytest.fixture
def marked(app: Flask, db: Database, here: Site, people: dict[str, Any]) -> None:
    """From the 10th on 60 passes, from the 20th on 80."""
    publish(app, db, here, "2026-11-10", pass_mark=60.0)
    publish(app, db, here, "2026-11-20", pass_mark=80.0, min_recordings=40)


def test_a_mark_holds_from_its_day_on_and_no_earlier(app: Flask, marked: None) -> None:
    with app.test_request_context():
        told = [policies.passed(VISIT, at(f"2026-11-{day}"), 70.0) for day in ("09", "10", "19", "20")]
        assert told == [None, True, True, False]
        assert policies.passed(VISIT, at("2026-11-21"), 80.0) is True
        assert policies.passed(VISIT, at("2026-11-21"), None) is None
        assert policies.passed("property-followup", at("2026-11-21"), 10.0) is None
        first, last = dt.date(2026, 11, 1), dt.date(2026, 11, 30)
        assert [(m.first.day, m.last.day, m.mark) for m in policies.marks_in(first, last)] == [
            (10, 19, 60),
            (20, 30, 80),
        ]


def test_without_a_mark_nobody_passes_or_fails(app: Flask, login: Login, db: Database, people: dict[str, Any]) -> None:
    number = judge(app, db)
    for path in (f"/recordings/{number}", "/recordings/", "/scorecards/team"):
        assert "合格" not in page(login("qa").get(path)).text


def test_the_least_number_is_the_standards_else_the_sites(app: Flask, marked: None, here: Site) -> None:
    with app.test_request_context():
        assert policies.minimum(VISIT) == 40
        assert policies.minimum("property-followup") == policies.minimum() == here.web.min_recordings


def test_pages_say_who_passes(app: Flask, login: Login, db: Database, people: dict[str, Any], marked: None) -> None:
    number = judge(app, db, recorded_at=at("2026-11-23"), recorded_on=dt.date(2026, 11, 23))
    judge(app, db, polite=True, recorded_at=at("2026-11-12"), recorded_on=dt.date(2026, 11, 12))
    browser = login("qa")
    assert "不合格" in page(browser.get(f"/recordings/{number}")).text
    assert page(browser.get("/recordings/")).text.count("合格") == 2
    with db.reading() as session:
        scores = sorted((r.recorded_on.day, r.score) for r in session.query(Recording))
    passing = sum(score >= (60 if day < 20 else 80) for day, score in scores)
    share = f"{100 * passing / 2:.0f}%"
    while keep.refresh_stale(db):
        pass
    people_page = f"/scorecards/technicians/{people['wang'].id}"
    for path in ("/scorecards/team", people_page):
        assert f"合格率 {share}" in page(browser.get(path)).text
    assert "少于 40 次" in page(browser.get(f"/standards/{VISIT}")).text  # the standard's least number


@pytest.mark.parametrize(("suspicions", "told"), [("shown", True), ("hidden", False)])
def test_a_technician_sees_a_suspicion_that_people_left_open_where_the_standard_says_so(
    app: Flask, login: Login, db: Database, here: Site, people: dict[str, Any], suspicions: str, told: bool
) -> None:
    if suspicions != "shown":
        publish(app, db, here, "2026-11-01", suspicions=suspicions)
    number = judge(app, db, suspicion="do-not-know")
    with db.writing() as session:
        verdict = session.get_one(Verdict, (number, "do-not-know"))
        verdict.human = verdict.final = "cannot_judge"
        session.get_one(Recording, number).review_state = ReviewState.SIGNED
    reason = "第二.5条"
    line = page(login("technician").get(f"/recordings/{number}")).one(id="clause-do-not-know").text
    assert (reason in line) is told, line
    assert reason in page(login("qa").get(f"/recordings/{number}")).one(id="clause-do-not-know").text
