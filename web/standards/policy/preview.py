"""What a filled form would change, put together for the page."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from web.config import Settings
from web.lexicon.policy import Ruled, Values, decides, fresh
from web.models.vocabulary import Kind, VerdictWord
from web.standards.policy.again import CrowdedError, Sampled, WarmingError, sampled
from web.standards.policy.effect import Effect, StoredRecording, effect
from web.standards.policy.fields import Fields, shown
from web.standards.policy.stored import recent

MOST_LINES = 12  # settings whose own effect is told


@dataclass(frozen=True, slots=True)
class Line:
    """One setting that differs, and what it changes by itself.

    `effect` is None for what is not reckoned; `people`: technicians with too few recordings, `open`: recordings with a suspicion
    that nobody has decided.
    """

    key: str
    label: str
    before: str
    after: str
    effect: Effect | None
    people: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """`whole`: all settings of the sum together, None without one; `switches`: those judged again, None where there is
    nothing to judge or it has to wait (`waiting`: warming | crowded). `more`: differing settings beyond `lines`.
    """

    recordings: int
    lines: tuple[Line, ...]
    more: int
    whole: Effect | None
    switches: Sampled | None
    waiting: str


def preview(
    session: Session, settings: Settings, fields: Fields, standing: Ruled, after: Values, today: dt.date
) -> Preview:
    """What the settings `after` change of the last month, beside the standard in effect. Some four queries."""
    grouped = {c.id for c in standing.clauses if c.kind == Kind.FORBIDDEN and c.groups}
    recordings = recent(session, standing.standard_id, today, grouped)
    changes = fresh(standing.values, after)
    sums = {key: value for key, value in changes.items() if sums_up(key)}
    lines = [_line(key, fields, standing, after, recordings) for key in list(changes)[:MOST_LINES]]
    whole = effect(recordings, standing.values, {**standing.values, **sums}) if sums else None
    switches, waiting = None, ""
    if recordings and any(map(decides, changes)):
        try:
            switches = sampled(session, settings, recordings, standing, after)
        except WarmingError:
            waiting = "warming"
        except CrowdedError:
            waiting = "crowded"
    return Preview(len(recordings), tuple(lines), max(0, len(changes) - MOST_LINES), whole, switches, waiting)


def sums_up(key: str) -> bool:
    """Whether a setting's effect can be reckoned from verdicts that stand."""
    return not decides(key) and key not in ("min_recordings", "suspicions")


def _line(key: str, fields: Fields, standing: Ruled, after: Values, recordings: list[StoredRecording]) -> Line:
    alone = effect(recordings, standing.values, {**standing.values, key: after[key]}) if sums_up(key) else None
    field = next((f for f in fields.every if f.key == key), None)
    words = {choice.value: choice.words for choice in field.choices} if field else {}
    unit = field.unit if field else ""
    before, now = (
        words.get(text, f"{text}{unit}" if text else "")
        for text in (shown(key, standing.values[key]), shown(key, after[key]))
    )
    people = Counter(r.technician for r in recordings if r.technician)
    least = after["min_recordings"] or 0
    few = sum(count < float(least) for count in people.values()) if key == "min_recordings" else 0
    open_ = sum(map(_is_open, recordings)) if key == "suspicions" else 0
    return Line(key, fields.label(key), before, now, alone, few, open_)


def _is_open(recording: StoredRecording) -> bool:
    """Whether forbidden words are suspected that stand undecided."""
    return any(v.kind == Kind.FORBIDDEN and v.final == VerdictWord.CANNOT_JUDGE for v in recording.verdicts)
