"""The list of appeals, with what each is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from web.intake.analysis import Hit, ItemResult, hits_of, stored
from web.intake.private import hide
from web.kit.access import reads_private, told_decided, visible
from web.kit.counts import counted
from web.kit.login import Viewer
from web.kit.paging import paging
from web.kit.sound import silence
from web.models import Appeal, Recording, Technician, User, UserRole, Verdict, WorkOrder
from web.review.lines import FORBIDDEN_CHOICES, PERSON_CHOICES, REQUIRED_CHOICES
from web.review.told import hit_without_words

PAGE = 20
STATES = ("open", "upheld", "rejected")


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal with the clause it contests. `choices`: what QA may judge instead. `open_to`: he may open the recording."""

    id: int
    recording_id: int
    item_id: str
    clause: str
    clause_text: str
    kind: str
    how: str
    final: str | None
    final_credit: float | None
    reason: str
    hits: tuple[Hit, ...]
    choices: tuple[str, ...]
    text: str
    at: datetime
    by: str
    state: str
    resolved_at: datetime | None
    resolved_by: str
    resolution: str
    technician: str
    order_no: str
    recorded_at: datetime
    standard_id: str
    score: float | None
    signed_by: str
    signed_by_viewer: bool
    open_to_viewer: bool
    silence: str | None  # why he cannot hear it


@dataclass(frozen=True, slots=True)
class AppealPage:
    """A page of appeals, open ones first, the oldest of them on top. `counts` by state, before filtering by state."""

    lines: tuple[AppealLine, ...]
    state: str
    number: int
    pages: int
    total: int
    counts: Mapping[str, int]
    may_resolve: bool


def appeals(session: Session, viewer: Viewer, state: str, number: int, only: int | None = None) -> AppealPage:
    """Return a page of the appeals that the viewer may see (`only`: just that one)."""
    state = state if state in STATES else ""
    counted: Any = select(Appeal.state, func.count()).outerjoin(Recording, Recording.id == Appeal.recording_id)
    counts: dict[str, int] = dict(session.execute(_scope(counted, viewer).group_by(Appeal.state)).all())
    total = counts.get(state, 0) if state else sum(counts.values())
    place = paging(number, total, PAGE)
    statement = _scope(_columns().add_columns(silence(viewer)), viewer)
    if state:
        statement = statement.where(Appeal.state == state)
    if only is not None:
        statement = statement.where(Appeal.id == only)
    # open ones by age, then the answered ones, the latest first
    statement = statement.order_by(Appeal.state != "open", case((Appeal.state == "open", Appeal.id), else_=-Appeal.id))
    rows = session.execute(statement.limit(PAGE).offset(place.offset)).all()
    analyses = stored(session, {row.Recording.analysis_id for row in rows})
    items = {number: analysis.items for number, analysis in analyses.items()}
    lines = tuple(_told(_line(row, items, viewer), row.Verdict, viewer) for row in rows)
    office = viewer.role in (UserRole.ADMIN, UserRole.QA)
    return AppealPage(lines, state, place.number, place.pages, total, counts, office)


@counted("review.appeals", state="open")
def _open(viewer: Viewer) -> Select[Any]:
    statement = select(Appeal.id).outerjoin(Recording, Recording.id == Appeal.recording_id)
    return _scope(statement, viewer).where(Appeal.state == "open")


def _scope(statement: Select[Any], viewer: Viewer) -> Select[Any]:
    """Narrow to what the viewer may see; a technician sees his own appeals, even while the recording is reopened."""
    if viewer.role is UserRole.TECHNICIAN:
        return statement.where(Appeal.user_id == viewer.id, Recording.deleted_at.is_(None))
    return visible(statement, viewer)


def _columns() -> Any:
    resolver, signer = aliased(User, name="resolver"), aliased(User, name="signer")
    return (
        select(
            Appeal,
            Recording,
            Verdict,
            User.name.label("by"),
            resolver.name.label("resolver"),
            signer.name.label("signer"),
            Technician.name.label("technician"),
            WorkOrder.order_no,
        )
        .select_from(Appeal)
        .join(User, User.id == Appeal.user_id)
        .outerjoin(Recording, Recording.id == Appeal.recording_id)
        .outerjoin(Verdict, and_(Verdict.recording_id == Appeal.recording_id, Verdict.item_id == Appeal.item_id))
        .outerjoin(resolver, resolver.id == Appeal.resolved_by_id)
        .outerjoin(signer, signer.id == Recording.signed_by_id)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
    )


def _line(row: Any, items: Mapping[int, Mapping[str, ItemResult]], viewer: Viewer) -> AppealLine:
    appeal, recording, verdict = row.Appeal, row.Recording, row.Verdict
    item = items.get(recording.analysis_id, {}).get(appeal.item_id)
    kind, how = (verdict.kind, verdict.how) if verdict else ("required", "rule")
    choices = PERSON_CHOICES if how == "person" else FORBIDDEN_CHOICES if kind == "forbidden" else REQUIRED_CHOICES
    signed = recording.review_state == "signed"
    mine = viewer.role is UserRole.TECHNICIAN
    return AppealLine(
        id=appeal.id,
        recording_id=recording.id,
        item_id=appeal.item_id,
        clause=item.clause if item else "",
        clause_text=item.text if item and item.text else appeal.item_id,
        kind=kind,
        how=how,
        final=verdict.final if verdict and (signed or not mine) else None,
        final_credit=verdict.final_credit if verdict and (signed or not mine) else None,
        reason=item.reason if item and verdict and how != "link" else "",
        hits=hits_of(verdict.evidence) if verdict and how == "rule" else (),
        choices=tuple(c for c in choices if verdict is None or c != verdict.final or _partly(verdict)),
        text=appeal.text,
        at=appeal.at,
        by=row.by,
        state=appeal.state,
        resolved_at=appeal.resolved_at,
        resolved_by=row.resolver or "",
        resolution=appeal.resolution,
        technician=row.technician or "",
        order_no=row.order_no or "",
        recorded_at=recording.recorded_at,
        standard_id=recording.standard_id or "",
        score=recording.score if signed or not mine else None,
        signed_by=row.signer or "",
        signed_by_viewer=recording.signed_by_id == viewer.id,
        open_to_viewer=signed or not mine,
        silence=row.silence,
    )


def _told(line: AppealLine, verdict: Verdict | None, viewer: Viewer) -> AppealLine:
    """The line as this viewer may see it: a technician nothing that was taken back, nobody without the right private words."""
    if told_decided(viewer) and verdict is not None:
        overruled = verdict.human is not None and verdict.human != verdict.machine
        acquitted = verdict.kind == "forbidden" and verdict.final != "missed"
        line = replace(line, reason="" if overruled else line.reason, hits=() if acquitted else line.hits)
    if reads_private(viewer):
        return line
    hits = tuple(hit_without_words(hit) for hit in line.hits)
    return replace(line, reason=hide(line.reason), hits=hits, text=hide(line.text), resolution=hide(line.resolution))


def _partly(verdict: Verdict) -> bool:
    """Whether it is met with part of the credit: an appeal may bring the rest."""
    return verdict.final == "met" and verdict.final_credit is not None and verdict.final_credit < 1.0
