"""How much a phrase may differ and still count, so that one threshold means the same at every length.

A raw share of wrong syllables is not comparable: among an hour of unrelated talk a two-syllable phrase finds
something half alike hundreds of times, a twenty-syllable phrase never. The budget of total cost therefore grows
with the length less a head start, `budget(n) = per_syllable * (n - free)`: short phrases must be all but exact,
long ones may lose a third of their syllables. Similarity is 1 at cost 0 and THRESHOLD at the full budget.
The constants were chosen so that unrelated speech gives about the same number of chance hits per hour for
2 to 20 syllables; `python -m benchmarks chance` measures it again.
"""

from __future__ import annotations

from dataclasses import dataclass

THRESHOLD = 0.75  # the documented similarity from which a phrase counts


@dataclass(frozen=True, slots=True)
class Strictness:
    """Budget of cost and what may stand between a phrase's words.

    `comma`, `sentence`, `turn`: cost of running on over such a break; `insertion`: factor on inserted characters.
    """

    name: str
    per_syllable: float
    free: float
    minimum: float
    comma: float
    sentence: float
    turn: float
    insertion: float

    def budget(self, syllables: float) -> float:
        """Return the largest total cost at which a phrase of so many syllables still counts."""
        return max(self.minimum, self.per_syllable * (syllables - self.free))

    def similarity(self, cost: float, syllables: float) -> float:
        """Return the calibrated similarity in [0, 1]; >= THRESHOLD exactly where cost <= budget."""
        return max(0.0, 1.0 - (1.0 - THRESHOLD) * cost / self.budget(syllables))


# per_syllable, free, minimum | comma, sentence, turn | insertion
COURTESY = Strictness("courtesy", 0.24, 1.6, 0.12, 0.05, 0.20, 0.60, 1.0)
CUE = Strictness("cue", 0.20, 1.7, 0.08, 0.10, 0.60, 9.0, 1.0)
ACCUSATION = Strictness("accusation", 0.12, 3.3, 0.07, 0.30, 9.0, 9.0, 2.0)
# Heard nearly so, though the engine is sure of what it wrote: one syllable misheard in three, two in five. Wider than
# ACCUSATION at every length and no dearer to pass through, so that what it does not find is no accusation either.
NEAR = Strictness("near", 0.15, 1.3, 0.10, 0.30, 9.0, 9.0, 2.0)
# Nearly heard: worth holding against the sound, and nothing by itself (python -m benchmarks sound).
LOOSE = Strictness("loose", 0.45, 1.3, 0.30, 0.30, 9.0, 9.0, 1.5)
SUSPICION = Strictness("suspicion", 0.24, 1.8, 0.16, 0.10, 1.00, 9.0, 1.5)
# An exception excuses only what was really said so: a swallowed or different word would excuse "不知道" by "不知道吧".
EXCUSE = Strictness("excuse", 0.08, 3.0, 0.12, 0.20, 0.30, 9.0, 1.0)
# Of an accusation the more so: 我们不管，你找开发商 is not excused by 我们不管你找谁.
PARDON = Strictness("pardon", 0.08, 3.0, 0.12, 0.30, 0.40, 9.0, 1.0)
