"""Which recordings count: the one condition behind every figure, list of evidence and published month."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_

from web.figures.frames import Reviewed
from web.kit.calendar import Period
from web.models import Recording, RecordingState, ReviewState, Verdict, WorkOrder
from web.summaries.query import ScorecardQuery


def recorded_in(period: Period) -> ColumnElement[bool]:
    return and_(Recording.recorded_on >= period.first, Recording.recorded_on <= period.last)


def judged() -> ColumnElement[bool]:
    """Judged (and not excluded since), not deleted, somebody's: without technician or standard it is on nobody's scorecard."""
    return and_(
        Recording.state == RecordingState.JUDGED,
        Recording.deleted_at.is_(None),
        Recording.technician_id.is_not(None),
        Recording.standard_id.is_not(None),
    )


def included() -> ColumnElement[bool]:
    """Nobody took it out of all figures: for what counts recordings or decisions whether they are judged now or not."""
    return Recording.state != RecordingState.EXCLUDED


def judged_in(period: Period) -> ColumnElement[bool]:
    return and_(judged(), recorded_in(period))


def due() -> ColumnElement[bool]:
    """A verdict that counts: all but those nobody gave and nobody has to give."""
    return or_(Verdict.final.is_not(None), ~Verdict.optional)


def of_kind(job_kind: str) -> ColumnElement[bool]:
    """Of a work order of this kind."""
    order = exists().where(WorkOrder.id == Recording.work_order_id, WorkOrder.job_kind == job_kind)
    return order.correlate(Recording)


def asked_for(query: ScorecardQuery) -> ColumnElement[bool]:
    """Judged in the query's period, of its standard and job kind, signed where it wants signed ones; of any team."""
    conditions = [judged_in(query.span.period)]
    if query.standard_id:
        conditions.append(Recording.standard_id == query.standard_id)
    if query.job_kind:
        conditions.append(of_kind(query.job_kind))
    if query.reviewed is Reviewed.SIGNED:
        conditions.append(Recording.review_state == ReviewState.SIGNED)
    return and_(*conditions)
