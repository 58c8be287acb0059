"""What other settings make of stored verdicts: laws, and that today's settings give the scores that stand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from analyzer.settings import Settings
from tests.web.review.stage import judge
from web.db import Database
from web.lexicon.policy import Value, ruled
from web.models import Recording
from web.standards.policy.effect import StoredRecording, StoredVerdict, effect, passes
from web.standards.policy.stored import recent

VISIT = ruled(Settings().lexicons, "property-visit")
REQUIRED = [c.id for c in VISIT.clauses if c.kind == "required" and c.how == "rule"]
FORBIDDEN = [c.id for c in VISIT.clauses if c.kind == "forbidden"]
TODAY = dt.date(2026, 11, 26)


def recording(*verdicts: StoredVerdict, number: int = 1) -> StoredRecording:
    return StoredRecording(number, f"{number}.m4a", "王师傅", dt.datetime(2026, 11, 20, tzinfo=dt.UTC), verdicts)


def required(item: str, credit: float, *, by_person: bool = False) -> StoredVerdict:
    word = "met" if credit >= 1.0 else "missed"
    return StoredVerdict(item, "required", "rule", 1.0, word, credit, by_person)


def forbidden(item: str, said: bool, *groups: str) -> StoredVerdict:
    return StoredVerdict(item, "forbidden", "rule", 1.0, "missed" if said else "met", float(not said), False, groups)


VERDICTS = st.tuples(
    *(st.floats(0, 1).map(lambda credit, item=item: required(item, credit)) for item in REQUIRED),
    *(st.booleans().map(lambda said, item=item: forbidden(item, said)) for item in FORBIDDEN),
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "pass_mark": st.none() | st.floats(1, 100),
        **{f"weight:{item}": st.floats(0.1, 100) for item in REQUIRED},
        **{f"penalty:{item}": st.floats(0.1, 100) for item in FORBIDDEN},
        "cap:profanity": st.floats(0, 99),
        "pass:farewell": st.floats(0.01, 1),
    },
)


@given(st.lists(VERDICTS, max_size=4))
def test_the_settings_that_hold_change_nothing(rows: list[tuple[StoredVerdict, ...]]) -> None:
    found = effect([recording(*row, number=i) for i, row in enumerate(rows)], VISIT.values, dict(VISIT.values))
    assert found.nothing and found.mean_before == found.mean_after and found.most == ()


@given(VERDICTS, CHANGES)
def test_whatever_is_set_a_score_stays_within_0_and_100(
    row: tuple[StoredVerdict, ...], changes: dict[str, Value]
) -> None:
    found = effect([recording(*row)], VISIT.values, {**VISIT.values, **changes})
    assert found.mean_after is None or 0.0 <= found.mean_after <= 100.0
    assert found.changed <= found.recordings == 1


@given(VERDICTS, st.sampled_from(FORBIDDEN), st.floats(0, 50))
def test_a_dearer_word_never_raises_a_score(row: tuple[StoredVerdict, ...], item: str, more: float) -> None:
    key = f"penalty:{item}"
    after = {**VISIT.values, key: min(100.0, float(VISIT.values[key] or 0.0) + more)}
    found = effect([recording(*row)], VISIT.values, after)
    assert found.mean_before is None or (found.mean_after or 0.0) <= found.mean_before


def test_there_and_back_is_where_one_was() -> None:
    rows = [recording(required("greeting", 1.0), required("farewell", 0.5), forbidden("solicit", said=True))]
    other = {**VISIT.values, "weight:greeting": 9.0, "penalty:solicit": 1.0}
    there, back = effect(rows, VISIT.values, other), effect(rows, other, VISIT.values)
    assert (there.mean_before, there.mean_after) == (back.mean_after, back.mean_before)


def test_a_clause_that_weighs_more_pulls_the_score_its_way() -> None:
    rows = [recording(required("greeting", 1.0), required("farewell", 0.0))]
    found = effect(rows, VISIT.values, {**VISIT.values, "weight:greeting": 6.0})
    assert (found.mean_before, found.mean_after, found.changed) == (50.0, 75.0, 1)
    assert [(c.before, c.after) for c in found.most] == [(50.0, 75.0)]


def test_the_words_of_a_lesser_group_cost_what_the_group_costs_and_cap_nothing() -> None:
    rows = [recording(required("greeting", 1.0), forbidden("profanity", True, "oath"))]
    assert effect(rows, VISIT.values, VISIT.values).mean_before == 95.0
    assert effect(rows, VISIT.values, {**VISIT.values, "penalty:profanity:oath": 20.0}).mean_after == 80.0
    both = [recording(required("greeting", 1.0), forbidden("profanity", True, "oath", "profanity"))]
    assert effect(both, VISIT.values, VISIT.values).mean_before == 59.0


def test_how_much_must_be_done_changes_the_word_and_not_the_score_nor_what_a_person_said() -> None:
    half = required("farewell", 0.8)
    rows = [recording(required("greeting", 1.0), half), recording(required("farewell", 0.8, by_person=True), number=2)]
    found = effect(rows, {**VISIT.values, "pass:farewell": 1.0}, {**VISIT.values, "pass:farewell": 0.75})
    assert (found.changed, found.other_verdicts) == (0, 1)
    assert found.most[0].turned == (("farewell", "missed", "met"),)


def test_a_score_on_the_mark_passes_and_without_a_mark_nothing_does() -> None:
    assert [passes(v, 80.0) for v in (79.9, 80.0, None)] == [False, True, None]
    assert passes(100.0, None) is None


def test_class_changes_are_counted_and_the_five_that_change_most_come_first() -> None:
    rows = [
        recording(required("greeting", 1.0), required("farewell", share), number=n)
        for n, share in enumerate((0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    ]
    before = {**VISIT.values, "pass_mark": 70.0}
    found = effect(rows, before, {**before, "weight:farewell": 20.0})
    assert len(found.most) == 5 and [c.recording.id for c in found.most] == [0, 1, 2, 3, 4]
    assert (found.passed_before, found.passed_after, found.other_class) == (4, 2, 2)


@pytest.mark.parametrize("said", ["", "not-our-job"])
def test_the_settings_that_judged_give_the_scores_that_stand(
    app: Flask, db: Database, people: dict[str, Any], said: str
) -> None:
    number = judge(app, db, suspicion=said)
    with db.reading() as session:
        score = session.get_one(Recording, number).score
        rows = recent(session, "property-visit", TODAY, {"profanity"})
    assert [r.id for r in rows] == [number]
    assert effect(rows, VISIT.values, VISIT.values).mean_before == score


def test_only_the_last_month_is_looked_at(app: Flask, db: Database, people: dict[str, Any]) -> None:
    judge(app, db)
    with db.reading() as session:
        assert recent(session, "property-visit", TODAY + dt.timedelta(days=40), ()) == []
        assert recent(session, "property-followup", TODAY, ()) == []
