"""The recordings and verdicts on which a month's document rests, one query each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from web.models import Analysis, Recording, Verdict, WorkOrder
from web.summaries.judged import due

Row = Mapping[Any, Any]


def recordings_in(session: Session, counted: ColumnElement[bool]) -> Sequence[Row]:
    return (
        session.execute(
            select(
                Recording.id.label("recording_id"),
                Recording.recorded_on.label("day"),
                Recording.recorded_at,
                Recording.technician_id,
                Recording.standard_id,
                WorkOrder.order_no,
                WorkOrder.job_kind,
                Recording.review_state,
                Recording.score,
                Recording.machine_score,
                Recording.forbidden_count.label("forbidden"),
                Recording.suspicion_count.label("suspicions"),
                Recording.judged_count.label("judged_items"),
                Recording.not_judged_count.label("unjudged_items"),
                Recording.sha256,
                Recording.analysis_id,
                Analysis.number,
                Analysis.standard_id.label("judged_by"),
                Analysis.standard_version,
                Analysis.standard_digest,
            )
            .select_from(Recording)
            .join(Analysis, Analysis.id == Recording.analysis_id)
            .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
            .where(counted)
            .order_by(Recording.recorded_at, Recording.id)
        )
        .mappings()
        .all()
    )


def verdicts_in(session: Session, counted: ColumnElement[bool]) -> Sequence[Row]:
    return (
        session.execute(
            select(
                Recording.id.label("recording_id"),
                Recording.technician_id,
                Recording.recorded_on.label("day"),
                Recording.review_state,
                WorkOrder.job_kind,
                Verdict.standard_id,
                Verdict.item_id,
                Verdict.final,
                Verdict.final_credit,
            )
            .select_from(Recording)
            .join(Verdict, Verdict.recording_id == Recording.id)
            .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
            .where(counted, due())
            .order_by(Recording.id, Verdict.position)
        )
        .mappings()
        .all()
    )
