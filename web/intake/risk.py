"""How much a recording needs a person's eye: a number in [0, 1] that sorts the work list and judges nobody.

Each ground adds to it on its own, as chances do (noisy-or): risk = 1 - product of (1 - weight * degree). So one grave
ground is enough to come first, several small ones add up, and nothing passes 1.

| ground | weight | degree |
| --- | --- | --- |
| forbidden words that nobody has checked | 0.6 | 1 for any |
| suspicions that nobody has checked | 0.5 | 1 from two on, half for one |
| a low score, or none | 0.5 | how far under 80, of 80; none: 0.6 |
| the technician's role is a guess | 0.5 | from certain (0) to even odds (1); unknown: 1 |
| speech that got no text | 0.4 | its share of the speech, 1 from a fifth on |
| clauses that could not be judged | 0.4 | their share of the clauses that rules judge |
"""

from __future__ import annotations

from dataclasses import dataclass

GOOD_SCORE = 80.0
MUCH_UNHEARD = 0.2


@dataclass(frozen=True, slots=True)
class Grounds:
    """What speaks for looking at a recording. Counts are of what no person has decided yet."""

    forbidden: int
    suspicions: int
    score: float | None
    role_confidence: float | None
    unheard_share: float
    not_judged_share: float


def risk(grounds: Grounds) -> float:
    """Return the risk in [0, 1], to three decimals."""
    score_degree = 0.6 if grounds.score is None else max(0.0, GOOD_SCORE - grounds.score) / GOOD_SCORE
    role_degree = 1.0 if grounds.role_confidence is None else min(1.0, max(0.0, 2.0 * (1.0 - grounds.role_confidence)))
    degrees = (
        (0.6, 1.0 if grounds.forbidden else 0.0),
        (0.5, min(1.0, grounds.suspicions / 2.0)),
        (0.5, score_degree),
        (0.5, role_degree),
        (0.4, min(1.0, grounds.unheard_share / MUCH_UNHEARD)),
        (0.4, grounds.not_judged_share),
    )
    left = 1.0
    for weight, degree in degrees:
        left *= 1.0 - weight * degree
    return round(1.0 - left, 3)
