"""The simulation of a working day, held to queueing theory, and the arithmetic of what a city needs."""

from __future__ import annotations

import math
import random
import statistics
from itertools import accumulate

import pytest

from benchmarks.capacity.demand import CODECS, DAY_S, Day, model, models
from benchmarks.capacity.simulation import (
    VISITS_BY_HOUR,
    Costs,
    Lengths,
    Site,
    arrivals,
    day,
    erlang_wait_s,
    rank,
    simulate,
)


class Exponential(Lengths):
    """Lengths without memory: then the closed form of M/M/c holds."""

    def draw(self, dice: random.Random) -> float:
        return dice.expovariate(1 / self.mean_s)


def poisson(count: int, rate: float, dice: random.Random) -> list[float]:
    return list(accumulate(dice.expovariate(rate) for _ in range(count)))


def mean_wait_s(count: int, rate: float, lengths: Lengths, workers: int) -> float:
    """Mean time until the verdict, less the mean hearing, of one long run: by Little's law over the same events."""
    waits = []
    for seed in range(3):
        dice = random.Random(seed)
        result = simulate(poisson(count, rate, dice), lengths, Site(workers, 1.0), dice)
        waits.append(result.mean_s - lengths.mean_s)
    return statistics.mean(waits)


@pytest.mark.parametrize(("workers", "load"), [(1, 0.6), (4, 0.8), (20, 0.9)])
def test_random_arrivals_and_lengths_wait_as_erlang_says(workers: int, load: float) -> None:
    rate, service_s = load * workers / 60, 60.0
    wanted = erlang_wait_s(rate, service_s, workers)
    assert mean_wait_s(20_000, rate, Exponential(service_s, 1.0), workers) == pytest.approx(wanted, rel=0.15)


def test_equal_lengths_wait_half_as_long_as_random_ones() -> None:
    """Pollaczek and Khinchine: M/D/1 waits half of M/M/1."""
    rate, service_s = 0.7 / 60, 60.0
    wanted = erlang_wait_s(rate, service_s, 1) / 2
    assert mean_wait_s(20_000, rate, Lengths(service_s, 0.0), 1) == pytest.approx(wanted, rel=0.1)


def test_erlang_of_one_server_is_the_textbooks() -> None:
    assert erlang_wait_s(0.5, 1.0, 1) == pytest.approx(1.0)  # ρ / (μ - λ)
    with pytest.raises(ValueError, match="servers"):
        erlang_wait_s(2.0, 1.0, 2)


def test_an_idle_site_answers_after_hearing_and_writing_alone() -> None:
    costs = Costs(received_s=1.0, claim_s=2.0, result_s=3.0, stages=0)
    site = Site(1, 0.1, costs, link=10.0, bytes_a_second=1.0)
    result = simulate([100.0], Lengths(600.0, 0.0), site, random.Random(1))
    assert result.p50_s == pytest.approx(60 + 1 + 2 + 60 + 3)  # sent, received, claimed, heard, stored


def test_the_database_serves_one_after_the_other() -> None:
    site = Site(100, 0.0, Costs(result_s=5.0, stages=0))
    result = simulate([0.0] * 10, Lengths(60.0, 0.0), site, random.Random(1))
    assert result.worst_s == pytest.approx(50.0)
    assert result.database_busy == pytest.approx(1.0)


def test_workers_that_only_look_take_the_database_too() -> None:
    costs = Costs(look_s=0.01, look_every_s=3.0)
    assert costs.aside(workers=150, busy=0) == pytest.approx(0.5)
    alone, among_many = (
        simulate([0.0], Lengths(1.0, 0.0), Site(n, 0.0, Costs(result_s=1.0, stages=0, look_s=0.01)), random.Random(1))
        for n in (1, 150)
    )
    assert among_many.p50_s == pytest.approx(2.0)
    assert alone.p50_s == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize(
    ("site", "cause"),
    [
        (Site(1, 1.0), "workers"),
        (Site(10_000, 0.1, Costs(look_s=0.01)), "database"),
        (Site(1000, 0.1, link=1.0, bytes_a_second=100.0), "link"),
    ],
)
def test_a_day_that_cannot_end_says_why_and_is_not_simulated(site: Site, cause: str) -> None:
    result = day(10_000, Lengths(600.0, 0.5), site)
    assert (result.cause, result.p50_s) == (cause, math.inf)


def test_arrivals_follow_the_hours() -> None:
    ends = arrivals(20_000, VISITS_BY_HOUR, random.Random(3))
    assert ends == sorted(ends)
    morning = sum(9 * 3600 <= at < 12 * 3600 for at in ends) / len(ends)
    assert morning == pytest.approx(sum(VISITS_BY_HOUR[9:12]) / sum(VISITS_BY_HOUR), abs=0.02)
    assert not [at for at in ends if at < 7 * 3600]


def test_lengths_have_the_mean_that_is_asked_for() -> None:
    dice = random.Random(5)
    drawn = [Lengths(1200.0, 0.6).draw(dice) for _ in range(20_000)]
    assert statistics.mean(drawn) == pytest.approx(1200, rel=0.03)
    assert statistics.stdev(drawn) / 1200 == pytest.approx(0.6, rel=0.1)


def test_a_rank_is_one_of_the_values() -> None:
    assert rank([1.0, 2.0, 3.0, 4.0], 50) == 2.0
    assert rank([1.0], 95) == 1.0


def test_recordings_a_day_fill_the_day() -> None:
    for one in models():
        worst, best = one.a_day(1200)
        assert worst * 1200 * one.most == pytest.approx(DAY_S) == best * 1200 * one.least


def test_larger_models_take_longer_and_base_is_what_was_measured() -> None:
    order = ["tiny", "base", "small", "medium", "turbo", "large-v3"]
    for ends in ([model(name).least for name in order], [model(name).most for name in order]):
        assert ends == sorted(ends)
    assert [one.name for one in models() if one.label == "measured"] == ["base"]
    assert model("base", 0.2).least == pytest.approx(0.2) == model("base", 0.2).most


def test_the_busiest_hour_needs_more_than_the_day() -> None:
    city = Day(1_000_000, 1200.0, peak=0.13)
    assert city.cores(0.1, at_once=True) == pytest.approx(city.cores(0.1, at_once=False) * 0.13 * 24)
    assert city.cores(1.0, at_once=False) == pytest.approx(1_000_000 * 1200 / 86_400)
    opus = next(one for one in CODECS if one.name.startswith("Opus 24"))
    assert city.bytes_a_year(opus) == pytest.approx(1.2e9 * 3000 * 365)
    assert city.bits_a_second(opus) == pytest.approx(1.2e9 * 0.13 / 3600 * 24_000)
