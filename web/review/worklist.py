"""What waits for a person: his own desk, by risk, drawn at random, sent back and contested, or to be judged twice.

The list by risk walks the index (review_state, risk, id) once for recordings not begun and once for those begun, and
pages by the last line's key, so that no page is slower than the first. The random sample is in order of recording,
never of risk: only so do its figures speak for all recordings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from web.intake.risk import GOOD_SCORE
from web.kit.access import visible
from web.kit.counts import MOST, counted
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.kit.site import today
from web.kit.values import whole
from web.models import Recording, RecordingState, ReviewState
from web.review import desk, second
from web.review.desk import WAITING
from web.review.lines import UNSURE_ROLE
from web.review.returned import ReturnedLine, count_returned, returned_lines
from web.review.work_filter import MINE, RETURNED, RISK, SAMPLE, SECOND, WorkFilter

PAGE, COUNTED = 50, MOST


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A recording that waits. `reviewer`: whose it is today."""

    id: int
    name: str
    recorded_at: datetime
    technician: str
    staff_no: str
    order_no: str
    standard_id: str
    duration_s: float | None
    speech_s: float | None
    unheard_s: float
    score: float | None
    review_state: ReviewState
    sampled: bool
    forbidden: int
    suspicions: int
    not_judged: int
    role_confidence: float | None
    reviewer: str = ""
    reviewer_id: int | None = None

    @property
    def why(self) -> tuple[tuple[str, float], ...]:
        """What the risk is made of (`web/intake/risk.py`), as far as the row tells: (code, number), the gravest first."""
        unheard = self.unheard_s / self.speech_s if self.speech_s else 0.0
        grounds = (
            ("forbidden", float(self.forbidden)),
            ("suspicion", float(self.suspicions)),
            ("no-score", 1.0 if self.score is None else 0.0),
            ("low-score", self.score if self.score is not None and self.score < GOOD_SCORE else 0.0),
            ("zero-score", 1.0 if self.score == 0.0 else 0.0),
            ("role", 1.0 if (self.role_confidence or 0.0) < UNSURE_ROLE else 0.0),
            ("unheard", unheard if unheard >= 0.02 else 0.0),
            ("unjudged", float(max(0, self.not_judged - self.suspicions))),
        )
        return tuple((code, value) for code, value in grounds if value)


@dataclass(frozen=True, slots=True)
class WorkList:
    """A page of the list. `counts` by tab, at most `COUNTED` + 1; `next` is the key for the page after."""

    lines: tuple[WorkLine, ...]
    returned: tuple[ReturnedLine, ...]
    counts: Mapping[str, int]
    next: str


def work_list(session: Session, viewer: Viewer, wanted: WorkFilter) -> WorkList:
    """A page of the wanted tab, and how much each tab holds."""
    numbers = counts(session, viewer, wanted)
    if wanted.queue == RETURNED:
        return WorkList((), returned_lines(session, viewer, wanted), numbers, "")
    ids, following = _page(session, viewer, wanted, PAGE)
    return WorkList(_lines(session, ids), (), numbers, following)


def counts(session: Session, viewer: Viewer, wanted: WorkFilter) -> dict[str, int]:
    """How much each tab holds; two queries."""
    lists = {
        MINE: _mine(viewer, wanted),
        RISK: _waiting(viewer, wanted),
        SAMPLE: _sampled(viewer, wanted),
        SECOND: _second(viewer, wanted),
    }
    row = session.execute(select(*(_counting(one) for one in lists.values()))).one()
    return {**dict(zip(lists, row, strict=True)), RETURNED: count_returned(session, viewer, wanted)}


def next_id(session: Session, viewer: Viewer, wanted: WorkFilter, done: int) -> int | None:
    """The recording on top of the list, but for the one just `done`; None where nothing else waits.

    What is on a colleague's desk is passed over.
    """
    if wanted.queue == RETURNED:
        ids = [line.recording_id for line in returned_lines(session, viewer, wanted)]
    else:
        ids, _ = _page(session, viewer, replace(wanted, after=""), 2, others=False)
    return next((i for i in ids if i != done), None)


@counted("review.work_list")
def _all_waiting(viewer: Viewer) -> Select[Any]:
    return desk.waiting(viewer)


def _waiting(viewer: Viewer, wanted: WorkFilter) -> Select[Any]:
    return wanted.narrow(desk.waiting(viewer))


def _mine(viewer: Viewer, wanted: WorkFilter) -> Select[Any]:
    return wanted.narrow(desk.mine(viewer))


def _second(viewer: Viewer, wanted: WorkFilter) -> Select[Any]:
    return wanted.narrow(second.waiting(viewer))


def _sampled(viewer: Viewer, wanted: WorkFilter) -> Select[Any]:
    return _waiting(viewer, wanted).where(Recording.sampled.is_(True))


def _counting(ids: Select[Any]) -> Any:
    return select(func.count()).select_from(ids.limit(COUNTED + 1).subquery()).scalar_subquery()


def _page(
    session: Session, viewer: Viewer, wanted: WorkFilter, size: int, *, others: bool = True
) -> tuple[list[int], str]:
    """The ids of a page and the key for the one after; `others`: with what is on colleagues' desks."""
    free = true() if others else ~desk.held_by_another(viewer, today())
    if wanted.queue in (MINE, SECOND):
        return _short_page(session, viewer, wanted, size)
    if wanted.queue == SAMPLE:
        statement = _sampled(viewer, wanted).where(free).add_columns(Recording.recorded_at)
        key = _moment_key(wanted.after)
        if key:
            at, last = key
            statement = statement.where(
                or_(Recording.recorded_at > at, and_(Recording.recorded_at == at, Recording.id > last))
            )
        rows = session.execute(statement.order_by(Recording.recorded_at, Recording.id).limit(size + 1)).all()
        key_of = [row[1].isoformat() for row in rows]
    else:
        rows = sorted(
            (
                row
                for state in WAITING
                for row in session.execute(_by_risk(viewer, wanted, state).where(free).limit(size + 1))
            ),
            key=lambda row: (-row[1], -row[0]),
        )[: size + 1]
        key_of = [repr(row[1]) for row in rows]
    ids = [row[0] for row in rows[:size]]
    following = f"{key_of[size - 1]}_{ids[-1]}" if len(rows) > size else ""
    return ids, following


def _short_page(session: Session, viewer: Viewer, wanted: WorkFilter, size: int) -> tuple[list[int], str]:
    """Of a list that ends soon: its key is how many lines stand before the page."""
    first = whole(wanted.after) or 0
    if wanted.queue == MINE:
        order: tuple[Any, ...] = (
            Recording.reserved_on.is_not(None),
            Recording.sampled.desc(),
            case((Recording.sampled, Recording.recorded_at)),
            Recording.risk.desc(),
            Recording.id.desc(),
        )
        statement = _mine(viewer, wanted).order_by(*order)
    else:
        statement = _second(viewer, wanted).order_by(Recording.signed_at, Recording.id)
    ids = list(session.scalars(statement.limit(size + 1).offset(first)))
    return ids[:size], str(first + size) if len(ids) > size else ""


def _by_risk(viewer: Viewer, wanted: WorkFilter, state: ReviewState) -> Select[Any]:
    statement: Any = select(Recording.id, Recording.risk).where(
        Recording.review_state == state, Recording.state == RecordingState.JUDGED
    )
    risk, _, last = wanted.after.rpartition("_")
    number, key = _number(risk), whole(last)
    if number is not None and key is not None:
        statement = statement.where(
            or_(Recording.risk < number, and_(Recording.risk == number, Recording.id < key)), Recording.risk <= number
        )
    return wanted.narrow(visible(statement, viewer)).order_by(Recording.risk.desc(), Recording.id.desc())


def _lines(session: Session, ids: list[int]) -> tuple[WorkLine, ...]:
    columns = columns_of(WorkLine, **desk.whose())
    statement = with_people(select(*columns).select_from(Recording)).where(Recording.id.in_(ids))
    lines = {row.id: WorkLine(**row._asdict()) for row in session.execute(statement)}
    return tuple(lines[i] for i in ids)


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
