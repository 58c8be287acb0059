"""What is bad in the demo archive, known from the scripts: what each recording was written to hold, not what was judged.

Bad: forbidden words are said, or the score is under LOW once every verdict is the one that its script intends. LOW is
where the pages begin to show a score in red. What scripts say nothing of stands as it was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from analyzer.domain import How, ItemResult, Kind, Verdict
from analyzer.judging.score import score

LOW = 60.0
_CREDIT = {Verdict.MET: 1.0, Verdict.MISSED: 0.0}


@dataclass(frozen=True, slots=True)
class Truth:
    """The score that a recording deserves, and whether forbidden words are said in it."""

    score: float | None
    forbidden: bool

    def is_bad(self, low: float = LOW) -> bool:
        return self.forbidden or (self.score is not None and self.score < low)


def truth(items: Iterable[ItemResult], intended: Mapping[str, str]) -> Truth:
    """The truth about a recording: its judged items with the verdicts that its script intends."""
    meant = [_meant(item, intended.get(item.id)) for item in items]
    said = any(i.kind is Kind.FORBIDDEN and i.how is How.RULE and i.verdict is Verdict.MISSED for i in meant)
    return Truth(score(meant).value, said)


def _meant(item: ItemResult, word: str | None) -> ItemResult:
    if word is None or item.how is not How.RULE or item.verdict == word:
        return item
    verdict = Verdict(word)
    return replace(item, verdict=verdict, credit=_CREDIT.get(verdict))
