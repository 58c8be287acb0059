"""A phrase as it was answered: of the alternatives, those that stand nearest to the words that were said.

`{您|你}好[阿姨|大爷]` said as 你好大爷 is shown as 你好大爷, because a reviewer wants to see what was looked for, not a
formula.
"""

from __future__ import annotations

from analyzer.rubric.model import Choice, Gap, Literal, Phrase, Sequence

GAP_MARK = "…"


def wording(phrase: Phrase, quote: str) -> str:
    """Return the reading of `phrase` that shares most characters with `quote` (both normalised)."""
    said = set(quote)
    text, _ = _sequence(phrase.pattern, said)
    while GAP_MARK * 2 in text:
        text = text.replace(GAP_MARK * 2, GAP_MARK)
    return text


def _sequence(sequence: Sequence, said: set[str]) -> tuple[str, float]:
    """Return the best reading with its worth: characters that were said, less those that were not."""
    text, worth = "", 0.0
    for part in sequence.parts:
        if isinstance(part, Literal):
            text += part.text
            worth += sum(1.0 if char in said else -1.0 for char in part.text)
        elif isinstance(part, Gap):
            text += GAP_MARK
        elif isinstance(part, Choice):
            best = max((_sequence(option, said) for option in part.options), key=lambda found: found[1])
            text += best[0]
            worth += best[1]
    return text, worth
