"""Judging blind: what one participant is asked, answers and hands in. Belongs into a writing transaction where it writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from web.calibration.sessions import close, rater, raters, recordings, session_for
from web.db import now
from web.intake.analysis import ItemResult
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.kit.refusals import GoneError, InvalidError, StaleError
from web.models import CalibrationAnswer, CalibrationRater, CalibrationRecording, CalibrationSession, Recording
from web.review.second import SecondLine, line_to_judge


@dataclass(frozen=True, slots=True)
class ToJudge:
    """A recording of the session, and how far the viewer is with it."""

    id: int
    technician: str
    order_no: str
    recorded_at: datetime
    duration_s: float | None
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of one recording."""

    lines: tuple[SecondLine, ...]
    given: Mapping[str, str]
    following: int | None  # the next recording that is not done


def progress(session: Session, viewer: Viewer, row: CalibrationSession) -> tuple[ToJudge, ...]:
    """The session's recordings with the viewer's own progress, in their order."""
    asked = {one.recording_id: len(one.clauses) for one in recordings(session, viewer, row.id)}
    answered: dict[int, int] = dict(
        session.execute(
            select(CalibrationAnswer.recording_id, func.count())
            .where(CalibrationAnswer.session_id == row.id, CalibrationAnswer.user_id == viewer.id)
            .group_by(CalibrationAnswer.recording_id)
        ).all()
    )
    columns = columns_of(ToJudge, asked=Recording.id, answered=Recording.id)
    statement = with_people(select(*columns).select_from(Recording)).where(Recording.id.in_(asked))
    found = {line.id: line._asdict() for line in session.execute(statement)}
    return tuple(
        ToJudge(**{**found[number], "asked": n, "answered": answered.get(number, 0)}) for number, n in asked.items()
    )


def sheet(session: Session, viewer: Viewer, session_id: int, recording_id: int) -> Sheet:
    """What is asked of one recording. Raises GoneError for who does not take part, StaleError after handing in."""
    row, asked, others = _open(session, viewer, session_id, recording_id)
    statement = select(CalibrationAnswer.recording_id, CalibrationAnswer.item_id, CalibrationAnswer.verdict).where(
        CalibrationAnswer.session_id == session_id, CalibrationAnswer.user_id == viewer.id
    )
    own: dict[int, dict[str, str]] = defaultdict(dict)
    for number, item, verdict in session.execute(statement):
        own[number][item] = verdict
    following = next((o.recording_id for o in others if len(own[o.recording_id]) < len(o.clauses)), None)
    return Sheet(_lines(row, asked), own[recording_id], following)


def places(lines: Iterable[SecondLine], items: Mapping[str, ItemResult]) -> dict[str, float]:
    """Where a clause is looked for, in seconds, whatever was found there: so it tells nothing of the verdict."""
    asked = (line.item_id for line in lines)
    return {item: items[item].searched[0].start_s for item in asked if item in items and items[item].searched}


def answer(session: Session, viewer: Viewer, session_id: int, recording_id: int, given: Mapping[str, str]) -> int:
    """Keep the answers to one recording in place of the earlier ones; return how many are still missing.

    Raises GoneError, StaleError after handing in, InvalidError for a verdict that the clause does not have.
    """
    row, asked, _others = _open(session, viewer, session_id, recording_id)
    lines = _lines(row, asked)
    kept = {line.item_id: given[line.item_id] for line in lines if given.get(line.item_id)}
    if any(kept.get(line.item_id, line.choices[0]) not in line.choices for line in lines):
        raise InvalidError(_("请从给出的结论里选。"))
    session.execute(
        delete(CalibrationAnswer).where(
            CalibrationAnswer.session_id == session_id,
            CalibrationAnswer.recording_id == recording_id,
            CalibrationAnswer.user_id == viewer.id,
        )
    )
    session.add_all(
        CalibrationAnswer(
            session_id=session_id, recording_id=recording_id, item_id=item, user_id=viewer.id, verdict=verdict
        )
        for item, verdict in kept.items()
    )
    session.flush()
    return len(lines) - len(kept)


def hand_in(session: Session, viewer: Viewer, session_id: int) -> CalibrationSession:
    """Hand in for good; the last one closes the session. Raises GoneError, StaleError, InvalidError while answers are missing."""
    row = session_for(session, viewer, session_id)
    own = _part(session, viewer, row)
    missing = sum(max(0, one.asked - one.answered) for one in progress(session, viewer, row))
    if missing:
        raise InvalidError(_("还有 %(n)s 条没有判，判完再提交。", n=missing))
    own.handed_in_at = now()
    session.flush()
    audit.record(session, "calibration-handed-in", "calibration", row.id)
    if all(one.handed_in_at is not None for one in raters(session, row.id)):
        close(session, viewer, row)
    return row


def _open(
    session: Session, viewer: Viewer, session_id: int, recording_id: int
) -> tuple[CalibrationSession, CalibrationRecording, list[CalibrationRecording]]:
    """The session, the recording and the others, for one who still judges."""
    row = session_for(session, viewer, session_id)
    _part(session, viewer, row)
    found = recordings(session, viewer, session_id)
    asked = next((one for one in found if one.recording_id == recording_id), None)
    if asked is None:
        raise GoneError
    return row, asked, [one for one in found if one is not asked]


def _part(session: Session, viewer: Viewer, row: CalibrationSession) -> CalibrationRater:
    own = rater(session, viewer, row.id)
    if own is None:
        raise GoneError
    if own.handed_in_at is not None or row.closed_at is not None:
        raise StaleError
    return own


def _lines(row: CalibrationSession, asked: CalibrationRecording) -> tuple[SecondLine, ...]:
    return tuple(line_to_judge(row.standard_id, c["item"], c["kind"], c["how"]) for c in asked.clauses)
