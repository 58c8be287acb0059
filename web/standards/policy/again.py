"""The newest recordings judged again with other switches, for a second or two: verdicts beside those that stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.config import Settings
from web.intake.analysis import StoredAnalysis, stored
from web.lexicon.policy import Ruled, Values
from web.lexicon.sample import Again, Case, CrowdedError, WarmingError, judged_again
from web.models import Recording
from web.standards.policy.effect import Effect, StoredRecording, StoredVerdict, effect_of

__all__ = ["CrowdedError", "Sampled", "WarmingError", "sampled"]

MOST, SECONDS = 50, 2.0
AT_ONCE = 10  # documents read at a time


@dataclass(frozen=True, slots=True)
class Sampled:
    """What the switches change in the recordings that were judged again, the newest `effect.recordings` of `asked`."""

    effect: Effect
    asked: int


def sampled(
    session: Session, settings: Settings, recordings: Sequence[StoredRecording], standing: Ruled, after: Values
) -> Sampled:
    """Judge the newest of the recordings again. Raises WarmingError, CrowdedError."""
    newest = {r.id: r for r in recordings[:MOST]}
    cases, here = _cases(session, list(newest)), replace(settings, lexicons=standing.folder)
    again = list(judged_again(cases, standing.standard, standing.values, after, here, SECONDS))
    pairs = [(_with(newest[a.id], a, after=False), _with(newest[a.id], a, after=True)) for a in again]
    return Sampled(effect_of(pairs, standing.values, standing.values), len(newest))


def _cases(session: Session, ids: Sequence[int]) -> Iterator[Case]:
    for first in range(0, len(ids), AT_ONCE):
        part = ids[first : first + AT_ONCE]
        named = select(Recording.id, Recording.analysis_id).where(Recording.id.in_(part))
        analyses = {row[0]: row[1] for row in session.execute(named)}
        documents = stored(session, list(analyses.values()))
        for number in part:
            found = documents.get(analyses.get(number) or 0)
            if found is not None:
                yield _case(number, found)


def _case(number: int, found: StoredAnalysis) -> Case:
    judged = found.judgement
    given = {name: fact.value for name, fact in judged.facts.items() if fact.source == "given"}
    return Case(number, found.hearing, given, found.items, judged.standard.digest)


def _with(recording: StoredRecording, again: Again, *, after: bool) -> StoredRecording:
    """The recording with verdicts of the machine in place of those that stand; what a person decided stands."""
    results = again.after if after else again.before
    verdicts = []
    for v in recording.verdicts:
        result = results.get(v.item_id)
        if result is None or v.by_person:
            verdicts.append(v)
            continue
        groups = tuple(dict.fromkeys(h.element for h in result.hits if h.element and not h.suspicion))
        word = None if result.verdict is None else result.verdict.value
        verdicts.append(StoredVerdict(v.item_id, v.kind, v.how, v.weight, word, result.credit, False, groups))
    return replace(recording, verdicts=tuple(verdicts))
