"""A stored recording to try a standard on: its words as they stand now, with what people corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.analysis import Hearing, hearing_from_dict
from web.intake.effective import effective, heard_document, inputs
from web.kit.access import visible
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.kit.recordings import recording_for
from web.kit.refusals import GoneError, InvalidError
from web.models import Recording, RecordingState

MOST = 30  # recordings to choose from, the newest


@dataclass(frozen=True, slots=True)
class Picked:
    """A recording's words and the facts that are known of its job."""

    hearing: Hearing
    facts: Mapping[str, bool]
    standard_id: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A recording that can be tried on."""

    id: int
    recorded_at: datetime
    technician: str
    order_no: str
    standard_id: str


def picked(session: Session, viewer: Viewer, recording_id: int) -> Picked:
    """What a recording holds. Raises InvalidError where the viewer may not see it, or nothing was transcribed yet."""
    try:
        recording = recording_for(session, viewer, recording_id)
    except GoneError:
        raise InvalidError(_("没有 %(n)s 号录音，或者您不能看它。", n=recording_id)) from None
    document = heard_document(session, recording.id)
    if document is None:
        raise InvalidError(_("这段录音还没有转写好，等分析完再试。"))
    said = inputs(session, recording)
    hearing = effective(hearing_from_dict(document, f"recording {recording.id}"), said)
    return Picked(hearing, said.facts, recording.standard_id or "")


def choices(session: Session, viewer: Viewer, standard_id: str) -> list[Choice]:
    """The newest recordings that were judged by a standard, as far as the viewer may see them."""
    statement = (
        visible(with_people(select(*columns_of(Choice)).select_from(Recording)), viewer)
        .where(Recording.standard_id == standard_id, Recording.state == RecordingState.JUDGED)
        .order_by(Recording.recorded_at.desc(), Recording.id.desc())
        .limit(MOST)
    )
    return [Choice(**row._asdict()) for row in session.execute(statement)]
