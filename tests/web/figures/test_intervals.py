"""Intervals against published and hand-made numbers, and their laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.figures.intervals import (
    NOTHING,
    hundred_difference,
    mean,
    mean_difference,
    per_hundred,
    rate,
    rate_difference,
    stricter,
)

near = pytest.approx


def sums(*scores: float) -> tuple[int, float, float]:
    return len(scores), sum(scores), sum(s * s for s in scores)


def test_wilson_by_hand() -> None:
    # 8 of 10, z² = 3.8415: centre (0.8 + 0.19207) / 1.38415 = 0.71674;
    # half = 1.95996 / 1.38415 × √(0.16/10 + 3.8415/400) = 1.41601 × 0.160010 = 0.22658
    one = rate(8, 10)
    assert (one.value, one.low, one.high, one.n) == (0.8, near(0.49016, abs=1e-4), near(0.94332, abs=1e-4), 10)


def test_no_hit_in_ten_may_still_be_more_than_a_quarter() -> None:
    # 0 of 10: high = z²/(n + z²) = 3.8415 / 13.8415
    assert (rate(0, 10).low, rate(0, 10).high) == (0.0, near(0.27753, abs=1e-4))
    assert (rate(10, 10).low, rate(10, 10).high) == (near(0.72247, abs=1e-4), 1.0)


def test_nothing_counted_gives_nothing() -> None:
    assert rate(0, 0) == per_hundred(0, 0) == mean(0, 0.0, 0.0) == NOTHING
    assert rate_difference((0, 0), (5, 9)).value is None
    assert not mean_difference(sums(), sums(80, 90)).beyond_chance


def test_newcombe_as_published() -> None:
    # Newcombe 1998, table II (a), method 10: 56/70 - 48/80 gives 0.0524 to 0.3339
    found = rate_difference((56, 70), (48, 80))
    assert (found.value, found.low, found.high) == (near(0.2), near(0.0524, abs=1e-4), near(0.3339, abs=1e-4))
    assert found.beyond_chance
    assert not rate_difference((56, 70), (48, 80), comparisons=20).beyond_chance  # one of twenty is to be expected


def test_exact_poisson_as_in_garwoods_table() -> None:
    # 0 events: 0 to -ln 0.025 = 3.689; 10 events: 4.795 to 18.39
    assert (per_hundred(0, 100).low, per_hundred(0, 100).high) == (0.0, near(3.6889, abs=1e-3))
    ten = per_hundred(10, 200)
    assert (ten.value, ten.low, ten.high) == (5.0, near(4.795 / 2, abs=1e-3), near(18.39 / 2, abs=3e-3))
    assert hundred_difference((30, 100), (5, 100)).beyond_chance
    assert not hundred_difference((3, 100), (1, 100)).beyond_chance


def test_mean_by_hand_and_cut_at_a_hundred() -> None:
    # 80, 90, 100: s = 10, t(2) = 4.30265, half = 24.841; 90 + 24.841 is cut
    one = mean(*sums(80, 90, 100))
    assert (one.value, one.low, one.high, one.n) == (near(90), near(65.159, abs=1e-3), 100.0, 3)


def test_one_score_has_no_interval() -> None:
    one = mean(*sums(70))
    assert (one.value, one.low, one.high, one.n) == (70.0, None, None, 1)
    found = mean_difference(sums(70), sums(90, 91, 92))
    assert (found.value, found.low, found.beyond_chance) == (near(-21), None, False)


def test_equal_scores_are_no_certainty() -> None:
    # five times 100: at most 1 - 0.025^(1/5) = 0.52182 may differ, each by 100 at most
    five = mean(*sums(*[100.0] * 5))
    assert (five.value, five.low, five.high) == (100.0, near(47.818, abs=1e-2), 100.0)
    # 0.1 is no binary fraction: its squares must not make a variance out of rounding
    assert mean(*sums(*[80.1] * 7)).low == near(80.1 * 0.025 ** (1 / 7))


def test_difference_of_means_by_hand() -> None:
    # both ± 24.841: 20 ± √2 × 24.841 = 20 ± 35.130
    found = mean_difference(sums(80, 90, 100), sums(60, 70, 80))
    assert (found.low, found.high, found.beyond_chance) == (near(-15.130, abs=1e-2), near(55.130, abs=1e-2), False)
    assert mean_difference(sums(*[90, 91, 92] * 5), sums(*[60, 61, 62] * 5)).beyond_chance


def test_each_of_many_is_judged_more_strictly() -> None:
    assert stricter(1) == stricter(0) == near(0.95)
    assert stricter(10) == near(0.995)


@pytest.mark.parametrize(("hits", "n"), [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(hits: int, n: int) -> None:
    with pytest.raises(ValueError, match="hits"):
        rate(hits, n)


counts = st.integers(0, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_wilson_stays_within_0_and_1_and_holds_the_rate(one: tuple[int, int]) -> None:
    found = rate(*one)
    if one[1]:
        assert found.value is not None and found.low is not None and found.high is not None
        assert 0.0 <= found.low <= found.value <= found.high <= 1.0
        assert found.low < found.high


@given(counts, counts)
def test_a_difference_turned_round_is_its_negative(a: tuple[int, int], b: tuple[int, int]) -> None:
    there, back = rate_difference(a, b), rate_difference(b, a)
    assert there.beyond_chance == back.beyond_chance
    if there.low is not None and back.high is not None:
        assert there.low == near(-back.high)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=40))
def test_the_mean_lies_in_its_interval_and_on_the_scale(tenths: list[int]) -> None:
    found = mean(*sums(*[t / 10 for t in tenths]))
    assert found.value is not None and found.low is not None and found.high is not None
    assert -1e-9 <= found.low <= found.value + 1e-9 <= found.high + 2e-9 <= 100 + 3e-9


@given(st.integers(0, 400), st.integers(1, 400))
def test_poisson_holds_the_rate(count: int, n: int) -> None:
    found = per_hundred(count, n)
    assert found.low is not None and found.high is not None and found.value is not None
    assert found.low <= found.value < found.high
