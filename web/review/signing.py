"""Signing off and reopening. Belongs into a writing transaction.

An edition keeps the verdicts as they were signed; a later one never touches it but for the note that it was replaced.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.db import now
from web.intake import rows
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.recordings import recording_for
from web.kit.refusals import GoneError, InvalidError, StaleError
from web.models import NoticeKind, Recording, ReviewState, SignOff, Verdict
from web.notices.tell import of_technician, tell
from web.review import queries, second
from web.review.decisions import MAX_NOTE, changeable
from web.review.refusals import BlockedError


def sign(session: Session, viewer: Viewer, recording_id: int, revision: int, note: str = "") -> SignOff:
    """Sign a recording; return the new edition.

    Raises GoneError, SignedError, StaleError (somebody changed it since `revision`), BlockedError with what a person
    must decide first, InvalidError while it is being judged again.
    """
    recording = changeable(session, viewer, recording_id)
    if revision != recording.revision:
        raise StaleError
    panel = queries.panel(session, recording_id, viewer)
    if panel is None:
        raise GoneError
    if panel.busy:
        raise InvalidError(_("正在重新判分，完成后才能签核。"))
    if panel.must_see:
        raise BlockedError(panel.must_see)
    edition = add_edition(session, viewer, recording, note.strip()[:MAX_NOTE])
    own = of_technician(session, recording.technician_id)
    tell(session, NoticeKind.RESULT_SIGNED, own, by=viewer.id, recording=recording.id)
    return edition


def add_edition(session: Session, viewer: Viewer, recording: Recording, note: str) -> SignOff:
    """Add an edition with the verdicts and the score as they stand, and close the recording.

    One that is signed already (an appeal was upheld) keeps its date: the time to contest does not begin anew.
    """
    moment = now()
    last = session.scalar(select(func.max(SignOff.edition)).where(SignOff.recording_id == recording.id)) or 0
    if recording.signed_at is None:
        recording.signed_at, recording.signed_by_id = moment, viewer.id
    recording.review_state = ReviewState.SIGNED
    recording.revision += 1
    rows.refresh(session, recording.id)
    verdicts = session.scalars(select(Verdict).where(Verdict.recording_id == recording.id).order_by(Verdict.position))
    assert recording.analysis_id is not None  # noqa: S101  # only what was judged can be signed
    edition = SignOff(
        recording_id=recording.id,
        edition=last + 1,
        analysis_id=recording.analysis_id,
        user_id=viewer.id,
        at=moment,
        score=recording.score,
        machine_score=recording.machine_score,
        note=note,
        verdicts={
            v.item_id: {"machine": v.machine, "human": v.human, "final": v.final, "credit": v.final_credit}
            for v in verdicts
        },
    )
    session.add(edition)
    session.flush()
    second.draw(session, recording, viewer.id)
    audit.record(session, "signed", "recording", recording.id, edition=edition.edition, score=edition.score)
    return edition


def reopen(session: Session, viewer: Viewer, recording_id: int, revision: int, reason: str) -> None:
    """Take a signature back, with a reason. Raises GoneError, StaleError, InvalidError."""
    recording = recording_for(session, viewer, recording_id)
    if recording.review_state is not ReviewState.SIGNED or revision != recording.revision:
        raise StaleError
    reason = reason.strip()
    if not reason:
        raise InvalidError(_("撤回签核要写理由。"))
    if len(reason) > MAX_NOTE:
        raise InvalidError(_("理由最多 %(n)s 个字，现在有 %(now)s 个。", n=MAX_NOTE, now=len(reason)))
    replace_edition(session, viewer, recording, reason)
    recording.review_state, recording.signed_at, recording.signed_by_id = ReviewState.STARTED, None, None
    recording.revision += 1
    rows.refresh(session, recording.id)
    audit.record(session, "reopened", "recording", recording.id, reason=reason)


def replace_edition(session: Session, viewer: Viewer, recording: Recording, reason: str) -> None:
    """Note on the edition that holds that it no longer does. (A recording without one was signed before there were any.)"""
    edition = session.scalar(
        select(SignOff).where(SignOff.recording_id == recording.id).order_by(SignOff.edition.desc()).limit(1)
    )
    if edition is not None and edition.reopened_at is None:
        edition.reopened_at, edition.reopened_by_id, edition.reopen_reason = now(), viewer.id, reason[:MAX_NOTE]
