"""其余按机器判定, the usual reasons, and which clauses are open: what the review loop rests on."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.review.stage import FORBIDDEN, NEAR, PERSON, decide, judge, panel_for
from web.db import Database
from web.kit.login import viewer_of
from web.models import AuditEntry, Decision, Recording, User
from web.review.agreement import agreement
from web.review.means import by_means
from web.review.panel import Panel
from web.review.usual import usual_reasons

Cast = dict[str, Any]


def leave(client: FlaskClient, panel: Panel, htmx: bool = True, revision: int | None = None) -> TestResponse:
    form = {"revision": panel.revision if revision is None else revision}
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(f"/recordings/{panel.recording_id}/verdicts", data=form, headers=headers)


def decisions(db: Database, number: int) -> list[tuple[str, str, str | None]]:
    with db.reading() as session:
        found = session.scalars(select(Decision).where(Decision.recording_id == number).order_by(Decision.id))
        return [(d.item_id, d.action, d.after) for d in found]


def test_the_rest_is_closed_as_the_machine_judged_it_but_for_what_needs_an_ear(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    before = panel_for(app, db, people["qa"], number)
    answer = leave(login("qa"), before)
    assert answer.status_code == 200
    assert decisions(db, number) == [(item, "bulk", "missed") for item in NEAR]
    panel = panel_for(app, db, people["qa"], number)
    assert panel.score == before.score
    assert {x.item_id for x in panel.must_see} == {*FORBIDDEN, *PERSON}  # accusations, and what no machine judges
    assert panel.left_to_machine == ()
    parts = page(answer)
    assert "已按机器判定 2 条" in parts.one("section", id="signoff").text
    clause = parts.one("div", id="review-panel").one("li", id="clause-inquiry")
    assert "一并按机器判定" in clause.text and clause.get("data-open") is None


def test_a_suspicion_is_never_left_to_the_machine(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db, suspicion="do-not-know")
    assert "do-not-know" not in {x.item_id for x in panel_for(app, db, people["qa"], number).left_to_machine}


def test_each_of_them_stands_in_the_audit_log_as_what_it_is(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    leave(login("qa"), panel_for(app, db, people["qa"], number))
    with db.reading() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.action.like("verdict-%")))
        assert [(e.action, e.detail["item"]) for e in found] == [("verdict-bulk", item) for item in NEAR]


def test_no_figure_of_agreement_takes_it_for_a_judgement(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number, client = judge(app, db), login("qa")
    decide(client, panel_for(app, db, people["qa"], number), "greeting")
    leave(client, panel_for(app, db, people["qa"], number))
    with app.app_context(), db.reading() as session:
        viewer = viewer_of(session.get_one(User, people["qa"].id))
        since = session.get_one(Recording, number).uploaded_at
        assert [x.item_id for x in agreement(session, viewer, since, False).lines] == ["greeting"]
        assert sum(x.agreed.n for x in by_means(session, viewer, since, False)) == 1


def test_what_was_left_to_the_machine_can_be_taken_back(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number, client = judge(app, db), login("qa")
    leave(client, panel_for(app, db, people["qa"], number))
    assert decide(client, panel_for(app, db, people["qa"], number), "inquiry", "withdraw").status_code == 200
    assert "inquiry" in {x.item_id for x in panel_for(app, db, people["qa"], number).must_see}


def test_a_stale_page_leaves_nothing(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number, client = judge(app, db), login("qa")
    old = panel_for(app, db, people["qa"], number)
    decide(login("qa2"), old, "greeting")
    answer = page(leave(client, old), 409)
    assert "刚才已有变化" in answer.one("section", id="signoff").text
    assert [d[1] for d in decisions(db, number)] == ["confirm"]


def test_where_nothing_is_left_it_says_so(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number, client = judge(app, db), login("qa")
    leave(client, panel_for(app, db, people["qa"], number))
    panel = panel_for(app, db, people["qa"], number)
    assert "没有可以按机器判定的条款" in page(leave(client, panel), 422).text
    assert "其余按机器判定" not in page(client.get(f"/recordings/{number}")).one("section", id="signoff").text


def test_one_who_judges_blind_leaves_nothing_unheard(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number, client = judge(app, db), login("qa")
    client.post("/review/preference", data={"blind": "1", "recording": number})
    assert leave(client, panel_for(app, db, people["qa"], number)).status_code == 422
    assert decisions(db, number) == []


def test_without_scripts_it_leads_back(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    answer = leave(login("qa"), panel_for(app, db, people["qa"], number), htmx=False)
    assert (answer.status_code, answer.location) == (303, f"/recordings/{number}")


def test_open_is_what_must_be_seen_and_for_the_blind_all_that_the_machine_judged(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = judge(app, db), login("qa")
    decide(client, panel_for(app, db, people["qa"], number), "solicit")
    shown = page(client.get(f"/recordings/{number}"))
    marked = {x.get("data-item") for x in shown.all("li", class_="clause") if x.get("data-open") is not None}
    assert marked == {*FORBIDDEN, *NEAR, *PERSON} - {"solicit"}
    client.post("/review/preference", data={"blind": "1", "recording": number})
    panel = panel_for(app, db, people["qa"], number)
    assert {x.item_id for x in panel.lines if panel.is_open(x)} == {
        x.item_id for x in panel.lines if x.human is None and x.how != "link"
    }


@pytest.mark.parametrize("item_id", ["greeting", "inquiry", "farewell", "not-our-job", "profanity", "late-apology"])
def test_a_usual_reason_is_one_press(app: Flask, db: Database, people: Cast, login: Login, item_id: str) -> None:
    number, client = judge(app, db), login("qa")
    panel = panel_for(app, db, people["qa"], number)
    line = panel.line(item_id)
    assert line is not None
    reasons = usual_reasons(line)
    assert 2 <= len(reasons) <= 9
    assert all(r.verdict in line.choices and r.verdict != line.final for r in reasons)
    form = {"do": "set", "seen": line.seen, "usual": reasons[0].value}
    path = f"/recordings/{number}/verdicts/{item_id}"
    assert client.post(path, data=form, headers={"HX-Request": "true"}).status_code == 200
    now = panel_for(app, db, people["qa"], number).line(item_id)
    assert now is not None and now.decision is not None
    assert (now.human, now.decision.note) == (reasons[0].verdict, reasons[0].words)


def test_a_clause_met_in_part_is_neither_met_nor_missed_anywhere(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db, "followup-02")
    shown = page(login("qa").get(f"/recordings/{number}"))
    clause = shown.one("li", id="clause-handle-problem")
    assert "部分达标 33%" in clause.one("div", class_="clause-head").text
    marks = [m for m in shown.one("div", id="marks-data").all("span") if m.get("data-item") == "handle-problem"]
    assert [m.get("data-tone") for m in marks] == ["partial"]
    assert "其中 1 条部分达标" in shown.one("div", class_="rec-states").text


def test_a_decision_changes_marks_and_words_at_once(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number, client = judge(app, db), login("qa")
    panel = panel_for(app, db, people["qa"], number)
    decide(client, panel, "not-our-concern", "set", "met", "引用别人的话")
    decide(client, panel_for(app, db, people["qa"], number), "farewell", "set", "not_applicable", "客户先挂断")
    parts = page(client.get(f"/recordings/{number}/marks", headers={"HX-Request": "true"}))
    tones = {m.get("data-item"): m.get("data-tone") for m in parts.one("div", id="marks-data").all("span")}
    assert (tones["not-our-concern"], tones["farewell"], tones["solicit"]) == ("overruled", "overruled", "forbidden")
    lines = parts.all("li", class_="turn")
    assert lines and all(x.get("hx-swap-oob") == "true" for x in lines)
    assert {m.get("class") for x in lines for m in x.all("mark") if m.get("data-items") == "not-our-concern"} == {
        "hit hit-overruled"
    }


def test_a_form_that_came_late_and_a_withdrawal_bring_the_page_up_to_date_too(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = judge(app, db), login("qa")
    old = panel_for(app, db, people["qa"], number)
    decide(login("qa2"), old, "solicit", "set", "met", "是客户说的")
    late = decide(client, old, "solicit")
    back = decide(client, panel_for(app, db, people["qa"], number), "solicit", "withdraw")
    for answer, status in ((late, 409), (back, 200)):
        assert answer.status_code == status
        assert "tingjian:decided" in answer.headers["HX-Trigger"]
        assert page(answer, status).one("span", id="count-trouble").get("hx-swap-oob") == "true"
