"""What of a listed recording is heard first: where the list asks for a clause or for forbidden phrases, their evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.access import told_decided
from web.kit.login import Viewer
from web.kit.sound import silence
from web.models import Recording, Verdict
from web.recordings.filters import Filter
from web.scorecards.quotes import decisive_hit


@dataclass(frozen=True, slots=True)
class Example:
    """A clause of a recording with the seconds of its evidence, None where nothing was said."""

    recording_id: int
    item_id: str
    start_s: float | None
    end_s: float | None
    silence: str | None


def examples(session: Session, viewer: Viewer, asked: Filter, ids: Collection[int]) -> dict[int, Example]:
    """By recording; one query, none where the filter names no words."""
    if not ids or not (asked.item or asked.flag in ("forbidden", "suspicion")):
        return {}
    asked_of = Verdict.item_id == asked.item if asked.item else Verdict.kind == "forbidden"
    rows = session.execute(
        select(Recording.id, Verdict.item_id, Verdict.kind, Verdict.final, Verdict.evidence, silence(viewer))
        .join(Verdict, Verdict.recording_id == Recording.id)
        .where(Recording.id.in_(ids), asked_of)
        .order_by(Recording.id, Verdict.position)
    )
    found: dict[int, Example] = {}
    for number, item_id, kind, final, evidence, silent in rows:
        hit: dict[str, Any] = {}
        acquitted = kind == "forbidden" and final != "missed"
        if asked.flag == "suspicion":
            hit = next((h for h in evidence if h.get("suspicion")), {})
        elif not (acquitted and (asked.flag or told_decided(viewer))):
            hit = decisive_hit(evidence)
        if asked.item or hit:
            found.setdefault(number, Example(number, item_id, hit.get("start_s"), hit.get("end_s"), silent))
    return found
