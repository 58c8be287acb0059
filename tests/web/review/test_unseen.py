"""Clauses that no ear can check: nobody has to invent an answer, and what nobody saw is in no score."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.review.stage import PERSON, decide, judge, panel_for, review_all, sign
from web.db import Database
from web.models import ALL_KINDS, ItemPeriod, Recording, ReviewState, Verdict
from web.models.vocabulary import NOT_SEEN
from web.summaries import keep

Cast = dict[str, Any]
LEFT = tuple(name for name in PERSON if name != "knock")  # optional in these tests, all but one


def score(db: Database, number: int) -> float | None:
    with db.reading() as session:
        return session.get_one(Recording, number).score


def counted(db: Database, item_id: str) -> dict[str, int]:
    """The counts of a clause over everything, as the figures read them."""
    while keep.refresh_stale(db):
        pass
    names = ("met", "missed", "not_applicable", "cannot_judge", "unanswered", "not_seen")
    with db.reading() as session:
        sums = select(*(func.coalesce(func.sum(getattr(ItemPeriod, n)), 0) for n in names)).where(
            ItemPeriod.item_id == item_id, ItemPeriod.job_kind == ALL_KINDS, ItemPeriod.period.not_like("%W%")
        )
        return {name: int(value) for name, value in zip(names, session.execute(sums).one(), strict=True) if value}


def test_what_nobody_saw_leaves_the_score_as_if_the_clause_were_not_there(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = judge(app, db, polite=True), login("qa")
    before = score(db, number)
    assert before is not None
    scores = {}
    for word in ("met", "missed", NOT_SEEN):
        assert decide(client, panel_for(app, db, people["qa"], number), "knock", "set", word, "改").status_code == 200
        scores[word] = score(db, number)
    assert scores["missed"] < before < scores["met"]  # type: ignore[operator]
    assert scores[NOT_SEEN] == before
    line = panel_for(app, db, people["qa"], number).line("knock")
    assert line is not None
    assert not line.costs
    assert not line.said
    assert line.group == "rest"


def test_a_clause_that_no_ear_can_check_offers_unseen_and_a_conditional_one_not_applicable_too(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    shown = page(login("qa").get(f"/recordings/{number}"))

    def offered(item_id: str) -> list[str]:
        return [
            b.text for b in shown.one("li", id=f"clause-{item_id}").one("form", class_="clause-answer").all("button")
        ]

    assert offered("knock") == ["达标", "未达标", "未见（不计分）"]
    assert offered("absent-note") == ["达标", "未达标", "未见（不计分）", "不适用"]
    decide(login("qa"), panel_for(app, db, people["qa"], number), "knock", "set", NOT_SEEN)
    clause = page(login("qa").get(f"/recordings/{number}")).one("li", id="clause-knock").text
    assert "未见" in clause and "不适用" not in clause


def test_optional_clauses_need_no_answer_before_signing_and_required_ones_do(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = judge(app, db, optional=LEFT), login("qa")
    panel = panel_for(app, db, people["qa"], number)
    assert [x.item_id for x in panel.must_see if x.how == "person"] == ["knock"]
    every = panel_for(app, db, people["qa"], judge(app, db))
    assert every.coverage.open - panel.coverage.open == len(LEFT)
    assert len(every.must_see) - len(panel.must_see) == len(LEFT)
    for line in panel.must_see:
        if line.item_id != "knock":
            decide(client, panel, line.item_id)
    assert sign(client, panel_for(app, db, people["qa"], number)).status_code == 422  # knock is still open
    decide(client, panel, "knock", "set", NOT_SEEN)
    review_all(client, panel_for(app, db, people["qa"], number))
    assert sign(client, panel_for(app, db, people["qa"], number)).status_code == 303
    with db.reading() as session:
        assert session.get_one(Recording, number).review_state is ReviewState.SIGNED


def test_an_optional_clause_stands_among_what_is_not_judged_and_can_still_be_answered(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = judge(app, db, optional=LEFT), login("qa")
    clause = page(client.get(f"/recordings/{number}")).one("li", id="clause-clean-up").text
    assert "可不填" in clause and "待人工" not in clause
    panel = panel_for(app, db, people["qa"], number)
    assert "clean-up" in {x.item_id for x in panel.rest}
    assert decide(client, panel, "clean-up", "set", "missed").status_code == 200
    assert "clean-up" in {x.item_id for x in panel_for(app, db, people["qa"], number).trouble}


def test_figures_count_unseen_apart_and_optional_clauses_once_they_are_answered(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = judge(app, db, optional=LEFT), login("qa")
    assert counted(db, "knock") == {"unanswered": 1}
    assert counted(db, "clean-up") == {}
    decide(client, panel_for(app, db, people["qa"], number), "knock", "set", NOT_SEEN)
    decide(client, panel_for(app, db, people["qa"], number), "clean-up", "set", "met")
    assert counted(db, "knock") == {NOT_SEEN: 1}
    assert counted(db, "clean-up") == {"met": 1}


@pytest.mark.parametrize(("verdict", "item_id", "rows"), [(NOT_SEEN, "knock", 1), ("unanswered", "clean-up", 0)])
def test_the_list_finds_what_the_figures_count(
    app: Flask, db: Database, people: Cast, login: Login, verdict: str, item_id: str, rows: int
) -> None:
    number, client = judge(app, db, optional=LEFT), login("qa")
    decide(client, panel_for(app, db, people["qa"], number), "knock", "set", NOT_SEEN)
    listed = page(client.get(f"/recordings/?item={item_id}&verdict={verdict}"))
    assert len(listed.all("input", name="id")) == rows


def test_the_technician_is_told_unseen_and_the_document_keeps_to_schema_1(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = judge(app, db, optional=LEFT), login("qa")
    decide(client, panel_for(app, db, people["qa"], number), "knock", "set", NOT_SEEN)
    review_all(client, panel_for(app, db, people["qa"], number))
    sign(client, panel_for(app, db, people["qa"], number))
    shown = page(login("technician").get(f"/recordings/{number}")).one("li", id="clause-knock")
    assert "未见" in shown.text and "申诉" not in shown.text  # it took nothing: there is nothing to contest
    document = json.loads(login("technician").get(f"/recordings/{number}/transcript.json").data)
    knock = next(i for i in document["items"] if i["id"] == "knock")
    assert (knock["verdict"], knock["credit"], knock[NOT_SEEN]) == (None, None, True)


def test_what_is_optional_comes_with_the_analysis(app: Flask, db: Database, people: Cast) -> None:
    number = judge(app, db, optional=("clean-up",))
    with db.reading() as session:
        found = select(Verdict.item_id).where(Verdict.recording_id == number, Verdict.optional)
        assert list(session.scalars(found)) == ["clean-up"]
