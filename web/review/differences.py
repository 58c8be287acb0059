"""Where people and the machine differ: the decisions behind a figure of the page of agreement, each with the words to hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func
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
ACCUSED, LET_OFF = "accused", "let_off"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which differences: since when, of which recordings, of one clause (both "": of all), of one way ("": of any)."""

    since: datetime
    sampled_only: bool
    standard_id: str
    item_id: str
    way: str


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
    total = session.scalar(_narrowed(compared(wanted.since, wanted.sampled_only, func.count()), viewer, wanted)) or 0
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
        _narrowed(compared(wanted.since, wanted.sampled_only, *columns), viewer, wanted)
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
    statement = visible(statement, viewer).where(Decision.machine != Decision.after)
    if wanted.item_id:
        statement = statement.where(Recording.standard_id == wanted.standard_id, Decision.item_id == wanted.item_id)
    if wanted.way == ACCUSED:
        return statement.where(Decision.machine == "missed")
    return statement.where(Decision.after == "missed") if wanted.way == LET_OFF else statement


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
