"""What other settings would make of recordings that are judged already: arithmetic over stored verdicts.

Both scores are reckoned from the same verdicts, once with the settings that hold and once with the others, so that
nothing but the settings makes a difference. The sum is `analyzer.judging.score`'s.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.intake.analysis import ItemResult, score
from web.lexicon.policy import Value, Values
from web.models.vocabulary import NOT_SEEN, How, Kind, VerdictWord

SHOWN = 5  # recordings that change most


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict as it stands. `groups`: whose words were said, of a forbidden clause that has several; `by_person`."""

    item_id: str
    kind: str
    how: str
    weight: float
    final: str | None
    credit: float | None
    by_person: bool = False
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """A judged recording with its verdicts."""

    id: int
    name: str
    technician: str
    recorded_at: dt.datetime
    verdicts: tuple[StoredVerdict, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A recording whose score, class or verdicts would be others; `passed` is None without a pass mark or a score.

    `turned`: (clause, verdict before, verdict after) of those that change.
    """

    recording: StoredRecording
    before: float | None
    after: float | None
    passed_before: bool | None
    passed_after: bool | None
    turned: tuple[tuple[str, str | None, str | None], ...] = ()

    @property
    def size(self) -> float:
        return abs((self.after or 0.0) - (self.before or 0.0))

    @property
    def another_class(self) -> bool:
        return self.passed_before is not self.passed_after

    @property
    def worth_showing(self) -> bool:
        """Whether something becomes another; to pass where nothing was told apart before is nothing new."""
        another = self.another_class and not (self.passed_before is None and self.passed_after)
        return self.before != self.after or another or bool(self.turned)


@dataclass(frozen=True, slots=True)
class Effect:
    """What the settings change. Means are of the recordings that have a score; `passed` of them pass afterwards."""

    recordings: int
    scored: int
    changed: int
    other_class: int
    other_verdicts: int
    mean_before: float | None
    mean_after: float | None
    passed_before: int | None
    passed_after: int | None
    most: tuple[Change, ...]

    @property
    def nothing(self) -> bool:
        return not (self.changed or self.other_class or self.other_verdicts)


def effect(recordings: Sequence[StoredRecording], before: Values, after: Values) -> Effect:
    """What `after` in place of `before` makes of the recordings. A law: equal settings change nothing."""
    return effect_of([(recording, recording) for recording in recordings], before, after)


def effect_of(pairs: Sequence[tuple[StoredRecording, StoredRecording]], before: Values, after: Values) -> Effect:
    """The same of recordings whose verdicts are others as well: each as it stands, and as it would."""
    changes = [_change(one, other, before, after) for one, other in pairs]
    scored = [c for c in changes if c.before is not None and c.after is not None]
    touched = [c for c in changes if c.worth_showing]
    touched.sort(key=lambda c: (-c.size, not c.turned, not c.another_class, -(c.after or 0.0), -c.recording.id))
    return Effect(
        len(pairs),
        len(scored),
        sum(c.before != c.after for c in changes),
        sum(c.another_class for c in changes),
        sum(bool(c.turned) for c in changes),
        _mean([c.before for c in scored]),
        _mean([c.after for c in scored]),
        _passing(scored, before, "passed_before"),
        _passing(scored, after, "passed_after"),
        tuple(touched[:SHOWN]),
    )


def passes(value: float | None, mark: Value) -> bool | None:
    """Whether a score passes; None where there is no score or no mark. The one rule of 合格."""
    return None if value is None or mark is None else value >= float(mark)


def _change(stands: StoredRecording, would: StoredRecording, before: Values, after: Values) -> Change:
    one, other = score(_results(stands, before)).value, score(_results(would, after)).value
    words, others = _words(stands, before), _words(would, after)
    turned = tuple((name, word, others.get(name)) for name, word in words.items() if others.get(name) != word)
    return Change(would, one, other, passes(one, before["pass_mark"]), passes(other, after["pass_mark"]), turned)


def _results(recording: StoredRecording, values: Values) -> list[ItemResult]:
    found = []
    for v in recording.verdicts:
        penalty, cap = _cost(v, values) if v.kind == Kind.FORBIDDEN else (0.0, None)
        weight = values.get(f"weight:{v.item_id}")
        found.append(
            ItemResult(
                v.item_id,
                Kind(v.kind),
                How(v.how),
                "",
                "",
                None if v.final in (None, NOT_SEEN) else VerdictWord(v.final),
                v.credit,
                v.weight if weight is None else float(weight),
                "",
                penalty=penalty,
                cap=cap,
            )
        )
    return found


def _cost(verdict: StoredVerdict, values: Values) -> tuple[float, float | None]:
    """Penalty and cap of forbidden words: those of the gravest group that was said."""
    own = values.get(f"penalty:{verdict.item_id}")
    cap = values.get(f"cap:{verdict.item_id}")
    lesser = [values.get(f"penalty:{verdict.item_id}:{group}") for group in verdict.groups]
    if lesser and None not in lesser:
        return max(float(p) for p in lesser if p is not None), None
    return float(own or 0.0), None if cap is None else float(cap)


def _words(recording: StoredRecording, values: Values) -> Mapping[str, str | None]:
    """The verdicts as the settings' pass shares make them; what a person decided stands."""
    return {v.item_id: _word(v, values) for v in recording.verdicts}


def _word(verdict: StoredVerdict, values: Values) -> str | None:
    share = values.get(f"pass:{verdict.item_id}")
    judged = verdict.final in (VerdictWord.MET, VerdictWord.MISSED)
    if share is None or verdict.by_person or not judged or verdict.credit is None:
        return verdict.final
    return VerdictWord.MET.value if verdict.credit >= float(share) - 1e-9 else VerdictWord.MISSED.value


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return math.fsum(known) / len(known) if known else None


def _passing(changes: Sequence[Change], values: Values, name: str) -> int | None:
    return None if values["pass_mark"] is None else sum(bool(getattr(c, name)) for c in changes)
