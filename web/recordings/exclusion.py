"""Taking a recording out of all figures, with a reason, and putting it back. Belongs into a writing transaction.

`RecordingState.EXCLUDED` does it: whatever counts asks for judged recordings. Work on the recording goes on meanwhile,
and when it is put back its state is again the one of that work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import now
from web.intake.private import hide
from web.intake.stale import mark_stale
from web.kit import audit
from web.kit.access import reads_private
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.recordings import open_recording
from web.kit.refusals import InvalidError
from web.kit.site import site
from web.links import keep as links
from web.models import APPEAL_WAITS, Appeal, Exclusion, Recording, RecordingState, User
from web.queue import follow

REASONS = ("trial", "unconnected", "unrelated", "other")
OTHER = "other"
MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Excluded:
    """Why a recording counts nowhere, as its page tells it."""

    reason: str
    text: str
    at: datetime
    by: str


def wrong_in(reason: str, text: str) -> str:
    """What is wrong in a form's reason, in words; "" where nothing is."""
    if reason not in REASONS:
        return _("请选择为什么不计入统计。")
    if reason == OTHER and not text.strip():
        return _("选“其他”要写明原因。")
    if len(text) > MOST_TEXT:
        return _("说明最多 %(n)s 个字，现在有 %(now)s 个。", n=MOST_TEXT, now=len(text))
    return ""


def exclude(
    session: Session, viewer: Viewer, recording_id: int, reason: str, text: str, revision: int | None = None
) -> None:
    """Take a recording out of all figures; once more changes the reason.

    Raises GoneError, SignedError, StaleError, InvalidError for a reason that is none or while an appeal is open.
    """
    recording = open_recording(session, viewer, recording_id, revision)
    text = " ".join(text.split())
    if wrong := wrong_in(reason, text):
        raise InvalidError(wrong)
    contested = select(Appeal.id).where(Appeal.recording_id == recording.id, Appeal.state.in_(APPEAL_WAITS)).limit(1)
    if session.scalar(contested) is not None:
        raise InvalidError(_("这段录音还有申诉没有答复，请先处理申诉。"))
    session.merge(Exclusion(recording_id=recording.id, reason=reason, text=text, at=now(), by_id=viewer.id))
    recording.state = RecordingState.EXCLUDED
    _changed(session, recording)
    audit.record(session, "recording-excluded", "recording", recording.id, reason=reason, detail=text)


def put_back(session: Session, viewer: Viewer, recording_id: int, revision: int | None = None) -> None:
    """Let a recording count again; one that counts already stays as it is. Raises GoneError, SignedError, StaleError."""
    recording = open_recording(session, viewer, recording_id, revision)
    if recording.state is not RecordingState.EXCLUDED:
        return
    row = session.get(Exclusion, recording.id)
    if row is not None:
        session.delete(row)
    recording.state = RecordingState.NEEDS_DATA  # any other than EXCLUDED: then it follows its work again
    follow(session, recording)
    _changed(session, recording)
    audit.record(session, "recording-counted-again", "recording", recording.id)


def excluded(session: Session, viewer: Viewer, recording_id: int) -> Excluded | None:
    """Why the recording counts nowhere; None where it does."""
    row = session.execute(
        select(Exclusion.reason, Exclusion.text, Exclusion.at, User.name)
        .join(User, User.id == Exclusion.by_id)
        .where(Exclusion.recording_id == recording_id)
    ).first()
    if row is None:
        return None
    reason, text, at, by = row
    return Excluded(reason, text if reads_private(viewer) else hide(text), at, by)


def _changed(session: Session, recording: Recording) -> None:
    """Summaries of its day and the clauses that hang on other recordings of its order are computed without it, or with it again."""
    recording.revision += 1
    session.flush()
    mark_stale(session, recording)
    if recording.work_order_id is not None:
        links.refresh_order(session, recording.work_order_id, now(), links.policy_of(site().web))
