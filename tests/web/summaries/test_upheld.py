"""Upheld appeals count against the rule of their clause."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tests.web.conftest import Login
from tests.web.review.stage import decide, judge, panel_for, review_all, sign
from web.db import Database, now
from web.models import Appeal, Recording
from web.summaries.upheld import upheld

Cast = dict[str, Any]


def contested(app: Flask, db: Database, people: Cast, login: Login, item_id: str, overrule: bool = False) -> int:
    """An appeal of 王师傅; `overrule`: the reviewer, not the machine, had found the clause missed."""
    number, client = judge(app, db, "followup-02"), login("qa")
    review_all(client, panel_for(app, db, people["qa"], number))
    if overrule:
        panel = panel_for(app, db, people["qa"], number)
        assert decide(client, panel, item_id, "set", "missed", "没有听到").status_code == 200
    assert sign(client, panel_for(app, db, people["qa"], number)).status_code == 303
    answer = login("technician").post(f"/recordings/{number}/appeals/{item_id}", data={"text": "我说了"})
    assert answer.status_code == 303
    with db.reading() as session:
        return max(row.id for row in session.query(Appeal))


def uphold(login: Login, appeal_id: int) -> None:
    form = {"answer": "upheld", "verdict": "met", "resolution": "复听确有"}
    assert login("qa2").post(f"/appeals/{appeal_id}/resolve", data=form).status_code == 303


def counted(db: Database, standard_id: str = "service-followup") -> dict[str, int]:
    with db.reading() as session:
        return upheld(session, standard_id)


def test_an_upheld_appeal_counts_against_the_rule_of_its_clause_and_standard(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    first = contested(app, db, people, login, "farewell")
    second = contested(app, db, people, login, "farewell")
    with db.reading() as session:
        standard_id = session.query(Recording.standard_id).distinct().scalar()
    assert counted(db, standard_id) == {}  # nobody has answered yet
    uphold(login, first)
    login("qa2").post(f"/appeals/{second}/resolve", data={"answer": "rejected", "resolution": "没有听到"})
    assert counted(db, standard_id) == {"farewell": 1}
    assert counted(db, "another") == {}


def test_an_appeal_that_only_a_persons_decision_lost_is_not_against_the_rule(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = contested(app, db, people, login, "greeting", overrule=True)
    uphold(login, number)
    with db.reading() as session:
        standard_id = session.query(Recording.standard_id).distinct().scalar()
        assert session.get_one(Appeal, number).state == "upheld"
    assert counted(db, standard_id) == {}


def test_a_deleted_recording_counts_against_no_rule(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = contested(app, db, people, login, "farewell")
    uphold(login, number)
    with db.writing() as session:
        row = session.get_one(Recording, session.get_one(Appeal, number).recording_id)
        row.deleted_at, standard_id = now(), row.standard_id or ""
    assert counted(db, standard_id) == {}
