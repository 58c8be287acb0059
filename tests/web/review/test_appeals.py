"""A technician contests what was signed; QA answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.review.stage import judge, panel_for, review_all, sign
from web.db import Database, now
from web.models import Appeal, Decision, Recording, ReviewState, SignOff

Cast = dict[str, Any]


@pytest.fixture
def signed(app: Flask, db: Database, people: Cast, login: Login) -> int:
    """A recording of 王师傅 that 小陈 signed."""
    number = judge(app, db, "followup-02")
    client = login("qa")
    review_all(client, panel_for(app, db, people["qa"], number))
    assert sign(client, panel_for(app, db, people["qa"], number)).status_code == 303
    return number


def contest(client: FlaskClient, number: int, item_id: str = "farewell", text: str = "0:40 我说了再见") -> TestResponse:
    return client.post(f"/recordings/{number}/appeals/{item_id}", data={"text": text})


def appeals(db: Database) -> list[Appeal]:
    with db.reading() as session:
        return list(session.scalars(select(Appeal).order_by(Appeal.id)))


def answer(client: FlaskClient, appeal_id: int, **form: str) -> TestResponse:
    return client.post(f"/appeals/{appeal_id}/resolve", data=form)


def test_a_technician_contests_what_costs_him_and_sees_that_it_waits(db: Database, login: Login, signed: int) -> None:
    client = login("technician")
    shown = page(client.get(f"/recordings/{signed}"))
    assert "申诉" in shown.one("li", id="clause-farewell").one("details", class_="overrule").text
    assert shown.one("li", id="clause-greeting").all("details", class_="overrule") == []  # met: nothing to contest
    assert contest(client, signed).status_code == 303
    (row,) = appeals(db)
    assert (row.item_id, row.state, row.text) == ("farewell", "open", "0:40 我说了再见")
    told = page(client.get("/appeals")).one("article", id=f"appeal-{row.id}")
    assert "待答复" in told.text and told.all("form") == []
    assert "申诉处理中" in page(client.get(f"/recordings/{signed}")).one("li", id="clause-farewell").text


@pytest.mark.parametrize(
    ("item_id", "text", "words"),
    [
        ("farewell", "", "请写明申诉理由"),
        ("farewell", "说" * 1001, "最多 1000 个字"),
        ("greeting", "不服", "没有扣分"),
    ],
)
def test_what_cannot_be_contested_is_told(
    db: Database, login: Login, signed: int, item_id: str, text: str, words: str
) -> None:
    assert words in page(contest(login("technician"), signed, item_id, text), 422).text
    assert appeals(db) == []


def test_once_only(db: Database, login: Login, signed: int) -> None:
    assert contest(login("technician"), signed).status_code == 303
    assert "已经申诉过" in page(contest(login("technician"), signed), 422).text
    assert len(appeals(db)) == 1


def test_after_the_days_are_over_there_is_no_appeal(db: Database, login: Login, signed: int) -> None:
    with db.writing() as session:
        session.get_one(Recording, signed).signed_at = now() - timedelta(days=7, minutes=1)
    client = login("technician")
    assert "申诉期已过" in page(contest(client, signed), 422).text
    shown = page(client.get(f"/recordings/{signed}")).one("div", id="review-panel")
    assert shown.all("details", class_="overrule") == []


def test_others_cannot_contest_and_nobody_what_is_not_signed(
    app: Flask, db: Database, login: Login, signed: int
) -> None:
    unsigned = judge(app, db, "followup-02")
    assert contest(login("technician2"), signed).status_code == 404
    assert contest(login("technician"), unsigned).status_code == 404
    for who in ("qa", "manager", "admin"):
        assert contest(login(who), signed).status_code == 403
    assert appeals(db) == []


def test_a_technician_sees_nothing_that_is_not_his_and_signed(
    app: Flask, db: Database, login: Login, signed: int
) -> None:
    unsigned = judge(app, db, "followup-02")
    contest(login("technician"), signed)
    assert login("technician2").get(f"/recordings/{signed}").status_code == 404
    assert login("technician").get(f"/recordings/{unsigned}").status_code == 404
    assert page(login("technician2").get("/appeals")).all("article") == []
    for path in ("/review", "/review/agreement"):
        assert login("technician").get(path).status_code == 403


def test_upheld_is_a_decision_and_a_new_edition(
    app: Flask, db: Database, people: Cast, login: Login, signed: int
) -> None:
    contest(login("technician"), signed)
    with db.reading() as session:
        before = session.get_one(Recording, signed)
    done = answer(login("qa2"), appeals(db)[0].id, answer="upheld", verdict="met", resolution="复听确有再见")
    assert done.status_code == 303
    with db.reading() as session:
        row = session.get_one(Recording, signed)
        decision = session.scalars(select(Decision).where(Decision.item_id == "farewell")).all()[-1]
        first, second = session.scalars(select(SignOff).order_by(SignOff.edition)).all()
    assert row.score is not None and before.score is not None and row.score > before.score
    assert (row.review_state, row.signed_at) == (ReviewState.SIGNED, before.signed_at)
    assert (decision.action, decision.before, decision.after) == ("appeal", "missed", "met")
    assert (first.score, second.score, second.edition) == (before.score, row.score, 2)
    assert "复听确有再见" in first.reopen_reason and first.reopened_by_id == people["qa2"].id
    (told,) = appeals(db)
    assert (told.state, told.resolution, told.resolved_by_id) == ("upheld", "复听确有再见", people["qa2"].id)
    seen = page(login("technician").get(f"/recordings/{signed}")).one("li", id="clause-farewell").text
    assert "申诉成立" in seen and "复听确有再见" in seen
    assert contest(login("technician"), signed).status_code == 422  # it costs nothing any more


def test_rejected_changes_no_verdict_but_tells_why(db: Database, login: Login, signed: int) -> None:
    contest(login("technician"), signed)
    assert answer(login("qa"), appeals(db)[0].id, answer="rejected", resolution="只听到好的").status_code == 303
    with db.reading() as session:
        assert len(session.scalars(select(SignOff)).all()) == 1
        assert session.scalars(select(Decision).where(Decision.action == "appeal")).all() == []
    told = page(login("technician").get("/appeals")).all("article")[0].text
    assert "不成立" in told and "只听到好的" in told
    assert "已经申诉过" in page(contest(login("technician"), signed), 422).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"answer": "upheld", "verdict": "met", "resolution": ""}, "请写明处理理由"),
        ({"answer": "upheld", "verdict": "missed", "resolution": "x"}, "请选择新的结论"),
        ({"answer": "maybe", "resolution": "x"}, "成立或不成立"),
        ({"answer": "rejected", "resolution": "长" * 1001}, "最多 1000 个字"),
    ],
)
def test_an_answer_that_cannot_be_is_given_back(
    db: Database, login: Login, signed: int, form: dict[str, str], words: str
) -> None:
    contest(login("technician"), signed)
    shown = page(answer(login("qa"), appeals(db)[0].id, **form), 422)
    assert words in shown.text
    assert (shown.all("textarea")[0].text) == form["resolution"]
    assert appeals(db)[0].state == "open"


def test_two_answers_at_once_the_second_is_told(db: Database, login: Login, signed: int) -> None:
    contest(login("technician"), signed)
    number = appeals(db)[0].id
    assert answer(login("qa"), number, answer="rejected", resolution="没有听到").status_code == 303
    late = answer(login("qa2"), number, answer="upheld", verdict="met", resolution="听到了")
    assert "已由别人处理" in page(late, 409).text
    assert appeals(db)[0].state == "rejected"


def test_managers_read_their_teams_appeals(db: Database, login: Login, signed: int) -> None:
    contest(login("technician"), signed)
    for who in ("manager", "manager_east"):
        (told,) = page(login(who).get("/appeals")).all("article")
        assert told.all("form") == []
        assert answer(login(who), appeals(db)[0].id, answer="rejected", resolution="x").status_code == 403


def test_filters_count_what_they_list(db: Database, login: Login, signed: int) -> None:
    contest(login("technician"), signed)
    contest(login("technician"), signed, "handle-problem")
    answer(login("qa"), appeals(db)[0].id, answer="rejected", resolution="没有听到")
    for state, expected in (("", 2), ("open", 1), ("rejected", 1), ("upheld", 0)):
        shown = page(login("qa").get("/appeals", query_string={"state": state}))
        assert len(shown.all("article")) == expected
        (tab,) = shown.one("ul", aria_label="按结果").all("a", aria_current="page")
        assert tab.one("span", class_="tab-count").text == str(expected)
