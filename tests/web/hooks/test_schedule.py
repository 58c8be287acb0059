"""When a delivery is tried again."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.hooks.schedule import GIVEN_UP, JITTER, LONGEST_S, next_at, wait

CHANCES = st.floats(0, 1, exclude_max=True)
BEGUN = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)


@given(st.integers(1, 10_000), CHANCES)
def test_it_waits_longer_each_time_but_never_longer_than_half_a_day_and_a_fifth(tries: int, chance: float) -> None:
    waited_s = wait(tries, chance).total_seconds()
    assert 10 * (1 - JITTER) <= waited_s <= LONGEST_S * (1 + JITTER)
    assert waited_s <= wait(tries + 1, chance).total_seconds()


@given(st.integers(1, 10), CHANCES)
def test_chance_moves_it_by_a_fifth_at_most(tries: int, chance: float) -> None:
    plain_s = wait(tries, 0.5).total_seconds()
    assert abs(wait(tries, chance).total_seconds() - plain_s) <= JITTER * plain_s + 1e-6


@given(st.lists(CHANCES, min_size=40, max_size=40))
def test_it_is_tried_for_three_days_and_then_given_up(chances: list[float]) -> None:
    moment, tries = BEGUN, 0
    for chance in chances:
        tries += 1
        again = next_at(BEGUN, tries, moment, chance)
        if again is None:
            break
        assert again > moment
        moment = again
    assert GIVEN_UP - dt.timedelta(seconds=LONGEST_S * (1 + JITTER)) < moment - BEGUN <= GIVEN_UP
    assert 10 <= tries <= 18


@pytest.mark.parametrize(("tries", "chance"), [(0, 0.5), (1, 1.0), (1, -0.1)])
def test_what_makes_no_sense_is_refused(tries: int, chance: float) -> None:
    with pytest.raises(ValueError, match="try"):
        wait(tries, chance)
