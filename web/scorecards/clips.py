"""Clips: a few seconds worth hearing. A colleague's good example is heard without his name, and only with consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.doom import doom
from web.kit import audit
from web.kit.access import told_decided, visible
from web.kit.login import Viewer
from web.models import Clip, Recording, Technician, Verdict
from web.scorecards.quotes import acquitted
from web.summaries.judged import included

LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class ClipValues:
    """A clip as a form states it."""

    item_id: str
    start_s: float
    end_s: float
    quote: str
    good: bool


def read(form: Mapping[str, str]) -> ClipValues | None:
    """Return the form's clip; None where it makes no sense."""
    try:
        start_s, end_s = float(form.get("start_s", "")), float(form.get("end_s", ""))
    except ValueError:
        return None
    if not 0.0 <= start_s < end_s <= start_s + LONGEST_S:
        return None
    return ClipValues(
        form.get("item_id", "")[:64], start_s, end_s, form.get("quote", "").strip()[:500], form.get("good") == "1"
    )


def add(session: Session, viewer: Viewer, recording_id: int, values: ClipValues) -> bool:
    """Add a clip of a recording that the viewer may see; False where there is no such recording, clause or technician."""
    recording = session.scalar(visible(select(Recording), viewer).where(Recording.id == recording_id))
    if recording is None or recording.technician_id is None or recording.standard_id is None:
        return False
    if session.get(Verdict, (recording_id, values.item_id)) is None:
        return False
    same = session.scalar(
        select(Clip).where(
            Clip.recording_id == recording_id, Clip.item_id == values.item_id, Clip.start_s == values.start_s
        )
    )
    if same is not None:
        same.good = values.good
        return True
    session.add(
        Clip(
            recording_id=recording_id,
            technician_id=recording.technician_id,
            standard_id=recording.standard_id,
            item_id=values.item_id,
            start_s=values.start_s,
            end_s=values.end_s,
            quote=values.quote,
            good=values.good,
            chosen_by_id=viewer.id,
        )
    )
    audit.record(session, "clip-added", "recording", recording_id, item=values.item_id, good=values.good)
    return True


def remove(session: Session, viewer: Viewer, clip_id: int) -> bool:
    """Take a clip back; False where the viewer sees no such clip."""
    clip = session.get(Clip, clip_id)
    if clip is None:
        return False
    if session.scalar(visible(select(Recording.id), viewer).where(Recording.id == clip.recording_id)) is None:
        return False
    doom(session, clip.stored_key)
    session.delete(clip)
    audit.record(session, "clip-removed", "recording", clip.recording_id, item=clip.item_id)
    return True


def audible(session: Session, viewer: Viewer, clip_id: int) -> str | None:
    """Return the stored key of a clip that the viewer may hear, None else.

    Whoever sees the recording hears it. A technician also hears his team's good examples while their speakers consent.
    """
    clip = session.get(Clip, clip_id)
    if clip is None or not clip.stored_key:
        return None
    if told_decided(viewer) and session.scalar(select(Clip.id).where(Clip.id == clip_id, acquitted())) is not None:
        return None
    if session.scalar(visible(select(Recording.id), viewer).where(Recording.id == clip.recording_id)) is not None:
        return clip.stored_key
    if not clip.good or viewer.technician_id is None:
        return None
    speaker = session.get_one(Technician, clip.technician_id)
    own = session.get_one(Technician, viewer.technician_id)
    alive = session.scalar(
        select(Recording.id).where(Recording.id == clip.recording_id, Recording.deleted_at.is_(None), included())
    )
    together = speaker.team_id is not None and speaker.team_id == own.team_id
    return clip.stored_key if speaker.example_consent and together and alive is not None else None
