"""A few stored recordings judged by a standard with other settings: what its switches would change, in a second or two.

One at a time in a process, and not before words and alignment are loaded (`trial.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from time import monotonic

from analyzer.domain import Hearing, How, ItemResult, Kind
from analyzer.errors import AnalyzerError
from analyzer.judging.tables import table_for
from analyzer.rejudging import judged
from analyzer.rubric.model import Standard
from web.config import Settings
from web.lexicon.policy import Values, decides, fresh, with_values
from web.lexicon.trial import CrowdedError, WarmingError, is_ready, turn, warm

__all__ = ["Again", "AnalyzerError", "Case", "CrowdedError", "WarmingError", "judged_again"]

REQUIRED_TOO = {"other_words", "opening_s", "closing_s"}  # settings that touch what must be said


@dataclass(frozen=True, slots=True)
class Case:
    """A recording as it was judged: what was heard, the facts that were given, the results, and by which digest."""

    id: int
    hearing: Hearing
    given: Mapping[str, bool]
    results: Mapping[str, ItemResult]
    digest: str


@dataclass(frozen=True, slots=True)
class Again:
    """The results on the clauses that the settings can touch, with the settings before and after."""

    id: int
    before: Mapping[str, ItemResult]
    after: Mapping[str, ItemResult]


def judged_again(
    cases: Iterable[Case], standard: Standard, before: Values, after: Values, settings: Settings, seconds: float
) -> Iterator[Again]:
    """Give the cases judged both ways until the time is up: at least one, where there is one.

    `standard` is the one in effect, `before` its settings; what it has judged already is not judged again. Raises
    AnalyzerError, WarmingError where nothing was judged in this process yet, CrowdedError where others judge.
    """
    touched = {key for key in fresh(before, after) if decides(key)}
    if not touched:
        return
    if not is_ready():
        warm(settings.lexicons, settings)
        raise WarmingError
    with turn():
        until = monotonic() + seconds
        table_for(standard)  # kept by digest: the narrowed standard is to find the whole one's
        narrow = _narrowed(standard, bool(REQUIRED_TOO & touched))
        for case in cases:
            held = narrow if case.digest != standard.ref.digest else None
            names = {item.id for item in narrow.items}
            stood = (
                {i: r for i, r in case.results.items() if i in names}
                if held is None
                else _results(case, held, settings)
            )
            yield Again(case.id, stood, _results(case, with_values(narrow, after), settings))
            if monotonic() >= until:
                return


def _narrowed(standard: Standard, required: bool) -> Standard:
    """The standard with those clauses alone that the settings can touch: all banned words, for they lay claim to each other's."""
    kept = [i for i in standard.items if i.how is How.RULE and (required or i.kind is Kind.FORBIDDEN)]
    return replace(standard, items=tuple(kept))


def _results(case: Case, standard: Standard, settings: Settings) -> dict[str, ItemResult]:
    given = {name: value for name, value in case.given.items() if name in standard.facts}
    return {item.id: item for item in judged(case.hearing, standard, given, settings).judgement.items}
