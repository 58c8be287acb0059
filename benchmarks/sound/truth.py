"""Whether the phrase of a check was what was said, from the script: the phrase stands nearer to it than the words as heard."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.domain import Check
from analyzer.matching.costs import character_cost
from analyzer.text import normalise
from benchmarks.corpus import ReferenceTurn

AROUND_S = 2.0  # of the script beside a check: character times jitter
APART = 0.04  # a smaller difference in distance tells nothing: homophones
OTHER_SOUND = 1.5  # how much a syllable that sounds otherwise counts against one more or less


def was_said(check: Check, turns: Sequence[ReferenceTurn]) -> bool | None:
    """None where the script is as near to the one as to the other."""
    near = [t for t in turns if t.span.end_s > check.start_s - AROUND_S and t.span.start_s < check.end_s + AROUND_S]
    script = normalise("".join(turn.text for turn in near)).text
    phrase, heard = _distance(check.phrase, script), _distance(normalise(check.heard).text, script)
    return None if abs(phrase - heard) <= APART else phrase < heard


def _distance(text: str, script: str) -> float:
    """The least edit distance by sound of `text` to any stretch of the script."""
    row = [0.0] * (len(script) + 1)
    for char in text:
        before, row = row, [row[0] + 1.0]
        for j, said in enumerate(script, 1):
            replaced = before[j - 1] + min(1.0, OTHER_SOUND * character_cost(char, said))
            row.append(min(replaced, before[j] + 1.0, row[j - 1] + 1.0))
    return min(row)
