"""A person's decision on one verdict. Rows are only added; what they amount to is put together by `intake.rows`.

Belongs into a writing transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from web.db import now
from web.intake import rows
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.recordings import open_recording
from web.kit.refusals import GoneError, InvalidError, StaleError
from web.models import BULK, Decision, Recording, RecordingState, ReviewState
from web.review import queries
from web.review.lines import ClauseLine
from web.review.panel import Panel

MAX_NOTE = 500
CONFIRM, SET, WITHDRAW = "confirm", "set", "withdraw"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for: `do` is confirm | set | withdraw, `verdict` counts for set; `seen` is `ClauseLine.seen`."""

    do: str
    verdict: str
    note: str
    seen: str


def changeable(session: Session, viewer: Viewer, recording_id: int) -> Recording:
    """The recording for a change of its verdicts. Raises GoneError, SignedError, InvalidError for one that counts nowhere."""
    recording = open_recording(session, viewer, recording_id)
    if recording.state is RecordingState.EXCLUDED:
        raise InvalidError(_("这段录音不计入统计，恢复计入以后才能复核。"))
    if recording.analysis_id is None:
        raise GoneError
    return recording


def decide(session: Session, viewer: Viewer, recording_id: int, item_id: str, wish: Wish) -> None:
    """Add a decision and bring verdict, score and counters in line with it.

    The same wish twice by the same person (a double click) is one decision. Raises GoneError, SignedError,
    StaleError where the verdict is not as the form saw it, InvalidError for a missing reason or an impossible verdict.
    """
    recording = changeable(session, viewer, recording_id)
    panel = queries.panel(session, recording_id, viewer)
    line = panel.line(item_id) if panel else None
    if panel is None or line is None:
        raise GoneError
    action, after = _action(panel, line, wish)
    note = wish.note.strip()
    if wish.seen != line.seen:
        last = line.history[0] if line.history else None
        same = last and (last.by_id, last.after, last.note) == (viewer.id, after, note)
        if last and same and (last.action == WITHDRAW) == (action == WITHDRAW):
            return
        raise StaleError
    if action == "overrule" and not note:
        raise InvalidError(_("改判要写理由：听到了什么，或者为什么机器判得不对。"))
    if len(note) > MAX_NOTE:
        raise InvalidError(_("理由最多 %(n)s 个字，现在有 %(now)s 个。", n=MAX_NOTE, now=len(note)))
    add(session, viewer, recording, line, action, after, note)
    if recording.review_state is ReviewState.OPEN:
        recording.review_state = ReviewState.STARTED
    rows.refresh(session, recording_id)


def leave_to_machine(session: Session, viewer: Viewer, recording_id: int, revision: int) -> int:
    """Close what is still open as the machine judged it (其余按机器判定); return how many clauses that were.

    One decision a clause, each told apart from those that an ear made (`BULK`). Forbidden words that stand as said or
    suspected, and what only a person can answer, stay open. Raises GoneError, SignedError, StaleError where the
    recording changed since `revision`, InvalidError where there is nothing to leave.
    """
    recording = changeable(session, viewer, recording_id)
    if revision != recording.revision:
        raise StaleError
    panel = queries.panel(session, recording_id, viewer)
    if panel is None:
        raise GoneError
    if not panel.left_to_machine:
        raise InvalidError(_("没有可以按机器判定的条款：禁语和疑似要听过再定，人工条款要您来填。"))
    for line in panel.left_to_machine:
        add(session, viewer, recording, line, BULK, line.machine, "")
    recording.review_state = ReviewState.STARTED
    rows.refresh(session, recording_id)
    return len(panel.left_to_machine)


def add(
    session: Session,
    viewer: Viewer,
    recording: Recording,
    line: ClauseLine,
    action: str,
    after: str | None,
    note: str,
    credit: float | None = None,
) -> None:
    """Add the row, raise the revision, tell the audit log. `credit` (0..1) is stated only where it is not the usual one."""
    session.add(
        Decision(
            recording_id=recording.id,
            analysis_id=line.analysis_id,
            item_id=line.item_id,
            user_id=viewer.id,
            at=now(),
            action=action,
            machine=line.machine,
            before=line.final,
            after=after,
            after_credit=credit,
            note=note,
        )
    )
    recording.revision += 1
    session.flush()
    audit.record(
        session,
        f"verdict-{action}",
        "recording",
        recording.id,
        item=line.item_id,
        machine=line.machine,
        before=line.final,
        after=after,
    )


def _action(panel: Panel, line: ClauseLine, wish: Wish) -> tuple[str, str | None]:
    """What a wish amounts to: the decision's action and verdict."""
    if wish.do == WITHDRAW:
        if line.human is None:
            raise InvalidError(_("这一条还没有人复核，没有可以撤回的。"))
        return WITHDRAW, line.machine
    if wish.do == CONFIRM:
        if line.machine is None or panel.hides(line):
            raise InvalidError(_("这一条没有机器判定可以确认，请选择一个结论。"))
        return CONFIRM, line.machine
    if wish.do != SET or wish.verdict not in line.choices:
        raise InvalidError(_("请选择一个结论。"))
    if panel.hides(line) or line.machine is None or (line.suspicion and line.machine == "cannot_judge"):
        return "answer", wish.verdict
    return (CONFIRM if wish.verdict == line.machine else "overrule"), wish.verdict
