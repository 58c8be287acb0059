"""What is judged again: the machine's hearing with what people said about it put in."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain import Hearing
from analyzer.errors import AnalyzerError
from analyzer.pipeline import rescore
from analyzer.serial import analysis_to_dict, hearing_from_dict
from analyzer.settings import ROOT, Settings
from tests.web import cast
from tests.web.data import analysis
from web.db import Database
from web.intake import effective, rejudge, rows
from web.intake.effective import Inputs
from web.models import Job, JobKind, JobState, Recording, ReviewState, TranscriptEdit

NOTHING = Inputs("property-visit", {}, None, {}, {})
SETTINGS = Settings(lexicons=ROOT / "lexicons")


def told(**more: Any) -> Inputs:
    return dataclasses.replace(NOTHING, **more)


def judged(name: str, said: Inputs) -> Hearing:
    return effective.effective(hearing_from_dict(analysis(name), name), said)


def test_without_anything_told_it_is_what_was_heard() -> None:
    assert judged("visit-03", NOTHING) == hearing_from_dict(analysis("visit-03"), "visit-03")


def test_a_speakers_role_holds_for_all_his_lines() -> None:
    hearing = judged("visit-03", told(roles={"S1": "technician", "S2": "customer"}))
    assert {(u.speaker, u.role) for u in hearing.transcript} == {("S1", "technician"), ("S2", "customer")}
    assert [(s.role, s.confidence) for s in hearing.speakers] == [("technician", 1.0), ("customer", 1.0)]


def test_a_lines_own_role_wins() -> None:
    roles = {"S1": "customer", "S2": "technician"}
    hearing = judged("visit-03", told(roles=roles, edits={(0, "role"): "technician"}))
    assert hearing.transcript[0].role == "technician"
    assert hearing.transcript[2].role == "customer"


def test_a_corrected_line_is_sure_and_spread_over_its_time() -> None:
    hearing = judged("visit-03", told(edits={(1, "text"): "您好，我是维修员。"}))
    line = hearing.transcript[1]
    assert line.text == "您好，我是维修员。"
    assert (line.confidence, set(line.char_confidence)) == (1.0, {1.0})
    assert line.char_start_s[0] == line.start_s
    assert line.char_start_s[-1] < line.end_s
    steps = {round(b - a, 1) for a, b in zip(line.char_start_s, line.char_start_s[1:], strict=False)}
    assert len(steps) <= 2


def test_a_corrected_greeting_is_met_without_hearing_again() -> None:
    words = "您好，我是服务中心的维修人员，我姓王，请问您的水管有什么问题，需要我们提供服务？"
    hearing = judged("visit-03", told(edits={(1, "text"): words}))
    verdicts = {
        i["id"]: i["verdict"] for i in analysis_to_dict(rescore(hearing, "property-visit", {}, SETTINGS))["items"]
    }
    assert verdicts["greeting"] == "met"


def test_the_stated_channel_names_the_technician_of_a_two_channel_recording() -> None:
    hearing = judged("followup-02", told(technician_channel=0))
    assert {(u.speaker, u.role) for u in hearing.transcript} == {("S1", "technician"), ("S2", "customer")}
    mono = judged("visit-03", told(technician_channel=0))
    assert mono == hearing_from_dict(analysis("visit-03"), "visit-03")


def test_a_channel_taken_back_lets_the_words_decide_again() -> None:
    stated = judged("followup-02", told(technician_channel=0))
    again = effective.effective(stated, told())
    found = analysis_to_dict(rescore(again, "property-followup", {}, SETTINGS))
    assert {s["id"]: s["role"] for s in found["speakers"]} == {"S1": "customer", "S2": "technician"}


def test_a_person_wins_over_the_stated_channel() -> None:
    hearing = judged("followup-02", told(technician_channel=0, roles={"S1": "customer"}))
    assert {u.role for u in hearing.transcript if u.speaker == "S1"} == {"customer"}


@given(st.integers(0, 20), st.text(min_size=1, max_size=40).filter(lambda t: t.isprintable()))
def test_whatever_a_person_writes_can_be_judged(line: int, text: str) -> None:
    hearing = judged("visit-03", told(edits={(line, "text"): text}))
    assert hearing.transcript[line].text == text


class TestInTheDatabase:
    @pytest.fixture
    def recording_id(self, db: Database, people: dict[str, Any]) -> int:
        with db.writing() as session:
            order = cast.order(session, people["wang"], facts={"late": True, "charged": True, "note": "x"})
            row = cast.recording(
                session, people["wang"], work_order_id=order.id, facts={"charged": False}, stored_key="k"
            )
            rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
            return row.id

    def edit(self, db: Database, people: Any, recording_id: int, field: str, after: str | None, line: int = 1) -> None:
        with db.writing() as session:
            found = session.get_one(Recording, recording_id)
            session.add(
                TranscriptEdit(
                    recording_id=recording_id,
                    analysis_id=found.analysis_id,
                    line=line,
                    field=field,
                    before="",
                    after=after,
                    user_id=people["qa"].id,
                )
            )

    def inputs(self, db: Database, recording_id: int) -> Inputs:
        with db.reading() as session:
            return effective.inputs(session, session.get_one(Recording, recording_id))

    def test_the_recordings_facts_lie_over_the_orders(self, db: Database, recording_id: int) -> None:
        assert self.inputs(db, recording_id).facts == {"late": True, "charged": False}

    def test_the_last_edit_of_a_line_holds_and_one_can_be_taken_back(
        self, db: Database, people: Any, recording_id: int
    ) -> None:
        self.edit(db, people, recording_id, "text", "甲")
        self.edit(db, people, recording_id, "text", "乙")
        self.edit(db, people, recording_id, "role", "customer")
        assert self.inputs(db, recording_id).edits == {(1, "text"): "乙", (1, "role"): "customer"}
        self.edit(db, people, recording_id, "text", None)
        assert self.inputs(db, recording_id).edits == {(1, "role"): "customer"}

    def test_edits_hang_on_the_hearing_not_on_what_was_scored_since(
        self, db: Database, people: Any, recording_id: int
    ) -> None:
        self.edit(db, people, recording_id, "text", "甲")
        with db.writing() as session:
            rows.record_analysis(session, recording_id, analysis("visit-03"), "rescored")
        assert self.inputs(db, recording_id).edits == {(1, "text"): "甲"}
        with db.reading() as session:
            assert effective.heard_document(session, recording_id) is not None

    def test_a_request_is_urgent_and_only_one(self, db: Database, people: Any, recording_id: int) -> None:
        with db.writing() as session:
            first = rejudge.request(session, recording_id, "角色对调", people["qa"].id)
            assert rejudge.request(session, recording_id, "文字更正", people["qa"].id) == first
            job = session.get_one(Job, first)
            assert (job.kind, job.state, job.priority) == (JobKind.SCORE, JobState.QUEUED, 10)

    def test_what_was_never_heard_is_heard(self, db: Database, people: Any) -> None:
        with db.writing() as session:
            row = cast.recording(session, people["wang"], "新.mp3", stored_key="k")
            assert session.get_one(Job, rejudge.request(session, row.id, "选定标准", None)).kind is JobKind.HEAR

    def test_a_signed_recording_is_left_alone(self, db: Database, people: Any, recording_id: int) -> None:
        with db.writing() as session:
            session.get_one(Recording, recording_id).review_state = ReviewState.SIGNED
            with pytest.raises(AnalyzerError) as refused:
                rejudge.request(session, recording_id, "角色对调", None)
            assert refused.value.code == "recording-signed"

    def test_without_a_standard_it_says_so(self, db: Database, people: Any) -> None:
        with db.writing() as session:
            row = cast.recording(session, None, "无.mp3", standard_id=None)
            with pytest.raises(AnalyzerError, match="还没有选定标准"):
                rejudge.request(session, row.id, "", None)
