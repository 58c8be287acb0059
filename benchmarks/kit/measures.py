"""Measures with their evidence: character error rate, precision and recall with Wilson intervals.

Wilson: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from analyzer.text import normalise
from analyzer.text.syllables import readings

Z95 = 1.959964  # two-sided 95 % of the normal distribution


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a rate; (0, 1) where nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    p, z2 = hits / n, Z95 * Z95
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass
class Tally:
    """Counts of one item (or group): the confusion of verdicts, and hits of the verdict that matters."""

    n: int = 0
    right: int = 0
    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, expected: str, actual: str, positive: str) -> None:
        """Count one verdict; `positive` is the verdict whose precision and recall are asked for."""
        self.n += 1
        self.right += expected == actual
        self.true_positive += expected == actual == positive
        self.false_positive += actual == positive != expected
        self.false_negative += expected == positive != actual
        self.confusion[expected, actual] += 1

    @property
    def precision(self) -> float | None:
        said = self.true_positive + self.false_positive
        return self.true_positive / said if said else None

    @property
    def recall(self) -> float | None:
        true = self.true_positive + self.false_negative
        return self.true_positive / true if true else None

    @property
    def f1(self) -> float | None:
        total = 2 * self.true_positive + self.false_positive + self.false_negative
        return 2 * self.true_positive / total if total else None


def cer(reference: str, hypothesis: str) -> tuple[int, int]:
    """(edits, reference characters) after the normalisation that judging uses."""
    import jiwer

    want, got = normalise(reference).text, normalise(hypothesis).text
    if not want:
        return len(got), 0
    if not got:
        return len(want), len(want)
    return _edits(jiwer.process_characters(want, got)), len(want)


def sound_errors(reference: str, hypothesis: str) -> tuple[int, int]:
    """(edits, reference syllables) where a character counts as its commonest syllable without tone.

    What is only spelled wrongly (天麻烦 for 添麻烦) is no error here: matching hears through it.
    """
    import jiwer

    want, got = sounds(reference), sounds(hypothesis)
    if not want or not got:
        return max(len(want), len(got)), len(want)
    return _edits(jiwer.process_words(" ".join(want), " ".join(got))), len(want)


def sounds(text: str) -> list[str]:
    """The toneless syllables of a text; letters and other signs stand for themselves."""
    syllables_said = []
    for char in normalise(text).text:
        syllables = readings(char)
        syllables_said.append(syllables[0].initial + syllables[0].final if syllables else char)
    return syllables_said


def _edits(aligned: Any) -> int:
    return int(aligned.substitutions + aligned.deletions + aligned.insertions)
