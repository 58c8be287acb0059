"""What waits for a person: by risk, drawn at random, or sent back and contested.

The list by risk walks the index (review_state, risk, id) once for recordings not begun and once for those begun, and
pages by the last line's key, so that no page is slower than the first. The random sample is in order of recording,
never of risk: only so do its figures speak for all recordings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from web.intake.risk import GOOD_SCORE
from web.kit.access import visible
from web.kit.login import Viewer
from web.models import (
    Recording,
    RecordingState,
    ReviewState,
    Team,
    Technician,
    WorkOrder,
)
from web.review.asked import RETURNED, RISK, SAMPLE, Asked, whole
from web.review.lines import UNSURE_ROLE
from web.review.returned import ReturnedLine, count_returned, returned_lines

PAGE = 50
COUNTED = 5_000  # beyond this a tab says "5000+": an exact number would cost every page its time
WAITING = (ReviewState.OPEN, ReviewState.STARTED)


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A recording that waits. `why`: grounds as (code, number), the gravest first."""

    id: int
    name: str
    recorded_at: datetime
    technician: str
    staff_no: str
    team: str
    order_no: str
    standard_id: str
    duration_s: float | None
    score: float | None
    review_state: ReviewState
    sampled: bool
    why: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class WorkList:
    """A page of the list. `counts` by tab, at most `COUNTED` + 1; `next` is the key for the page after."""

    asked: Asked
    lines: tuple[WorkLine, ...]
    returned: tuple[ReturnedLine, ...]
    counts: Mapping[str, int]
    next: str


def work_list(session: Session, viewer: Viewer, asked: Asked) -> WorkList:
    """Return a page of the tab that is asked for, and how much each tab holds."""
    counts = {
        RISK: _count(session, _waiting(viewer, asked)),
        SAMPLE: _count(session, _sampled(viewer, asked)),
        RETURNED: count_returned(session, viewer, asked),
    }
    if asked.queue == RETURNED:
        return WorkList(asked, (), returned_lines(session, viewer, asked), counts, "")
    ids, following = _page(session, viewer, asked, PAGE)
    return WorkList(asked, _lines(session, ids), (), counts, following)


def next_id(session: Session, viewer: Viewer, asked: Asked, done: int) -> int | None:
    """Return the recording on top of the list, but for the one just `done`; None where nothing else waits."""
    if asked.queue == RETURNED:
        ids = [line.recording_id for line in returned_lines(session, viewer, asked)]
    else:
        ids, _ = _page(session, viewer, replace(asked, after=""), 2)
    return next((i for i in ids if i != done), None)


def _waiting(viewer: Viewer, asked: Asked) -> Select[Any]:
    statement = select(Recording.id).where(
        Recording.review_state.in_(WAITING), Recording.state == RecordingState.JUDGED
    )
    return asked.narrow(visible(statement, viewer))


def _sampled(viewer: Viewer, asked: Asked) -> Select[Any]:
    return _waiting(viewer, asked).where(Recording.sampled.is_(True))


def _count(session: Session, ids: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(ids.limit(COUNTED + 1).subquery())) or 0


def _page(session: Session, viewer: Viewer, asked: Asked, size: int) -> tuple[list[int], str]:
    """Return the ids of a page and the key for the one after."""
    if asked.queue == SAMPLE:
        statement = _sampled(viewer, asked).add_columns(Recording.recorded_at)
        key = _moment_key(asked.after)
        if key:
            at, last = key
            statement = statement.where(
                or_(Recording.recorded_at > at, and_(Recording.recorded_at == at, Recording.id > last))
            )
        found = session.execute(statement.order_by(Recording.recorded_at, Recording.id).limit(size + 1)).all()
        key_of = [(row[0], row[1].isoformat()) for row in found]
    else:
        found = sorted(
            (row for state in WAITING for row in session.execute(_by_risk(viewer, asked, state).limit(size + 1))),
            key=lambda row: (-row[1], -row[0]),
        )[: size + 1]
        key_of = [(row[0], repr(row[1])) for row in found]
    ids = [row[0] for row in found[:size]]
    following = f"{key_of[size - 1][1]}_{ids[-1]}" if len(found) > size else ""
    return ids, following


def _by_risk(viewer: Viewer, asked: Asked, state: ReviewState) -> Select[Any]:
    statement: Any = select(Recording.id, Recording.risk).where(
        Recording.review_state == state, Recording.state == RecordingState.JUDGED
    )
    risk, _, last = asked.after.rpartition("_")
    number, key = _number(risk), whole(last)
    if number is not None and key is not None:
        statement = statement.where(
            or_(Recording.risk < number, and_(Recording.risk == number, Recording.id < key)), Recording.risk <= number
        )
    return asked.narrow(visible(statement, viewer)).order_by(Recording.risk.desc(), Recording.id.desc())


def _lines(session: Session, ids: list[int]) -> tuple[WorkLine, ...]:
    statement = (
        select(Recording, Technician.name, Technician.staff_no, Team.name, WorkOrder.order_no)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(Team, Team.id == Technician.team_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .where(Recording.id.in_(ids))
    )
    found = {
        r.id: WorkLine(
            r.id,
            r.original_name,
            r.recorded_at,
            name or "",
            staff_no or "",
            team or "",
            order_no or "",
            r.standard_id or "",
            r.duration_s,
            r.score,
            r.review_state,
            r.sampled,
            _why(r),
        )
        for r, name, staff_no, team, order_no in session.execute(statement)
    }
    return tuple(found[i] for i in ids)


def _why(r: Recording) -> tuple[tuple[str, float], ...]:
    """Return what the risk is made of (`web/intake/risk.py`), as far as the row tells."""
    unheard = (r.unheard_s or 0.0) / r.speech_s if r.speech_s else 0.0
    grounds = (
        ("forbidden", float(r.forbidden_count)),
        ("suspicion", float(r.suspicion_count)),
        ("no-score", 1.0 if r.score is None else 0.0),
        ("low-score", r.score if r.score is not None and r.score < GOOD_SCORE else 0.0),
        ("zero-score", 1.0 if r.score == 0.0 else 0.0),
        ("role", 1.0 if (r.role_confidence or 0.0) < UNSURE_ROLE else 0.0),
        ("unheard", unheard if unheard >= 0.02 else 0.0),
        ("unjudged", float(max(0, r.not_judged_count - r.suspicion_count))),
    )
    return tuple((code, value) for code, value in grounds if value)


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _moment_key(after: str) -> tuple[datetime, int] | None:
    text, _, last = after.rpartition("_")
    number = whole(last)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if number is None or moment.tzinfo is None else (moment, number)
