"""What a recording is judged again by: what was heard, what people said, and how it stands now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.dryrun.difference import Said
from web.dryrun.tally import FROZEN, SIGNED
from web.intake.analysis import StoredAnalysis
from web.intake.effective import Inputs, heard_document, inputs
from web.models import (
    AnalysisDocument,
    Decision,
    PublishedMonth,
    Recording,
    RecordingState,
    ReviewState,
    Verdict,
)
from web.models.vocabulary import How


@dataclass(frozen=True, slots=True)
class Material:
    """A recording that can be judged again. `heard`: the document to judge; `stands`: the judgement that stands."""

    recording_id: int
    technician_id: int | None
    standard_id: str
    day: dt.date
    name: str
    kept: str
    heard: dict[str, Any]
    inputs: Inputs
    stands: StoredAnalysis
    said: dict[str, Said]


def material(session: Session, recording_id: int, frozen: frozenset[str]) -> Material | None:
    """None where there is nothing to judge any more: deleted, erased, excluded, or being heard anew."""
    recording = session.get(Recording, recording_id)
    if (
        recording is None
        or recording.deleted_at is not None
        or recording.words_erased_at is not None
        or recording.state is not RecordingState.JUDGED
        or recording.standard_id is None
    ):
        return None
    heard = heard_document(session, recording_id)
    body = session.scalar(select(AnalysisDocument.body).where(AnalysisDocument.analysis_id == recording.analysis_id))
    if heard is None or body is None:
        return None
    return Material(
        recording_id,
        recording.technician_id,
        recording.standard_id,
        recording.recorded_on,
        recording.original_name,
        kept(recording, frozen),
        heard,
        inputs(session, recording),
        StoredAnalysis(body, f"recording {recording_id}"),
        _said(session, recording_id),
    )


def kept(recording: Recording, frozen: frozenset[str]) -> str:
    """Why a new judgement does not change a recording: signed | frozen (its month is published), "" where it does."""
    if recording.review_state is ReviewState.SIGNED:
        return SIGNED
    return FROZEN if f"{recording.recorded_on:%Y-%m}" in frozen else ""


def frozen_months(session: Session) -> frozenset[str]:
    """The months (YYYY-MM) that were published."""
    return frozenset(session.scalars(select(PublishedMonth.month).distinct()))


def _said(session: Session, recording_id: int) -> dict[str, Said]:
    rows = session.execute(
        select(
            Verdict.item_id, Verdict.how, Verdict.human, Decision.after_credit, Verdict.machine, Verdict.machine_credit
        )
        .outerjoin(Decision, Decision.id == Verdict.decision_id)
        .where(Verdict.recording_id == recording_id)
    )
    said = {}
    for item_id, how, human, credit, machine, machine_credit in rows:
        linked = how == How.LINK and machine is not None
        if human is not None or linked:
            said[item_id] = Said(human, credit, machine if linked else None, machine_credit if linked else None)
    return said
