"""From documents and corrections to lines and marks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain import Hit, How, ItemResult, Kind, Role, Utterance, Verdict
from tests.web.recordings.conftest import document
from web.intake.analysis import StoredAnalysis
from web.recordings import turns


def said(text: str, start_s: float, role: str = "technician", **more: Any) -> Utterance:
    count = len(text)
    return Utterance(
        **{
            "start_s": start_s, "end_s": start_s + 0.2 * count, "speaker": "S1" if role == "technician" else "S2",
            "role": Role(role), "text": text, "confidence": 0.9, "speaker_confidence": 1.0,
            "char_start_s": tuple(round(start_s + 0.2 * i, 2) for i in range(count)),
            "char_confidence": (0.9,) * count, **more,
        }
    )  # fmt: skip


def item(
    kind: str = "forbidden",
    verdict: str = "missed",
    *hits: tuple[float, float],
    credit: float | None = None,
    **more: Any,
) -> ItemResult:
    found = tuple(Hit(a, b, Role.TECHNICIAN, "不管", "不管", 1.0, **more) for a, b in hits)
    return ItemResult(
        "not-our-job", Kind(kind), How.RULE, "二.5", "不归我们管", Verdict(verdict), credit, 1.0, "", found
    )  # fmt: skip


def shown(heard: list[Utterance], items: list[ItemResult], **more: Any) -> list[turns.ShownTurn]:
    found = turns.evidence(items, turns.standings(items, more.pop("final", {})))
    return turns.turns(heard, more.pop("judged", heard), more.pop("edits", {}), more.pop("roles", {}), found)


def test_the_characters_of_a_hit_are_marked_and_no_others() -> None:
    (line,) = shown([said("这个我们不管啊", 10.0)], [item("forbidden", "missed", (10.8, 11.2))])
    assert [(run.text, run.tone) for run in line.runs] == [("这个我们", ""), ("不管", "forbidden"), ("啊", "")]
    assert line.runs[1].items[0].item_id == "not-our-job"


def test_what_the_customer_says_at_the_same_second_is_not_marked() -> None:
    lines = shown(
        [said("我们不管", 10.0), said("你们不管", 10.0, "customer")], [item("forbidden", "missed", (10.4, 10.8))]
    )
    assert [run.tone for run in lines[1].runs] == [""]


@pytest.mark.parametrize(
    ("kind", "verdict", "credit", "suspicion", "human", "tone"),
    [
        ("forbidden", "missed", 0.0, False, None, "forbidden"),
        ("forbidden", "met", 1.0, True, None, "suspicion"),
        ("forbidden", "missed", 0.0, False, ("met", True, 1.0), "overruled"),
        ("forbidden", "met", 1.0, True, ("missed", True, 0.0), "forbidden"),
        ("required", "met", 1.0, False, None, "met"),
        ("required", "met", 0.75, False, None, "partial"),
        ("required", "missed", 0.5, False, None, "partial"),
        ("required", "missed", 0.5, False, ("missed", True, 0.0), "overruled"),
        ("required", "missed", 0.5, False, ("not_applicable", True, None), "overruled"),
        ("required", "missed", 0.5, False, ("met", True, 1.0), "met"),
        ("required", "cannot_judge", None, False, None, "open"),
        ("required", "cannot_judge", None, True, None, "suspicion"),
        ("required", "cannot_judge", None, True, ("met", True, 1.0), "met"),
    ],
)
def test_a_mark_says_what_stands_now(
    kind: str,
    verdict: str,
    credit: float | None,
    suspicion: bool,
    human: tuple[str, bool, float | None] | None,
    tone: str,
) -> None:
    items = [item(kind, verdict, (1.0, 2.0), credit=credit, suspicion=suspicion)]
    final = {"not-our-job": human} if human else {}
    (mark,) = turns.marks(turns.evidence(items, turns.standings(items, final)))
    assert mark.tone == tone


def test_hits_of_one_clause_that_belong_together_are_one_mark() -> None:
    items = [item("required", "met", (1.0, 1.5), (2.0, 3.0), (60.0, 61.0))]
    found = turns.marks(turns.evidence(items, turns.standings(items, {})))
    assert [(m.start_s, m.end_s) for m in found] == [(1.0, 3.0), (60.0, 61.0)]


def test_corrected_words_show_no_evidence_until_they_are_judged() -> None:
    heard = [said("这个我们不管啊", 10.0)]
    edits = {0: turns.Edit(text="这个我们来管吧")}
    items = [item("forbidden", "missed", (10.8, 11.2))]
    (line,) = shown(heard, items, edits=edits)
    assert line.text == "这个我们来管吧"
    assert line.machine_text == "这个我们不管啊"
    assert {run.tone for run in line.runs} == {""}
    (again,) = shown(heard, items, edits=edits, judged=[said("这个我们来管吧", 10.0)])
    assert "forbidden" in {run.tone for run in again.runs}


def test_a_lines_own_role_wins_over_its_speakers() -> None:
    heard = [said("您好", 0.0), said("您好您好", 2.0)]
    lines = shown(heard, [], roles={"S1": "customer"}, edits={1: turns.Edit(role="other")})
    assert [line.role for line in lines] == ["customer", "other"]


def test_unsure_characters_are_shaded_but_not_commas() -> None:
    heard = [said("修东西，", 0.0, char_confidence=(0.9, 0.2, 0.9, 0.1))]
    (line,) = shown(heard, [])
    assert [(run.text, run.low) for run in line.runs] == [("修", False), ("东", True), ("西，", False)]


@pytest.mark.parametrize("name", ["visit-03", "followup-02"])
def test_every_hit_of_a_real_analysis_lights_its_own_words(name: str) -> None:
    found = StoredAnalysis(document(name), name)
    hits = turns.evidence(found.judgement.items, turns.standings(found.judgement.items, {}))
    lines = turns.turns(found.hearing.transcript, found.hearing.transcript, {}, {}, hits)
    assert hits
    for hit in hits:
        lit = "".join(
            run.text for line in lines for run in line.runs if any(s.item_id == hit.standing.item_id for s in run.items)
        )
        assert hit.quote[:2] in lit


@given(st.text(alphabet="您好我是，。", max_size=12), st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), max_size=4))
def test_runs_are_the_line(text: str, spans: list[tuple[float, float]]) -> None:
    items = [item("required", "met", *[(min(s), max(s)) for s in spans])]
    (line,) = shown([said(text, 0.0)], items)
    assert "".join(run.text for run in line.runs) == text
    assert [run.first for run in line.runs] == [sum(len(r.text) for r in line.runs[:i]) for i in range(len(line.runs))]
