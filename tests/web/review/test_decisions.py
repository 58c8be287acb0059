"""Decisions on verdicts: what each form does, what is refused, what is never lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from analyzer.domain import Verdict as Word
from analyzer.judging.score import score
from analyzer.rubric.load import load_standard
from analyzer.serial import judgement_from_dict
from analyzer.settings import ROOT
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import page
from tests.web.review.stage import decide, judge, panel_for, review_all, sign
from web.db import Database
from web.models import AuditEntry, Decision, Recording, ReviewState, User, Verdict

Cast = dict[str, Any]


def verdict(db: Database, recording_id: int, item_id: str) -> Verdict:
    with db.reading() as session:
        return session.get_one(Verdict, (recording_id, item_id))


def recording(db: Database, recording_id: int) -> Recording:
    with db.reading() as session:
        return session.get_one(Recording, recording_id)


def history(db: Database, recording_id: int, item_id: str) -> list[Decision]:
    with db.reading() as session:
        found = select(Decision).where(Decision.recording_id == recording_id, Decision.item_id == item_id)
        return list(session.scalars(found.order_by(Decision.id)))


@pytest.mark.parametrize(
    ("item_id", "do", "verdict_", "note", "action", "final", "credit"),
    [
        ("greeting", "confirm", "", "", "confirm", "missed", 0.0),
        ("farewell", "confirm", "", "", "confirm", "missed", 0.5),
        ("greeting", "set", "met", "0:01 说了师傅好", "overrule", "met", 1.0),
        ("farewell", "set", "missed", "", "confirm", "missed", 0.5),
        ("farewell", "set", "not_applicable", "客户先挂断", "overrule", "not_applicable", None),
        ("not-our-job", "set", "met", "说的是厂家不管", "overrule", "met", 1.0),
        ("knock", "set", "met", "", "answer", "met", 1.0),
        ("knock", "set", "not_seen", "没有在场", "answer", "not_seen", None),
        ("absent-note", "set", "not_applicable", "用户在家", "answer", "not_applicable", None),
        ("on-time", "set", "missed", "工单写迟到", "answer", "missed", 0.0),
    ],
)
def test_a_form_becomes_a_decision_and_the_final_verdict(
    app: Flask,
    db: Database,
    people: Cast,
    login: Login,
    item_id: str,
    do: str,
    verdict_: str,
    note: str,
    action: str,
    final: str,
    credit: float | None,
) -> None:
    number = judge(app, db)
    panel = panel_for(app, db, people["qa"], number)
    machine = panel.line(item_id).machine  # type: ignore[union-attr]
    assert decide(login("qa"), panel, item_id, do, verdict_, note).status_code == 200
    row = verdict(db, number, item_id)
    assert (row.machine, row.human, row.final, row.final_credit) == (machine, final, final, credit)
    (decision,) = history(db, number, item_id)
    assert (decision.action, decision.machine, decision.before, decision.after) == (action, machine, machine, final)
    assert (decision.note, decision.user_id) == (note, people["qa"].id)
    assert recording(db, number).review_state is ReviewState.STARTED


def test_the_answer_holds_the_clause_what_changed_around_it_and_the_new_revision(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    answer = decide(login("qa"), panel_for(app, db, people["qa"], number), "greeting", "set", "met", "听到了您好")
    parts = page(answer)
    clause = parts.one("li", id="clause-greeting")
    assert "人工" in clause.text and "机器" in clause.text and "听到了您好" in clause.text and "小陈" in clause.text
    assert parts.one("section", id="signoff").get("hx-swap-oob") == "true"
    told = json.loads(answer.headers["HX-Trigger"])
    assert told["tingjian:revision"] == {"revision": recording(db, number).revision}
    assert "tingjian:decided" in told


def test_without_scripts_a_form_leads_back_to_its_clause(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    panel = panel_for(app, db, people["qa"], number)
    answer = decide(login("qa"), panel, "greeting", htmx=False)
    assert (answer.status_code, answer.location) == (303, f"/recordings/{number}#clause-greeting")
    answer = decide(login("qa"), panel_for(app, db, people["qa"], number), "greeting", "set", "met", htmx=False)
    assert "改判要写理由" in page(answer, 422).text


@pytest.mark.parametrize("example", ["visit-03", "followup-02"])
def test_the_score_is_the_analyzers_for_what_people_decided(
    app: Flask, db: Database, people: Cast, login: Login, example: str
) -> None:
    number = judge(app, db, example)
    client = login("qa")
    wanted = {"greeting": "not_applicable", "farewell": "met", "not-our-job": "missed", "do-not-know": "met"}
    for item_id, after in wanted.items():
        panel = panel_for(app, db, people["qa"], number)
        assert decide(client, panel, item_id, "set", after, "复听").status_code == 200
    document = analysis(example)
    costs = {i.id: (i.penalty, i.cap) for i in load_standard(document["standard"]["id"], ROOT / "lexicons").items}
    results = []
    for item in judgement_from_dict(document, example).items:
        penalty, cap = costs[item.id]
        after = Word(wanted[item.id]) if item.id in wanted else item.verdict
        credit = item.credit if after is item.verdict else {Word.MET: 1.0, Word.MISSED: 0.0}.get(after)
        results.append(replace(item, verdict=after, credit=credit, penalty=penalty, cap=cap))
    assert recording(db, number).score == score(results).value
    assert recording(db, number).machine_score == document["score"]["value"]


def test_a_suspicion_is_answered_without_a_reason(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db, suspicion="do-not-know")
    panel = panel_for(app, db, people["qa"], number)
    before = recording(db, number)
    assert before.suspicion_count == 1
    clause = page(login("qa").get(f"/recordings/{number}")).one("li", id="clause-do-not-know")
    assert {b.text for b in clause.one("form", class_="clause-answer").all("button")} == {"属实", "不属实"}
    assert decide(login("qa"), panel, "do-not-know", "set", "missed").status_code == 200
    after = recording(db, number)
    assert (after.suspicion_count, after.forbidden_count) == (0, before.forbidden_count + 1)
    assert history(db, number, "do-not-know")[0].action == "answer"


@pytest.mark.parametrize(
    ("item_id", "do", "verdict_", "note", "words"),
    [
        ("greeting", "set", "met", "", "改判要写理由"),
        ("greeting", "set", "met", "   ", "改判要写理由"),
        ("greeting", "set", "met", "长" * 501, "最多 500 个字"),
        ("greeting", "set", "perfect", "x", "请选择一个结论"),
        ("greeting", "set", "", "x", "请选择一个结论"),
        ("greeting", "erase", "met", "x", "请选择一个结论"),
        ("not-our-job", "set", "not_applicable", "x", "请选择一个结论"),
        ("knock", "set", "cannot_judge", "x", "请选择一个结论"),
        ("knock", "set", "not_applicable", "x", "请选择一个结论"),
        ("greeting", "set", "not_seen", "x", "请选择一个结论"),
        ("knock", "confirm", "", "", "没有机器判定可以确认"),
        ("greeting", "withdraw", "", "", "没有可以撤回的"),
    ],
)
def test_a_form_that_cannot_be_is_given_back_with_its_words(
    app: Flask,
    db: Database,
    people: Cast,
    login: Login,
    item_id: str,
    do: str,
    verdict_: str,
    note: str,
    words: str,
) -> None:
    number = judge(app, db)
    panel = panel_for(app, db, people["qa"], number)
    answer = decide(login("qa"), panel, item_id, do, verdict_, note)
    assert words in page(answer, 422).text
    assert history(db, number, item_id) == []
    assert recording(db, number).revision == panel.revision


def test_what_was_typed_is_still_there(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    long = "听" * 501
    answer = page(decide(login("qa"), panel_for(app, db, people["qa"], number), "greeting", "set", "met", long), 422)
    assert answer.one("input", name="note").get("value") == long
    assert [r.get("value") for r in answer.all("input", name="verdict") if r.get("checked") is not None] == ["met"]


@pytest.mark.parametrize(("path", "status"), [("verdicts/no-such-item", 404), ("verdicts/greeting", 404)])
def test_unknown_clauses_and_recordings_are_not_there(
    app: Flask, db: Database, people: Cast, login: Login, path: str, status: int
) -> None:
    number = judge(app, db)
    asked = number if "no-such" in path else number + 100
    assert login("qa").post(f"/recordings/{asked}/{path}", data={"do": "confirm"}).status_code == status


def test_two_reviewers_nobody_overwrites_the_other_unseen(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    old = panel_for(app, db, people["qa"], number)  # both have this on their screens
    assert decide(login("qa"), old, "greeting", "set", "met", "听到您好").status_code == 200
    answer = page(decide(login("qa2"), old, "greeting", "set", "not_applicable", "客户没开门"), 409)
    both = answer.one("dl", class_="clause-both").text
    assert "达标" in both and "小陈" in both and "听到您好" in both  # theirs
    assert "不适用" in both and "客户没开门" in both  # mine
    assert answer.one("li", id="clause-greeting").one("input", name="note").get("value") == "客户没开门"
    assert [d.after for d in history(db, number, "greeting")] == ["met"]
    # having seen it, the second may insist
    fresh = answer.all("input", name="seen")[0].get("value")
    assert decide(login("qa2"), old, "greeting", "set", "not_applicable", "客户没开门", fresh).status_code == 200
    assert [d.after for d in history(db, number, "greeting")] == ["met", "not_applicable"]


def test_two_reviewers_on_different_clauses_do_not_hinder_each_other(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    old = panel_for(app, db, people["qa"], number)
    assert decide(login("qa"), old, "greeting").status_code == 200
    assert decide(login("qa2"), old, "inquiry").status_code == 200


def test_a_machine_verdict_that_changed_meanwhile_is_not_confirmed_unseen(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    old = panel_for(app, db, people["qa"], number)
    with app.app_context(), db.writing() as session:
        from web.intake import rows

        document = analysis("visit-03")
        document["items"][0].update(verdict="met", credit=1.0)
        rows.record_analysis(session, number, document, "rescored")
    assert decide(login("qa"), old, "greeting").status_code == 409
    assert history(db, number, "greeting") == []


def test_a_double_click_is_one_decision(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    panel = panel_for(app, db, people["qa"], number)
    assert decide(login("qa"), panel, "greeting").status_code == 200
    assert decide(login("qa"), panel, "greeting").status_code == 200
    assert len(history(db, number, "greeting")) == 1


def test_withdrawing_goes_back_to_the_machine_and_stays_in_the_history(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    before = recording(db, number).score
    decide(login("qa"), panel_for(app, db, people["qa"], number), "greeting", "set", "met", "听到")
    assert recording(db, number).score != before or verdict(db, number, "greeting").final == "met"
    decide(login("qa2"), panel_for(app, db, people["qa"], number), "greeting", "withdraw")
    row = verdict(db, number, "greeting")
    assert (row.human, row.final, row.machine) == (None, "missed", "missed")
    assert recording(db, number).score == before
    told = page(login("qa").get(f"/recordings/{number}")).one("li", id="clause-greeting")
    steps = [step.text for step in told.one("ol", class_="clause-history").all("li")]
    assert len(steps) == 2
    assert "小林 撤回复核：达标 → 未达标" in steps[0] and "小陈 改判：未达标 → 达标" in steps[1] and "听到" in steps[1]


def test_decisions_outlive_a_new_analysis(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    decide(login("qa"), panel_for(app, db, people["qa"], number), "greeting", "set", "met", "听到")
    with app.app_context(), db.writing() as session:
        from web.intake import rows

        rows.record_analysis(session, number, analysis("visit-03"), "rescored")
    row = verdict(db, number, "greeting")
    assert (row.machine, row.human, row.final) == ("missed", "met", "met")


def test_decisions_are_only_ever_added(app: Flask, db: Database, people: Cast, login: Login) -> None:
    written: list[str] = []

    def watch(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        words = statement.split()
        if "decisions" in words[:4] and words[0] in ("INSERT", "UPDATE", "DELETE"):
            written.append(words[0])

    number = judge(app, db)
    client = login("qa")
    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        for do, after, note in [("confirm", "", ""), ("set", "met", "听到"), ("withdraw", "", ""), ("confirm", "", "")]:
            decide(client, panel_for(app, db, people["qa"], number), "greeting", do, after, note)
        review_all(client, panel_for(app, db, people["qa"], number))
        sign(client, panel_for(app, db, people["qa"], number))
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)
    assert len(written) > 4
    assert set(written) == {"INSERT"}


def test_every_decision_stands_in_the_audit_log(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    decide(login("qa"), panel_for(app, db, people["qa"], number), "greeting", "set", "met", "听到")
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "verdict-overrule")).one()
    assert (entry.object_id, entry.username) == (str(number), "chen")
    assert entry.detail == {"item": "greeting", "machine": "missed", "before": "missed", "after": "met"}


def test_a_signed_recording_takes_no_decision(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    client = login("qa")
    review_all(client, panel_for(app, db, people["qa"], number))
    sign(client, panel_for(app, db, people["qa"], number))
    answer = decide(client, panel_for(app, db, people["qa"], number), "greeting", "set", "met", "听到")
    assert "已签核" in page(answer, 409).text
    assert history(db, number, "greeting") == []


@pytest.mark.parametrize("who", ["manager", "technician"])
def test_only_the_office_decides(app: Flask, db: Database, people: Cast, login: Login, who: str) -> None:
    number = judge(app, db)
    panel = panel_for(app, db, people["qa"], number)
    assert decide(login(who), panel, "greeting").status_code == 403
    assert history(db, number, "greeting") == []


def test_a_manager_reads_without_buttons(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    shown = page(login("manager").get(f"/recordings/{number}")).one("div", id="review-panel")
    assert shown.all("li", class_="clause")
    # what he may do is keep a clip; nothing here decides
    assert [f for f in shown.all("form") if "/scorecards/clips/" not in (f.get("action") or "")] == []


def test_blind_review_hides_the_machine_until_one_has_answered(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    client = login("qa")
    client.post("/review/preference", data={"blind": "1", "recording": number})
    shown = page(client.get(f"/recordings/{number}"))
    clause = shown.one("li", id="clause-greeting")
    assert "盲评中" in clause.text
    assert "没有听到" not in clause.text and clause.get("data-machine") == ""
    panel = panel_for(app, db, people["qa"], number)
    assert decide(client, panel, "greeting").status_code == 422  # nothing to confirm unseen
    answer = page(decide(client, panel, "greeting", "set", "met"))
    told = answer.one("li", id="clause-greeting").text
    assert "机器 未达标" in told and "人工 达标" in told
    assert history(db, number, "greeting")[0].action == "answer"
    with db.reading() as session:
        assert session.get_one(User, people["qa2"].id).preferences == {}


def test_six_queries_load_the_panel(app: Flask, db: Database, people: Cast) -> None:
    number = judge(app, db)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda c, k, statement, *rest: asked.append(statement))
    panel_for(app, db, people["qa"], number)
    selects = [s for s in asked if s.startswith("SELECT")]
    assert len(selects) == 8  # and one for the user, one for the standards in effect
