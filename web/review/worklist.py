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

from web.access import visible
from web.intake.risk import GOOD_SCORE
from web.login import Viewer
from web.models import (
    Appeal,
    Recording,
    RecordingState,
    ReviewState,
    SignOff,
    Team,
    Technician,
    User,
    WorkOrder,
)
from web.review.lines import UNSURE_ROLE

PAGE = 50
COUNTED = 5_000  # beyond this a tab says "5000+": an exact number would cost every page its time
MOST_RETURNED = 200
RISK, SAMPLE, RETURNED = "risk", "sample", "returned"
TABS = (RISK, SAMPLE, RETURNED)
WAITING = (ReviewState.OPEN, ReviewState.STARTED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the work list is asked for; empty values ask nothing. `after`: the key of the line before the page."""

    queue: str = RISK
    team: int | None = None
    technician: int | None = None
    standard: str = ""
    after: str = ""

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> Asked:
        """Return what an address asks for; nonsense asks nothing."""
        queue = arguments.get("queue", RISK)
        return cls(
            queue if queue in TABS else RISK,
            _whole(arguments.get("team", "")),
            _whole(arguments.get("technician", "")),
            arguments.get("standard", "")[:64],
            arguments.get("after", "")[:64],
        )

    def arguments(self, **changed: object) -> dict[str, str]:
        """Return the address arguments that ask the same, but for `changed`."""
        values = {
            "queue": self.queue,
            "team": self.team,
            "technician": self.technician,
            "standard": self.standard,
            "after": self.after,
            **changed,
        }
        return {name: str(value) for name, value in values.items() if value not in (None, "")}

    @property
    def narrows(self) -> bool:
        """Whether a filter leaves something out."""
        return self.team is not None or self.technician is not None or bool(self.standard)

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """Return the statement (over Recording) with the filters."""
        if self.team is not None:
            members = select(Technician.id).where(Technician.team_id == self.team)
            statement = statement.where(Recording.technician_id.in_(members))
        if self.technician is not None:
            statement = statement.where(Recording.technician_id == self.technician)
        return statement.where(Recording.standard_id == self.standard) if self.standard else statement


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
class ReturnedLine:
    """A recording that came back: reopened (`appeal_id` is None) or contested, with the words."""

    recording_id: int
    appeal_id: int | None
    item_id: str
    at: datetime
    by: str
    text: str
    name: str
    technician: str
    order_no: str
    standard_id: str
    score: float | None


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
        RETURNED: _count_returned(session, viewer, asked),
    }
    if asked.queue == RETURNED:
        return WorkList(asked, (), _returned(session, viewer, asked), counts, "")
    ids, following = _page(session, viewer, asked, PAGE)
    return WorkList(asked, _lines(session, ids), (), counts, following)


def next_id(session: Session, viewer: Viewer, asked: Asked) -> int | None:
    """Return the recording on top of the list; None where nothing waits. What comes back is next before all else there."""
    if asked.queue == RETURNED:
        found = _returned(session, viewer, asked)
        return found[0].recording_id if found else None
    ids, _ = _page(session, viewer, replace(asked, after=""), 1)
    return ids[0] if ids else None


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
    number, key = _number(risk), _whole(last)
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


def _contested(viewer: Viewer, asked: Asked) -> Select[Any]:
    statement: Any = (
        select(Appeal.id, Recording.id)
        .join(Recording, Recording.id == Appeal.recording_id)
        .where(Appeal.state == "open")
    )
    return asked.narrow(visible(statement, viewer))


def _reopened(viewer: Viewer, asked: Asked) -> Select[Any]:
    newest = (
        select(func.max(SignOff.id)).where(SignOff.recording_id == Recording.id).correlate(Recording).scalar_subquery()
    )
    statement: Any = (
        select(SignOff.id, Recording.id)
        .join(Recording, Recording.id == SignOff.recording_id)
        .where(SignOff.id == newest, Recording.review_state == ReviewState.STARTED)
    )
    return asked.narrow(visible(statement, viewer))


def _count_returned(session: Session, viewer: Viewer, asked: Asked) -> int:
    both = [_contested(viewer, asked).limit(MOST_RETURNED), _reopened(viewer, asked).limit(MOST_RETURNED)]
    counts = [select(func.count()).select_from(one.subquery()).scalar_subquery() for one in both]
    return session.scalar(select(counts[0] + counts[1])) or 0


def _returned(session: Session, viewer: Viewer, asked: Asked) -> tuple[ReturnedLine, ...]:
    """Return what came back, the oldest first, at most `MOST_RETURNED` of a kind."""
    about = (Recording, Technician.name, WorkOrder.order_no)
    contested = (
        _contested(viewer, asked)
        .with_only_columns(Appeal, User.name, *about)
        .join(User, User.id == Appeal.user_id)
        .order_by(Appeal.id)
    )
    reopened = (
        _reopened(viewer, asked)
        .with_only_columns(SignOff, User.name, *about)
        .outerjoin(User, User.id == SignOff.reopened_by_id)
        .order_by(SignOff.id)
    )
    lines = []
    for statement in (contested, reopened):
        told = (
            statement.outerjoin(Technician, Technician.id == Recording.technician_id)
            .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
            .limit(MOST_RETURNED)
        )
        for row, by, r, technician, order_no in session.execute(told):
            is_appeal = isinstance(row, Appeal)
            lines.append(
                ReturnedLine(
                    r.id,
                    row.id if is_appeal else None,
                    row.item_id if is_appeal else "",
                    row.at if is_appeal else row.reopened_at or row.at,
                    by or "",
                    row.text if is_appeal else row.reopen_reason,
                    r.original_name,
                    technician or "",
                    order_no or "",
                    r.standard_id or "",
                    r.score,
                )
            )
    return tuple(sorted(lines, key=lambda line: line.at))


def _whole(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _moment_key(after: str) -> tuple[datetime, int] | None:
    text, _, last = after.rpartition("_")
    number = _whole(last)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if number is None or moment.tzinfo is None else (moment, number)
