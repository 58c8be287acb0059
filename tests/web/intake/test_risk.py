"""The risk sorts the work list: grave things first, everything in [0, 1], nothing lowers it that is worse."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.intake.risk import Grounds, risk

FINE = Grounds(0, 0, 95.0, 1.0, 0.0, 0.0)
SHARES = st.floats(0.0, 1.0)
GROUNDS = st.builds(
    Grounds,
    st.integers(0, 9),
    st.integers(0, 9),
    st.none() | st.floats(0.0, 100.0),
    st.none() | SHARES,
    SHARES,
    SHARES,
)


@pytest.mark.parametrize(
    ("worse", "expected"),
    [
        ({}, 0.0),
        ({"forbidden": 2}, 0.6),
        ({"suspicions": 1}, 0.25),
        ({"suspicions": 2}, 0.5),
        ({"score": 40.0}, 0.25),
        ({"score": None}, 0.3),
        ({"role_confidence": 0.75}, 0.25),
        ({"role_confidence": None}, 0.5),
        ({"unheard_share": 0.1}, 0.2),
        ({"not_judged_share": 0.5}, 0.2),
        ({"forbidden": 1, "score": 0.0}, 0.8),  # 1 - 0.4 × 0.5
    ],
)
def test_each_ground_adds_its_part(worse: dict[str, float], expected: float) -> None:
    assert risk(dataclasses.replace(FINE, **worse)) == pytest.approx(expected)


@given(GROUNDS)
def test_it_stays_a_share(grounds: Grounds) -> None:
    assert 0.0 <= risk(grounds) <= 1.0


@given(GROUNDS)
def test_what_is_worse_never_ranks_lower(grounds: Grounds) -> None:
    assert risk(dataclasses.replace(grounds, forbidden=grounds.forbidden + 1)) >= risk(grounds)
    assert risk(dataclasses.replace(grounds, suspicions=grounds.suspicions + 1)) >= risk(grounds)
    if grounds.score is not None:
        assert risk(dataclasses.replace(grounds, score=grounds.score / 2)) >= risk(grounds)
