"""Figures beside the verdicts; none of them enters the score."""

from __future__ import annotations

from analyzer.domain import Hearing
from analyzer.judging.ear import Ear


def figures(hearing: Hearing, ear: Ear) -> dict[str, object]:
    """Return the figures of one recording."""
    return {}
