"""The share of the work that is done grows from nought to one, stage after stage."""

from __future__ import annotations

from itertools import pairwise

import pytest

from analyzer.progress import Progress
from web.worker.stages import SHARES, standing


def test_the_shares_are_the_whole() -> None:
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_it_grows_through_a_whole_recording() -> None:
    reports = [Progress(stage, done_s, 97.0) for stage in SHARES for done_s in (0.0, 30.0, 97.0)]
    fractions = [standing(told).fraction for told in reports]
    assert all(a <= b for a, b in pairwise(fractions))
    assert (fractions[0], fractions[-1]) == (0.0, 0.97)


@pytest.mark.parametrize(
    ("told", "fraction"),
    [
        (Progress("decode", 0.0, 0.0), 0.0),
        (Progress("diarize", 50.0, 100.0), 0.08 + 0.065),
        (Progress("transcribe", 200.0, 100.0), 0.91),  # past the end is the end
        (Progress("unheard of", 1.0, 2.0), 0.0),
    ],
)
def test_odd_reports_do_no_harm(told: Progress, fraction: float) -> None:
    assert standing(told).fraction == pytest.approx(fraction)
