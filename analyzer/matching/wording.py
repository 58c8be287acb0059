"""A phrase as it was answered: of the alternatives, those that stand nearest to the words that were said.

`{您|你}好[阿姨|大爷]` said as 你好大爷 is shown as 你好大爷, because a reviewer wants to see what was looked for, not a
formula.
"""

from __future__ import annotations

from collections import Counter

from analyzer.rubric.model import Choice, Gap, Literal, Phrase, Sequence

GAP_MARK = "…"


def wording(phrase: Phrase, quote: str) -> str:
    """Return the reading of `phrase` that shares most characters with `quote` (both normalised)."""
    text, _, _ = _sequence(phrase.pattern, dict(Counter(quote)))
    while GAP_MARK * 2 in text:
        text = text.replace(GAP_MARK * 2, GAP_MARK)
    return text


def _sequence(sequence: Sequence, said: dict[str, int]) -> tuple[str, float, dict[str, int]]:
    """Return the best reading, its worth and what it leaves of `said`.

    Worth is characters that were said, each as often as it was, less those that were not.
    """
    text, worth = "", 0.0
    for part in sequence.parts:
        if isinstance(part, Literal):
            text += part.text
            said = said.copy()
            for char in part.text:
                left = said.get(char, 0)
                said[char] = left - 1
                worth += 1.0 if left > 0 else -1.0
        elif isinstance(part, Gap):
            text += GAP_MARK
        elif isinstance(part, Choice):
            reading, gained, said = max((_sequence(option, said) for option in part.options), key=lambda f: f[1])
            text += reading
            worth += gained
    return text, worth, said
