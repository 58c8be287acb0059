"""The list of appeals, with what each is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from web.db import now
from web.intake.analysis import stored
from web.kit.access import OFFICE, visible
from web.kit.counts import counted
from web.kit.login import Viewer
from web.kit.paging import paging
from web.kit.sound import silence
from web.kit.values import whole
from web.models import (
    APPEAL_WAITS,
    Appeal,
    AppealStep,
    Recording,
    SignOff,
    Technician,
    User,
    UserRole,
    Verdict,
    WorkOrder,
)
from web.review.appeal_lines import AppealLine, StepLine, line_of
from web.summaries.upheld import against_rule

PAGE = 20
STATES = ("open", "second", "upheld", "partly", "rejected")
MINE = "mine"  # where it is the viewer's turn


@dataclass(frozen=True, slots=True)
class AppealFilter:
    """What of the appeals is asked for; "" is all. `rule`: only what counts against the rule (`summaries.upheld`)."""

    state: str = ""
    standard: str = ""
    item: str = ""
    rule: bool = False
    only: int | None = None

    @staticmethod
    def read(arguments: Mapping[str, str]) -> AppealFilter:
        """The filter of an address; what makes no sense is as if left out."""
        state = arguments.get("state", "")
        return AppealFilter(
            state if state in (MINE, *STATES) else "",
            arguments.get("standard", "")[:64],
            arguments.get("item", "")[:64],
            arguments.get("against") == "rule",
            whole(arguments.get("appeal", "")),
        )

    def arguments(self) -> dict[str, str]:
        """The address's part that gives this filter again."""
        one = "" if self.only is None else str(self.only)
        all_ = {
            "state": self.state,
            "standard": self.standard,
            "item": self.item,
            "against": "rule" * self.rule,
            "appeal": one,
        }
        return {name: value for name, value in all_.items() if value}

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """Apply all but the state."""
        if self.standard:
            statement = statement.where(Recording.standard_id == self.standard)
        if self.item:
            statement = statement.where(Appeal.item_id == self.item)
        if self.rule:
            statement = statement.where(against_rule())
        return statement if self.only is None else statement.where(Appeal.id == self.only)


@dataclass(frozen=True, slots=True)
class AppealPage:
    """A page of appeals, what waits first, what is due soonest on top. `counts` by state, before filtering by state."""

    lines: tuple[AppealLine, ...]
    wanted: AppealFilter
    number: int
    pages: int
    total: int
    counts: Mapping[str, int]
    overdue: int


def appeals(session: Session, viewer: Viewer, wanted: AppealFilter, number: int) -> AppealPage:
    """Return a page of the appeals that the viewer may see; six queries."""
    moment = now()
    late = func.count().filter(Appeal.state.in_(APPEAL_WAITS), Appeal.due_at < moment)
    grouped: Any = select(Appeal.state, func.count(), late).outerjoin(Recording, Recording.id == Appeal.recording_id)
    found = session.execute(wanted.narrow(_scope(grouped, viewer)).group_by(Appeal.state)).all()
    counts: dict[str, int] = {state: n for state, n, _ in found}
    turns = wanted.narrow(_mine(viewer)).order_by(None).subquery()
    counts[MINE] = session.scalar(select(func.count()).select_from(turns)) or 0
    total = counts.get(wanted.state, 0) if wanted.state else sum(n for _, n, _ in found)
    place = paging(number, total, PAGE)
    waits = case((Appeal.state.in_(APPEAL_WAITS), 0), else_=1)
    # what waits by when it is due, then the answered ones, the latest first
    order = (waits, case((waits == 0, Appeal.due_at)), case((waits == 0, Appeal.id), else_=-Appeal.id))
    rows = session.execute(_asked(wanted, viewer).order_by(*order).limit(PAGE).offset(place.offset)).all()
    lines = _lines(session, viewer, rows, moment)
    return AppealPage(lines, wanted, place.number, place.pages, total, counts, sum(n for _, _, n in found))


def behind(
    session: Session, viewer: Viewer, wanted: AppealFilter, last: int | None, count: int
) -> tuple[AppealLine, ...]:
    """So many of the appeals that the viewer may see, the latest first, filed before appeal `last`; four queries."""
    statement = _asked(wanted, viewer)
    if last is not None:
        statement = statement.where(Appeal.id < last)
    return _lines(session, viewer, session.execute(statement.order_by(Appeal.id.desc()).limit(count)).all(), now())


def _asked(wanted: AppealFilter, viewer: Viewer) -> Any:
    statement = wanted.narrow(
        _scope(_columns().add_columns(silence(viewer), _involved(viewer.id).label("involved")), viewer)
    )
    if wanted.state == MINE:
        return statement.where(Appeal.id.in_(_mine(viewer)))
    return statement.where(Appeal.state == wanted.state) if wanted.state else statement


def _lines(session: Session, viewer: Viewer, rows: Sequence[Any], moment: datetime) -> tuple[AppealLine, ...]:
    analyses = stored(session, {row.Recording.analysis_id for row in rows})
    items = {number: analysis.items for number, analysis in analyses.items()}
    steps = _steps(session, [row.Appeal.id for row in rows])
    return tuple(line_of(row, items, steps, viewer, moment) for row in rows)


@counted("review.appeals", state=MINE)
def _mine(viewer: Viewer) -> Select[Any]:
    """The ids of the appeals at which it is the viewer's turn."""
    statement = _scope(
        select(Appeal.id).outerjoin(Recording, Recording.id == Appeal.recording_id),
        viewer,
    )
    if viewer.role in OFFICE:
        return statement.where(Appeal.state == "open")
    if viewer.role is UserRole.MANAGER:
        return statement.where(Appeal.state == "second", ~_involved(viewer.id))
    return statement.where(
        Appeal.round == 1,
        Appeal.state.in_(("partly", "rejected")),
        Appeal.accepted_at.is_(None),
        Appeal.contest_until >= now(),
    )


def _involved(user_id: int) -> ColumnElement[bool]:
    """Whether a user signed the recording or answered the appeal (`appealing.concerned`)."""
    signed = exists().where(SignOff.recording_id == Appeal.recording_id, SignOff.user_id == user_id)
    answered = exists().where(
        AppealStep.appeal_id == Appeal.id, AppealStep.what == "answered", AppealStep.user_id == user_id
    )
    signer = exists().where(Recording.id == Appeal.recording_id, Recording.signed_by_id == user_id)
    return or_(*(one.correlate(Appeal) for one in (signed, answered, signer)))


def _scope(statement: Select[Any], viewer: Viewer) -> Select[Any]:
    """Narrow to what the viewer may see; a technician sees his own appeals, even while the recording is reopened."""
    if viewer.role is UserRole.TECHNICIAN:
        return statement.where(Appeal.user_id == viewer.id, Recording.deleted_at.is_(None))
    return visible(statement, viewer)


def _steps(session: Session, ids: Sequence[int]) -> dict[int, list[StepLine]]:
    names = [name for name in StepLine.__dataclass_fields__ if name != "by"]
    statement = (
        select(AppealStep.appeal_id, *(getattr(AppealStep, name) for name in names), User.name.label("by"))
        .join(User, User.id == AppealStep.user_id)
        .where(AppealStep.appeal_id.in_(ids))
        .order_by(AppealStep.id)
    )
    made: dict[int, list[StepLine]] = defaultdict(list)
    for row in session.execute(statement):
        values = row._asdict()
        made[values.pop("appeal_id")].append(StepLine(**values))
    return made


def _columns() -> Any:
    signer = aliased(User, name="signer")
    return (
        select(
            Appeal,
            Recording,
            Verdict,
            User.name.label("by"),
            signer.name.label("signer"),
            Technician.name.label("technician"),
            WorkOrder.order_no,
        )
        .select_from(Appeal)
        .join(User, User.id == Appeal.user_id)
        .outerjoin(Recording, Recording.id == Appeal.recording_id)
        .outerjoin(Verdict, and_(Verdict.recording_id == Appeal.recording_id, Verdict.item_id == Appeal.item_id))
        .outerjoin(signer, signer.id == Recording.signed_by_id)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
    )
