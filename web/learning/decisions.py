"""The decisions that stand, and the words that they were about."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.config import AnalyzerError
from web.intake.analysis import Hearing, hearing_from_dict, stored
from web.intake.effective import effective, heard_document, inputs
from web.kit.standards import ItemInfo, standards
from web.learning.reading import words_of
from web.learning.values import Decided, Said
from web.masking import mask
from web.models import BULK, Analysis, Decision, Recording
from web.models.vocabulary import Role
from web.summaries.judged import included

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Harvest:
    """Words by the meaning that they say or do not, and how many decisions they come from."""

    said: dict[str, list[Said]] = field(default_factory=dict)
    decisions: int = 0


def harvest(session: Session, lexicons: Path) -> Harvest:
    """Gather what people's newest decisions tell of meanings that are read; recordings that are deleted or count nowhere are left out."""
    items = {(s.id, i.id): i for s in standards(lexicons) for i in s.items if any(i.meanings.values())}
    said: dict[str, list[Said]] = {}
    told = set()
    standing = (d for d in _standing(session) if (d.standard_id, d.item_id) in items)
    for recording_id, decided in groupby(standing, key=lambda d: d.recording_id):
        try:
            found = list(_of_recording(session, recording_id, list(decided), items))
        except AnalyzerError as error:
            log.warning("recording %d teaches nothing: %s", recording_id, error)
            continue
        for decision_id, meaning, words in found:
            said.setdefault(meaning, []).append(words)
            told.add(decision_id)
    return Harvest(said, len(told))


def _standing(session: Session) -> list[Decided]:
    """The newest decision on each clause, by recording, but for those withdrawn or left to the machine in bulk."""
    newest = select(func.max(Decision.id)).group_by(Decision.recording_id, Decision.item_id)
    found = session.execute(
        select(Decision, Analysis.standard_id)
        .join(Analysis, Analysis.id == Decision.analysis_id)
        .join(Recording, Recording.id == Decision.recording_id)
        .where(
            Decision.id.in_(newest),
            Decision.action.not_in(("withdraw", BULK)),
            Recording.deleted_at.is_(None),
            included(),
        )
        .order_by(Decision.recording_id, Decision.id)
    )
    return [
        Decided(d.id, d.recording_id, d.analysis_id, standard_id, d.item_id, d.after or "", d.note)
        for d, standard_id in found
    ]


def _of_recording(
    session: Session, recording_id: int, decided: list[Decided], items: dict[tuple[str, str], ItemInfo]
) -> Iterator[tuple[int, str, Said]]:
    hearing = _hearing(session, recording_id)
    seen = stored(session, {d.analysis_id for d in decided})
    for one in decided:
        item = seen[one.analysis_id].items.get(one.item_id) if one.analysis_id in seen else None
        if hearing is None or item is None:
            continue
        for meaning, words in words_of(one, item, items[one.standard_id, one.item_id].meanings, hearing):
            yield one.decision_id, meaning, _without_private_words(words)


def _without_private_words(words: Said) -> Said:
    """What is learnt from is kept in files of its own: nobody's number belongs there."""
    his = words.role == Role.TECHNICIAN.value
    return replace(words, text=mask(words.text, technician=his), before=mask(words.before, technician=not his))


def _hearing(session: Session, recording_id: int) -> Hearing | None:
    """What was heard, with the lines and roles that people corrected."""
    body = heard_document(session, recording_id)
    if body is None:
        return None
    said = inputs(session, session.get_one(Recording, recording_id))
    return effective(hearing_from_dict(body, f"recording {recording_id}"), said)
