"""Where people and the machine differ: the decisions behind a figure of agreement, each with the words to hear.

The page of a standard also asks for those where they agree: every figure of a rule opens its decisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func
from sqlalchemy.orm import Session

from web.intake.analysis import Hit, hits_of
from web.intake.private import hide
from web.kit.access import reads_private, visible
from web.kit.login import Viewer
from web.kit.paging import Paging, paging
from web.kit.sound import silence
from web.models import Decision, Recording, Technician, User, Verdict, WorkOrder
from web.models.vocabulary import How, Kind
from web.review.told import hit_without_words
from web.summaries.compared import compared

PAGE = 20
DIFFER, REVIEWED, AGREED, ACCUSED, LET_OFF = "", "reviewed", "agreed", "accused", "let_off"
FOUND, REAL, CAUGHT = "found", "real", "caught"  # by the machine, by a person, by both
_DIFFER = Decision.machine != Decision.after
_FOUND, _REAL = Decision.machine == "missed", Decision.after == "missed"
WAYS: dict[str, tuple[ColumnElement[bool], ...]] = {
    DIFFER: (_DIFFER,),
    REVIEWED: (),
    AGREED: (Decision.machine == Decision.after,),
    ACCUSED: (_DIFFER, _FOUND),
    LET_OFF: (_DIFFER, _REAL),
    FOUND: (_FOUND,),
    REAL: (_REAL,),
    CAUGHT: (_FOUND, _REAL),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions: since when, of which recordings, of one clause (both "": of all), of one of `WAYS`.

    `until`: as they stood when the decision of this id was the last (None: now).
    """

    since: datetime
    sampled_only: bool
    standard_id: str
    item_id: str
    way: str
    until: int | None = None

    def of(self, *columns: Any) -> Select[Any]:
        return compared(self.since, self.sampled_only, *columns, until=self.until)


@dataclass(frozen=True, slots=True)
class Difference:
    """A verdict that a person made another. `hit`: the words that it rests on; `silence`: why they cannot be heard."""

    recording_id: int
    recorded_at: datetime
    technician: str
    order_no: str
    standard_id: str
    item_id: str
    kind: str
    how: str
    machine: str
    person: str
    by: str
    at: datetime
    note: str
    hit: Hit | None
    silence: str | None


@dataclass(frozen=True, slots=True)
class DifferencePage:
    lines: tuple[Difference, ...]
    place: Paging


def differences(session: Session, viewer: Viewer, wanted: Wanted, number: int) -> DifferencePage:
    """A page of them, the latest decision first: as many as the figure says. Two queries."""
    total = session.scalar(_narrowed(wanted.of(func.count()), viewer, wanted)) or 0
    place = paging(number, total, PAGE)
    columns = (
        Recording.id,
        Recording.recorded_at,
        Recording.standard_id,
        func.coalesce(Technician.name, "").label("technician"),
        func.coalesce(WorkOrder.order_no, "").label("order_no"),
        Decision.item_id,
        Decision.machine,
        Decision.after,
        Decision.at,
        Decision.note,
        User.name.label("by"),
        Verdict.kind,
        Verdict.how,
        Verdict.evidence,
        silence(viewer),
    )
    statement = (
        _narrowed(wanted.of(*columns), viewer, wanted)
        .join(User, User.id == Decision.user_id)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .outerjoin(Verdict, and_(Verdict.recording_id == Recording.id, Verdict.item_id == Decision.item_id))
        .order_by(Decision.id.desc())
        .limit(PAGE)
        .offset(place.offset)
    )
    return DifferencePage(tuple(_line(row, viewer) for row in session.execute(statement)), place)


def _narrowed(statement: Select[Any], viewer: Viewer, wanted: Wanted) -> Select[Any]:
    statement = visible(statement, viewer).where(*WAYS[wanted.way])
    if wanted.item_id:
        statement = statement.where(Recording.standard_id == wanted.standard_id, Decision.item_id == wanted.item_id)
    return statement


def _line(row: Any, viewer: Viewer) -> Difference:
    """A clause that the present analysis does not know has no kind, no way of judging and no words."""
    known = row.kind is not None
    hits = hits_of(row.evidence) if known and row.how == How.RULE else ()
    hit = hits[0] if hits else None
    private = reads_private(viewer)
    return Difference(
        recording_id=row.id,
        recorded_at=row.recorded_at,
        technician=row.technician,
        order_no=row.order_no,
        standard_id=row.standard_id or "",
        item_id=row.item_id,
        kind=row.kind if known else Kind.REQUIRED.value,
        how=row.how if known else How.RULE.value,
        machine=row.machine,
        person=row.after,
        by=row.by,
        at=row.at,
        note=row.note if private else hide(row.note),
        hit=hit if private or hit is None else hit_without_words(hit),
        silence=row.silence,
    )
