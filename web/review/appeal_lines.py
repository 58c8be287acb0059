"""An appeal as one viewer may see it: the clause that it contests, its history, and what he can do about it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from web.intake.analysis import Hit, ItemResult, hits_of
from web.intake.private import hide
from web.kit.access import OFFICE, reads_private, told_decided
from web.kit.login import Viewer
from web.models import APPEAL_WAITS, Appeal, UserRole, Verdict
from web.review.answering import shares
from web.review.appealing import may_react
from web.review.lines import FORBIDDEN_CHOICES, PERSON_CHOICES, REQUIRED_CHOICES
from web.review.told import hit_without_words


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of an appeal's history, as the viewer may read it."""

    what: str
    at: datetime
    by: str
    outcome: str
    text: str
    before: str | None
    after: str | None
    after_credit: float | None
    score_before: float | None
    score_after: float | None
    month: str


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal with the clause it contests. `choices`, `shares`: what may be judged instead. `open_to`: he may open the recording.

    `turn`: what the viewer can do now, "" | answer | decide | react; `barred`: a manager who signed or answered it.
    """

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
    shares: tuple[float, ...]
    text: str
    at: datetime
    by: str
    state: str
    round: int
    due_at: datetime | None
    overdue: bool
    contest_until: datetime | None
    turn: str
    barred: bool
    steps: tuple[StepLine, ...]
    technician: str
    order_no: str
    recorded_at: datetime
    standard_id: str
    score: float | None
    signed_by: str
    signed_by_viewer: bool
    open_to_viewer: bool
    silence: str | None  # why he cannot hear it


def line_of(
    row: Any,
    items: Mapping[int, Mapping[str, ItemResult]],
    steps: Mapping[int, Sequence[StepLine]],
    viewer: Viewer,
    moment: datetime,
) -> AppealLine:
    """`row`: of the list's query. A technician is told nothing that was taken back, nobody without the right private words."""
    appeal, recording, verdict = row.Appeal, row.Recording, row.Verdict
    item = items.get(recording.analysis_id, {}).get(appeal.item_id)
    kind, how = (verdict.kind, verdict.how) if verdict else ("required", "rule")
    choices = PERSON_CHOICES if how == "person" else FORBIDDEN_CHOICES if kind == "forbidden" else REQUIRED_CHOICES
    signed = recording.review_state == "signed"
    mine = viewer.role is UserRole.TECHNICIAN
    barred = appeal.state == "second" and row.involved
    line = AppealLine(
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
        shares=shares(kind, verdict.final_credit if verdict else None),
        text=appeal.text,
        at=appeal.at,
        by=row.by,
        state=appeal.state,
        round=appeal.round,
        due_at=appeal.due_at,
        overdue=appeal.state in APPEAL_WAITS and appeal.due_at is not None and appeal.due_at < moment,
        contest_until=appeal.contest_until,
        turn=_turn(appeal, viewer, moment, barred=barred),
        barred=barred and viewer.role is UserRole.MANAGER,
        steps=tuple(steps.get(appeal.id, ())),
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
    return _told(line, verdict, viewer)


def _turn(appeal: Appeal, viewer: Viewer, moment: datetime, *, barred: bool) -> str:
    if viewer.role in OFFICE and appeal.state == "open":
        return "answer"
    if viewer.role is UserRole.MANAGER and appeal.state == "second" and not barred:
        return "decide"
    return "react" if appeal.user_id == viewer.id and may_react(appeal, moment) else ""


def _told(line: AppealLine, verdict: Verdict | None, viewer: Viewer) -> AppealLine:
    if told_decided(viewer) and verdict is not None:
        overruled = verdict.human is not None and verdict.human != verdict.machine
        acquitted = verdict.kind == "forbidden" and verdict.final != "missed"
        line = replace(line, reason="" if overruled else line.reason, hits=() if acquitted else line.hits)
    if reads_private(viewer):
        return line
    hits = tuple(hit_without_words(hit) for hit in line.hits)
    steps = tuple(replace(step, text=hide(step.text)) for step in line.steps)
    return replace(line, reason=hide(line.reason), hits=hits, text=hide(line.text), steps=steps)


def _partly(verdict: Verdict) -> bool:
    """Whether it is met with part of the credit: an appeal may bring the rest."""
    return verdict.final == "met" and verdict.final_credit is not None and verdict.final_credit < 1.0
