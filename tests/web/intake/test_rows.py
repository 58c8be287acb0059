"""An Analysis becomes rows; people's decisions stand beside the machine's verdicts and outlive new analyses."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.web import cast
from tests.web.data import analysis
from web.db import Database
from web.intake import rows
from web.models import (
    Analysis,
    AnalysisDocument,
    CustomerWord,
    Decision,
    Recording,
    RecordingState,
    StaleDay,
    Verdict,
)


@pytest.fixture
def recording_id(db: Database, people: dict[str, Any]) -> int:
    with db.writing() as session:
        row = cast.recording(session, people["wang"])
        rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
        return row.id


def row(db: Database, recording_id: int) -> Recording:
    with db.reading() as session:
        return session.get_one(Recording, recording_id)


def verdict(db: Database, recording_id: int, item_id: str) -> Verdict:
    with db.reading() as session:
        return session.get_one(Verdict, (recording_id, item_id))


def decide(
    db: Database, recording_id: int, user: Any, item_id: str, action: str, after: str | None, **more: Any
) -> None:
    with db.writing() as session:
        found = session.get_one(Recording, recording_id)
        session.add(
            Decision(
                recording_id=recording_id,
                analysis_id=found.analysis_id,
                item_id=item_id,
                user_id=user.id,
                action=action,
                after=after,
                **more,
            )
        )
        rows.refresh(session, recording_id)


def test_every_clause_has_a_row_in_the_standards_order(db: Database, recording_id: int) -> None:
    with db.reading() as session:
        found = session.scalars(select(Verdict).order_by(Verdict.position)).all()
    expected = analysis("visit-03")["items"]
    assert [(v.item_id, v.kind, v.how, v.machine, v.machine_credit, v.weight) for v in found] == [
        (i["id"], i["kind"], i["how"], i["verdict"], i["credit"], i["weight"]) for i in expected
    ]
    assert all((v.final, v.final_credit, v.human) == (v.machine, v.machine_credit, None) for v in found)
    said = verdict(db, recording_id, "not-our-job")
    hit = expected[9]["hits"][0]
    assert said.hit_count == 3
    assert said.evidence[0]["quote"] == hit["quote"]
    assert said.evidence[0]["start_s"] == hit["start_s"]


def test_the_counters_are_those_of_the_analysis(db: Database, recording_id: int) -> None:
    found = row(db, recording_id)
    document = analysis("visit-03")
    assert found.state is RecordingState.JUDGED
    assert (found.machine_score, found.score) == (0.0, 0.0) == (document["score"]["value"],) * 2
    assert (found.judged_count, found.not_judged_count) == (12, 0)
    assert (found.missed_count, found.forbidden_count, found.suspicion_count) == (6, 4, 0)
    assert (found.duration_s, found.speech_s) == (document["duration_s"], document["speech_s"])
    assert found.role_confidence == 0.981
    assert 0.6 < found.risk < 1.0


def test_the_document_is_kept_with_what_its_clauses_cost(db: Database, recording_id: int) -> None:
    with db.reading() as session:
        body = session.scalars(select(AnalysisDocument.body)).one()
    assert body["transcript"] == analysis("visit-03")["transcript"]
    assert body["terms"]["profanity"] == {"penalty": 30.0, "cap": 59.0}
    assert "greeting" not in body["terms"]


def test_the_summaries_of_the_day_are_stale(db: Database, recording_id: int, people: dict[str, Any]) -> None:
    with db.reading() as session:
        found = session.execute(select(StaleDay.day, StaleDay.technician_id)).all()
    assert [tuple(f) for f in found] == [(cast.MONDAY.date(), people["wang"].id)]


def test_the_customers_words_are_kept(db: Database, recording_id: int) -> None:
    with db.reading() as session:
        found = {w.word: w.count for w in session.scalars(select(CustomerWord))}
    assert found == {w["word"]: w["count"] for w in analysis("visit-03")["figures"]["keywords"]}


def test_overruling_changes_the_score_by_the_formula_and_leaves_the_machines(
    db: Database, recording_id: int, people: dict[str, Any]
) -> None:
    for item_id in ("not-our-job", "not-our-concern", "do-not-know", "solicit"):
        decide(db, recording_id, people["qa"], item_id, "overrule", "met")
    found = row(db, recording_id)
    # without penalties: 100 × (2 × 0.5) / (2 + 1 + 2 + 2 + 2 + 2)
    assert (found.score, found.machine_score) == (9.1, 0.0)
    assert found.forbidden_count == 0
    decide(db, recording_id, people["qa"], "greeting", "overrule", "met")
    assert row(db, recording_id).score == pytest.approx(100 * 3 / 11, abs=0.05)
    decide(db, recording_id, people["qa"], "profanity", "overrule", "missed")
    # 27.3 - 30, and under the cap of 59: never below nought
    assert row(db, recording_id).score == 0.0
    said = verdict(db, recording_id, "greeting")
    assert (said.machine, said.human, said.final, said.final_credit) == ("missed", "met", "met", 1.0)


def test_a_fatal_clause_caps_what_people_decide_as_well(db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        recording = cast.recording(session, people["wang"], "乙.mp3", standard_id="property-followup")
        document = analysis("followup-02")
        document["terms"] = {"profanity": {"penalty": 0.0, "cap": 59.0}}
        rows.record_analysis(session, recording.id, document, "heard")
        recording_id = recording.id
    assert row(db, recording_id).score == 60.0
    decide(db, recording_id, people["qa"], "profanity", "overrule", "missed")
    assert row(db, recording_id).score == 59.0


def test_confirming_keeps_the_machines_partial_credit(db: Database, recording_id: int, people: dict[str, Any]) -> None:
    decide(db, recording_id, people["qa"], "farewell", "confirm", "missed")
    assert verdict(db, recording_id, "farewell").final_credit == 0.5
    decide(db, recording_id, people["qa"], "farewell", "overrule", "met", after_credit=0.8)
    assert verdict(db, recording_id, "farewell").final_credit == 0.8


def test_a_withdrawn_decision_gives_the_machine_its_say_again(
    db: Database, recording_id: int, people: dict[str, Any]
) -> None:
    before = row(db, recording_id)
    decide(db, recording_id, people["qa"], "greeting", "overrule", "met")
    decide(db, recording_id, people["qa"], "greeting", "withdraw", None)
    after = verdict(db, recording_id, "greeting")
    assert (after.human, after.final, after.decision_id) == (None, "missed", None)
    assert (row(db, recording_id).score, row(db, recording_id).risk) == (before.score, before.risk)


def test_a_persons_not_applicable_leaves_the_denominator(
    db: Database, recording_id: int, people: dict[str, Any]
) -> None:
    for item_id in ("not-our-job", "not-our-concern", "do-not-know", "solicit"):
        decide(db, recording_id, people["qa"], item_id, "overrule", "met")
    decide(db, recording_id, people["qa"], "greeting", "overrule", "not_applicable")
    assert verdict(db, recording_id, "greeting").final_credit is None
    assert row(db, recording_id).score == pytest.approx(100 * 1 / 9, abs=0.05)


def test_decisions_outlive_a_new_analysis_and_count_in_it(
    db: Database, recording_id: int, people: dict[str, Any]
) -> None:
    decide(db, recording_id, people["qa"], "greeting", "overrule", "met")
    decide(db, recording_id, people["qa"], "knock", "answer", "met")
    with db.writing() as session:
        rows.record_analysis(session, recording_id, analysis("visit-03"), "rescored", "角色对调", people["qa"].id)
    greeting, knock = verdict(db, recording_id, "greeting"), verdict(db, recording_id, "knock")
    assert (greeting.human, greeting.final, knock.final) == ("met", "met", "met")
    with db.reading() as session:
        kept = session.execute(select(Analysis.number, Analysis.origin, Analysis.cause).order_by(Analysis.id)).all()
        assert [tuple(k) for k in kept] == [(1, "heard", ""), (2, "rescored", "角色对调")]
        assert session.get_one(Recording, recording_id).analysis_id == greeting.analysis_id


def test_another_standards_clauses_replace_the_old_ones(db: Database, recording_id: int) -> None:
    with db.writing() as session:
        rows.record_analysis(session, recording_id, analysis("followup-02"), "rescored", "换标准")
    with db.reading() as session:
        found = session.scalars(select(Verdict.item_id).order_by(Verdict.position)).all()
    assert list(found) == [i["id"] for i in analysis("followup-02")["items"]]


def test_only_what_nobody_checked_makes_the_risk(db: Database, recording_id: int, people: dict[str, Any]) -> None:
    before = row(db, recording_id).risk
    for item_id in ("not-our-job", "not-our-concern", "do-not-know", "solicit"):
        decide(db, recording_id, people["qa"], item_id, "confirm", "missed")
    found = row(db, recording_id)
    assert found.forbidden_count == 4
    assert found.risk < before


def test_a_suspicion_waits_until_a_person_decides(db: Database, people: dict[str, Any]) -> None:
    document = analysis("followup-02")
    item = next(i for i in document["items"] if i["id"] == "profanity")
    hit = {"start_s": 1.0, "end_s": 2.0, "role": "technician", "quote": "他妈的", "similarity": 0.8, "suspicion": True}
    item.update(verdict="cannot_judge", credit=None, hits=[hit] * 30)
    with db.writing() as session:
        recording = cast.recording(session, people["wang"], "丙.mp3", standard_id="property-followup")
        rows.record_analysis(session, recording.id, document, "heard")
    assert row(db, recording.id).suspicion_count == 1
    assert row(db, recording.id).not_judged_count == 1
    said = verdict(db, recording.id, "profanity")
    assert (said.hit_count, len(said.evidence), said.suspicion) == (30, rows.MOST_EVIDENCE, True)
    decide(db, recording.id, people["qa"], "profanity", "overrule", "met")
    assert row(db, recording.id).suspicion_count == 0


def test_nothing_judged_gives_no_score(db: Database, people: dict[str, Any]) -> None:
    document = analysis("visit-03")
    for item in document["items"]:
        if item["how"] == "rule":
            item.update(verdict="cannot_judge", credit=None, hits=[])
    document["score"]["value"] = None
    document["speakers"] = document["transcript"] = []
    with db.writing() as session:
        recording = cast.recording(session, None, "丁.mp3")
        rows.record_analysis(session, recording.id, document, "heard")
    found = row(db, recording.id)
    assert (found.score, found.machine_score, found.role_confidence) == (None, None, None)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(StaleDay)) == 0  # nobody's day


def test_a_standard_that_is_gone_is_told(db: Database, people: dict[str, Any]) -> None:
    document = analysis("visit-03")
    document["standard"]["id"] = "gone"
    with pytest.raises(Exception, match="没有标准 gone"), db.writing() as session:
        rows.record_analysis(session, cast.recording(session, None).id, document, "heard")
    with db.reading() as session:
        assert session.scalar(select(func.count(Analysis.id))) == 0


def test_a_verdict_rests_on_the_least_certain_of_its_evidence(db: Database, people: dict[str, Any]) -> None:
    document = analysis("visit-03")
    for number, item in enumerate(i for i in document["items"] if i["hits"]):
        item["hits"] = [{**item["hits"][0], "by": by} for by in (["words", "sound"], ["meaning", "words"])[number % 2]]
    with db.writing() as session:
        made = cast.recording(session, people["wang"])
        rows.record_analysis(session, made.id, document, "heard")
        found = {v.item_id: (v.hit_count, v.rests_on) for v in session.scalars(select(Verdict))}
    assert set(found.values()) == {(2, "sound"), (2, "meaning"), (0, "nothing")}
