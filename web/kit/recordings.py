"""The one look-up of a recording for a viewer, and the one rule of when it may be changed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.access import visible
from web.kit.login import Viewer
from web.kit.refusals import GoneError, HeldError, SignedError, StaleError
from web.models import LegalHold, Recording, ReviewState


def recording_for(session: Session, viewer: Viewer, recording_id: int) -> Recording:
    """Raises GoneError where there is no such recording that this viewer may see."""
    row = session.scalar(visible(select(Recording).where(Recording.id == recording_id), viewer))
    if row is None:
        raise GoneError
    return row


def refuse_signed(recording: Recording) -> None:
    """Raises SignedError: what was signed stays as it is."""
    if recording.review_state is ReviewState.SIGNED:
        raise SignedError


def refuse_held(session: Session, recording: Recording) -> None:
    """Raises HeldError while a legal hold stands."""
    if session.get(LegalHold, recording.id) is not None:
        raise HeldError


def open_recording(session: Session, viewer: Viewer, recording_id: int, revision: int | None = None) -> Recording:
    """The recording for a change. Raises GoneError, SignedError, StaleError where `revision` is not its own."""
    row = recording_for(session, viewer, recording_id)
    refuse_signed(row)
    if revision is not None and revision != row.revision:
        raise StaleError
    return row
