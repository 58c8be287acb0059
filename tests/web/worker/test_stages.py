"""The share of the work that is done grows from nought to one, stage after stage."""

from __future__ import annotations

from itertools import pairwise

import pytest

from web.worker.stages import SHARES, standing


def test_the_shares_are_the_whole() -> None:
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_it_grows_through_a_whole_recording() -> None:
    reports = [(stage, done_s, 97.0) for stage in SHARES for done_s in (0.0, 30.0, 97.0)]
    fractions = [standing(*report).fraction for report in reports]
    assert all(a <= b for a, b in pairwise(fractions))
    assert (fractions[0], fractions[-1]) == (0.0, 0.97)


@pytest.mark.parametrize(
    ("report", "fraction"),
    [
        (("decode", 0.0, 0.0), 0.0),
        (("diarize", 50.0, 100.0), 0.08 + 0.01),
        (("transcribe", 200.0, 100.0), 0.85),  # past the end is the end
        (("unheard of", 1.0, 2.0), 0.0),
    ],
)
def test_odd_reports_do_no_harm(report: tuple[str, float, float], fraction: float) -> None:
    assert standing(*report).fraction == pytest.approx(fraction)
