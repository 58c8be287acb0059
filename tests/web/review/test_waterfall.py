"""Where the points come from: the steps add up to the score, whatever was judged."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.review.stage import decide, judge, panel_for, review_all, sign
from web.db import Database
from web.intake.analysis import score
from web.review import waterfall
from web.review.lines import ClauseLine

Cast = dict[str, Any]


def line(number: int, kind: str, verdict: str | None, credit: float | None, **more: Any) -> ClauseLine:
    """A clause that stands so, by the machine and by people alike."""
    given = {
        "item_id": f"i{number}", "position": number, "clause": f"一.{number}", "text": "问候", "when_text": "",
        "kind": kind, "how": "rule", "weight": 1.0, "penalty": 0.0, "cap": None, "machine": verdict, "human": None,
        "final": verdict, "final_credit": credit, "machine_credit": credit, "suspicion": False, "reason": "",
        "hits": (), "hit_count": 0, "nearest": None, "searched": (), "proof_id": None, "decision_id": None,
        "analysis_id": 1,
    }  # fmt: skip
    return ClauseLine(**{**given, **more})


@st.composite
def clauses(draw: st.DrawFn) -> list[ClauseLine]:
    lines = []
    for number in range(draw(st.integers(0, 12))):
        kind = draw(st.sampled_from(["required", "forbidden"]))
        verdict = draw(st.sampled_from(["met", "missed", "not_applicable", "cannot_judge", None]))
        credits = [0.0, 0.25, 1 / 3, 0.5, 0.999, 1.0] if kind == "required" else [1.0 if verdict == "met" else 0.0]
        credit = draw(st.sampled_from(credits)) if verdict in ("met", "missed") else None
        lines.append(
            line(
                number,
                kind,
                verdict,
                credit,
                how=draw(st.sampled_from(["rule", "rule", "link", "person"])) if kind == "required" else "rule",
                weight=draw(st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0])),
                penalty=draw(st.sampled_from([5.0, 15.0, 40.0])) if kind == "forbidden" else 0.0,
                cap=draw(st.sampled_from([None, None, 40.0, 59.0])) if kind == "forbidden" else None,
            )
        )
    return lines


@given(clauses())
def test_the_steps_add_up_to_the_score(lines: list[ClauseLine]) -> None:
    fall = waterfall.decided(lines)
    total = score([waterfall._result(x, x.final, x.final_credit) for x in lines])
    assert (fall.score, fall.base) == (total.value, total.base)
    if fall.score is None:
        assert fall.gains == fall.takes == ()
        return
    assert round(sum(s.points for s in fall.gains), 1) == fall.base
    assert round(waterfall.FULL + sum(s.points for s in fall.takes), 1) == fall.score
    assert round(waterfall.FULL - sum(fall.taken.values()), 1) == fall.score
    at = waterfall.FULL
    for step in fall.takes:
        assert step.before == at
        assert step.points <= 0.0
        at = step.after


@given(clauses())
def test_no_step_is_there_for_nothing(lines: list[ClauseLine]) -> None:
    fall = waterfall.decided(lines)
    for step in (*fall.gains, *fall.takes):
        assert step.kind != waterfall.CAP or step.points < 0.0
        assert step.kind != waterfall.PENALTY or (step.of > 0.0 and -step.points <= step.of)
        assert step.kind not in (waterfall.GAIN, waterfall.LOSS) or abs(step.points) <= step.of + 0.15


def test_the_worked_example_of_the_score_is_told_in_its_steps() -> None:
    lines = [
        line(1, "required", "met", 1.0, weight=2.0),
        line(2, "required", "met", 1.0),
        line(3, "required", "missed", 0.5),
        line(4, "required", "not_applicable", None),
        line(5, "forbidden", "missed", 0.0, penalty=15.0, cap=59.0),
    ]
    fall = waterfall.decided(lines)
    assert [(s.kind, s.line.item_id, s.points, s.of) for s in fall.takes] == [
        ("loss", "i3", -12.5, 25.0),
        ("penalty", "i5", -15.0, 15.0),
        ("cap", "i5", -13.5, 59.0),
    ]
    assert [(s.line.item_id, s.points) for s in fall.gains] == [("i1", 50.0), ("i2", 25.0), ("i3", 12.5)]
    assert (fall.base, fall.score, fall.idle, fall.unjudged) == (87.5, 59.0, 1, 0)


def test_a_penalty_below_nothing_takes_what_is_left() -> None:
    fall = waterfall.decided([line(1, "required", "missed", 0.1), line(2, "forbidden", "missed", 0.0, penalty=40.0)])
    assert [(s.kind, s.points, s.of) for s in fall.takes] == [("loss", -90.0, 100.0), ("penalty", -10.0, 40.0)]


@pytest.mark.parametrize("example", ["visit-03", "followup-02"])
def test_on_the_page_it_is_the_score_that_stands_and_the_machines(
    app: Flask, db: Database, people: Cast, login: Login, example: str
) -> None:
    number, client = judge(app, db, example), login("qa")
    panel = panel_for(app, db, people["qa"], number)
    assert panel.waterfall is not None
    assert (panel.waterfall.score, panel.machine_waterfall) == (panel.score, None)
    decide(client, panel, "greeting", "set", "missed" if example == "followup-02" else "met", "复听")
    decide(client, panel_for(app, db, people["qa"], number), "not-our-job", "set", "missed", "复听")
    panel = panel_for(app, db, people["qa"], number)
    assert panel.waterfall is not None and panel.machine_waterfall is not None
    assert (panel.waterfall.score, panel.machine_waterfall.score) == (panel.score, panel.machine_score)
    told = page(client.get(f"/recordings/{number}")).one("details", id="waterfall").text
    assert "分数怎么来的" in told and "机器得分" in told


def test_the_answer_to_a_decision_brings_the_new_sum(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db, "followup-02")
    answer = page(decide(login("qa"), panel_for(app, db, people["qa"], number), "farewell", "set", "met", "说了再见"))
    assert "= 80.0" in answer.one("span", id="waterfall-sum").text
    assert "部分达标 33%" in answer.one("div", id="waterfall-steps").text


def test_one_who_judges_blind_is_told_no_sum(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number, client = judge(app, db), login("qa")
    client.post("/review/preference", data={"blind": "1", "recording": number})
    told = page(client.get(f"/recordings/{number}"))
    assert told.one("span", id="waterfall-sum").text == ""
    assert told.one("div", id="waterfall-steps").text == ""


def test_a_technician_is_told_of_the_score_that_stands_alone(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = judge(app, db, "followup-02"), login("qa")
    decide(client, panel_for(app, db, people["qa"], number), "farewell", "set", "met", "说了再见")
    review_all(client, panel_for(app, db, people["qa"], number))
    sign(client, panel_for(app, db, people["qa"], number))
    told = page(login("technician").get(f"/recordings/{number}")).one("details", id="waterfall").text
    assert "= 80.0" in told and "部分达标 33%" in told
    assert "60.0" not in told and "机器" not in told  # what the machine made of it


def test_where_nothing_was_judged_from_the_words_it_says_why_there_is_no_score() -> None:
    fall = waterfall.decided([line(1, "required", "cannot_judge", None), line(2, "required", "not_applicable", None)])
    assert (fall.score, fall.takes, fall.unjudged, fall.idle) == (None, (), 1, 1)
