"""Who is told of what: by the acts that cause it, in the transaction of what happened."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.hooks.conftest import Subscribe
from tests.web.html import page
from tests.web.review.stage import judge, panel_for, review_all, sign
from tests.web.scorecards.judged import judged
from web import queue
from web.db import Database
from web.hooks import outbox, payload
from web.kit.site import Site
from web.models import (
    Hook,
    HookDelivery,
    HookEvent,
    HookState,
    JobKind,
    Recording,
    RecordingState,
    Technician,
)
from web.summaries.keep import refresh_stale
from web.worker import assignment

URL = "https://hooks.example.com/tingjian"
Cast = dict[str, Any]


def told(db: Database) -> list[tuple[str, dict[str, Any]]]:
    with db.reading() as session:
        rows = session.scalars(select(HookDelivery).order_by(HookDelivery.id)).all()
        return [(row.event.value, row.facts) for row in rows]


def heard(db: Database, technician: Technician, document: dict[str, Any], number: int = 0, **more: Any) -> int:
    """A job that ends with this analysis; of a recording that there is, else of a new one."""
    with db.writing() as session:
        if not number:
            row = cast.recording(session, technician, "上门.m4a", stored_key="x", standard_id="property-visit", **more)
            number = row.id
        queue.enqueue(session, number, JobKind.HEAR)
        held = assignment.take(session, "w", 30.0, tuple(JobKind))
    assert held is not None
    with db.writing() as session:
        assert assignment.store(session, held, document)
    return number


def polite() -> dict[str, Any]:
    """Visit 3 without a forbidden word."""
    document = copy.deepcopy(analysis("visit-03"))
    for item in document["items"]:
        if item["kind"] == "forbidden" and item["how"] == "rule":
            item |= {"verdict": "met", "credit": 1.0, "hits": []}
    return document


def test_a_finished_recording_is_told_with_its_score_and_what_it_accuses(
    db: Database, people: Cast, subscribe: Subscribe
) -> None:
    subscribe(URL)
    number = heard(db, people["wang"], analysis("visit-03"))
    (judged_, facts), (found, accused) = told(db)
    with db.reading() as session:
        row = session.get_one(Recording, number)
    assert (judged_, found) == ("recording.judged", "suspicion.found")
    assert facts == {
        "recording_id": number, "analysis": 1, "origin": "heard", "score": row.score, "suspicions": row.suspicion_count,
        "forbidden": row.forbidden_count, "not_judged": row.not_judged_count,
        "standard_id": "property-visit", "standard_version": analysis("visit-03")["standard"]["version"],
    }  # fmt: skip
    assert len(accused["items"]) == row.forbidden_count + row.suspicion_count > 0
    assert accused["items"] == sorted(accused["items"])


def test_judged_again_it_is_told_of_anew_but_accuses_only_of_what_is_new(
    db: Database, people: Cast, subscribe: Subscribe
) -> None:
    subscribe(URL)
    number = heard(db, people["wang"], polite())
    assert [event for event, _ in told(db)] == ["recording.judged"]
    heard(db, people["wang"], analysis("visit-03"), number)
    heard(db, people["wang"], analysis("visit-03"), number)
    events = [(event, facts["analysis"]) for event, facts in told(db)]
    assert events == [
        ("recording.judged", 1), ("recording.judged", 2), ("suspicion.found", 2), ("recording.judged", 3)
    ]  # fmt: skip


def test_a_suspicion_alone_is_told_of(db: Database, people: Cast, subscribe: Subscribe) -> None:
    subscribe(URL, HookEvent.SUSPICION_FOUND)
    document = analysis("visit-03")
    (item, *others) = [i for i in document["items"] if i["kind"] == "forbidden" and i["hits"]]
    for other in others:
        other |= {"verdict": "met", "credit": 1.0, "hits": []}
    item["verdict"], item["credit"] = "cannot_judge", None
    for hit in item["hits"]:
        hit["suspicion"] = True
    heard(db, people["wang"], document)
    ((event, facts),) = told(db)
    assert (event, facts["items"], facts["suspicions"], facts["forbidden"]) == ("suspicion.found", [item["id"]], 1, 0)


def test_what_was_rolled_back_is_not_told(db: Database, people: Cast, subscribe: Subscribe) -> None:
    subscribe(URL)
    with pytest.raises(RuntimeError, match="power"), db.writing() as session:
        outbox.emit(session, HookEvent.MONTH_PUBLISHED, month="2026-10", edition=1)
        session.flush()
        raise RuntimeError("the power fails")
    assert told(db) == []


def test_who_did_not_ask_or_is_switched_off_is_not_told(db: Database, people: Cast, subscribe: Subscribe) -> None:
    subscribe(URL, HookEvent.APPEAL_FILED)
    off, _ = subscribe(URL)
    with db.writing() as session:
        session.get_one(Hook, off).state = HookState.OFF
    heard(db, people["wang"], analysis("visit-03"))
    assert told(db) == []


def test_a_recording_that_counts_nowhere_is_told_of_to_nobody(db: Database, people: Cast, subscribe: Subscribe) -> None:
    subscribe(URL)
    with db.writing() as session:
        row = cast.recording(session, people["wang"], "试音.m4a", state=RecordingState.EXCLUDED)
        with outbox.judging(session, row.id):
            from web.intake import rows

            rows.record_analysis(session, row.id, analysis("visit-03"), "rescored")
    assert told(db) == []


def test_appeals_are_told_in_both_rounds(
    app: Flask, db: Database, login: Login, people: Cast, subscribe: Subscribe
) -> None:
    number = judge(app, db, "followup-02")
    client = login("qa")
    review_all(client, panel_for(app, db, people["qa"], number))
    assert sign(client, panel_for(app, db, people["qa"], number)).status_code == 303
    subscribe(URL)
    technician = login("technician")
    technician.post(f"/recordings/{number}/appeals/farewell", data={"text": ""})  # refused
    assert told(db) == []
    technician.post(f"/recordings/{number}/appeals/farewell", data={"text": "我说了再见"})
    client.post("/appeals/1/resolve", data={"answer": "rejected", "resolution": "复听过，没有说"})
    technician.post("/appeals/1/contest", data={"text": "请再听"})
    login("manager").post("/appeals/1/decide", data={"answer": "rejected", "resolution": "没有"})
    about = {"appeal_id": 1, "recording_id": number, "item_id": "farewell"}
    with db.reading() as session:
        score = session.get_one(Recording, number).score
    assert told(db) == [
        ("appeal.filed", {**about, "round": 1}),
        ("appeal.answered", {**about, "round": 1, "outcome": "rejected", "score": score}),
        ("appeal.filed", {**about, "round": 2}),
        ("appeal.answered", {**about, "round": 2, "outcome": "rejected", "score": score}),
    ]


def test_a_published_month_is_told_of(db: Database, login: Login, people: Cast, subscribe: Subscribe) -> None:
    subscribe(URL)
    with db.writing() as session:
        judged(session, people["wang"], "a", dt.date(2026, 9, 10))
    while refresh_stale(db):
        pass
    browser = login("manager")
    digest = page(browser.get("/scorecards/months?month=2026-09")).one("input", name="digest").get("value")
    answer = browser.post("/scorecards/months", data={"month": "2026-09", "digest": digest, "note": ""})
    assert answer.status_code in (302, 303)
    assert told(db) == [("month.published", {"month": "2026-09", "edition": 1})]


@pytest.mark.usefixtures("context")
def test_nothing_that_is_sent_has_a_word_of_the_recording_or_a_name(
    here: Site, db: Database, people: Cast, subscribe: Subscribe
) -> None:
    subscribe(URL)
    document = analysis("visit-03")
    heard(db, people["wang"], document)
    with db.reading() as session:
        rows = session.scalars(select(HookDelivery)).all()
        sent = "".join(payload.body(r.event, r.at, r.facts, here.web.public_url).decode() for r in rows)
    assert sent.isascii()  # every word and name of this house is Chinese
    assert "1001" not in sent
    told_ = json.loads(payload.body(rows[0].event, rows[0].at, rows[0].facts, here.web.public_url))
    assert told_["data"]["url"] == f"https://tingjian.example.com/qa/recordings/{rows[0].facts['recording_id']}"
    assert told_["data"]["api_url"].startswith("https://tingjian.example.com/qa/api/v1/recordings/")
    assert dt.datetime.fromisoformat(told_["timestamp"]) == rows[0].at
