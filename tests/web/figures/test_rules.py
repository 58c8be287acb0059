"""The laws of a rule's accuracy: whoever is reviewed first, the figures of the random sample stay the same."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from web.figures.intervals import rate
from web.figures.rules import LEAST, Cell, Decided, Standing, accuracy, kappa, standing

WORDS = st.sampled_from(["met", "missed", "not_applicable"])
BANDS = st.sampled_from(["low", "good"])
DECIDED = st.dictionaries(st.tuples(WORDS, WORDS, BANDS), st.integers(1, 40), min_size=1, max_size=12)
FIGURES = ("agreement", "precision", "recall", "prevalence")


def cells(decided: dict[Decided, int]) -> Counter[Cell]:
    counted = Counter[Cell]()
    for (machine, _, band), n in decided.items():
        counted[machine, band] += n
    return counted


@given(DECIDED)
def test_a_sample_that_is_reviewed_to_the_end_is_counted_as_it_is(decided: dict[Decided, int]) -> None:
    one = accuracy(decided, cells(decided))
    for name, hits, n in (
        ("agreement", one.agreed, one.n),
        ("precision", one.caught, one.found),
        ("recall", one.caught, one.real),
        ("prevalence", one.real, one.n),
    ):
        plain, weighted = rate(hits, n), getattr(one, name)
        assert weighted.n == n
        for part in ("value", "low", "high"):
            assert getattr(weighted, part) == pytest.approx(getattr(plain, part)), (name, part)
    assert one.covered == 1.0
    assert accuracy(decided, {}).agreement == one.agreement  # nothing is known of the sample yet


@given(DECIDED, st.dictionaries(st.tuples(WORDS, BANDS), st.integers(0, 5_000)), st.integers(2, 9), st.data())
def test_reviewing_more_of_one_cell_changes_no_figure(
    decided: dict[Decided, int], more: dict[Cell, int], times: int, data: st.DataObject
) -> None:
    sample = Counter({cell: n * times for cell, n in cells(decided).items()})
    sample.update(more)
    cell = data.draw(st.sampled_from(sorted(cells(decided))))
    risky_first = {key: n * times if (key[0], key[2]) == cell else n for key, n in decided.items()}
    fair, biased = accuracy(decided, sample), accuracy(risky_first, sample)
    for name in FIGURES:
        assert getattr(biased, name).value == pytest.approx(getattr(fair, name).value), name
    assert biased.kappa.value == pytest.approx(fair.kappa.value) if fair.kappa.value is not None else True


@given(DECIDED, st.dictionaries(st.tuples(WORDS, BANDS), st.integers(0, 5_000)), st.integers(2, 50))
def test_only_the_proportions_of_the_sample_matter_once_it_is_larger(
    decided: dict[Decided, int], sample: dict[Cell, int], times: int
) -> None:
    assume(all(sample.get(cell, 0) >= n for cell, n in cells(decided).items()))
    one, larger = accuracy(decided, sample), accuracy(decided, {cell: n * times for cell, n in sample.items()})
    for name in FIGURES:
        for part in ("value", "low", "high"):
            assert getattr(larger, name).__getattribute__(part) == pytest.approx(
                getattr(one, name).__getattribute__(part)
            )


@given(DECIDED, st.dictionaries(st.tuples(WORDS, BANDS), st.integers(0, 5_000)))
def test_intervals_hold_their_figure_and_weights_never_make_them_narrower_than_all_that_was_decided(
    decided: dict[Decided, int], sample: dict[Cell, int]
) -> None:
    one = accuracy(decided, sample)
    assert one.caught + one.accused == one.found
    assert one.caught + one.let_off == one.real
    for name in FIGURES:
        figure = getattr(one, name)
        if figure.value is None:
            assert figure.n == 0
            continue
        assert 0.0 <= figure.low <= figure.value + 1e-12 <= figure.high + 2e-12 <= 1.0 + 3e-12
        hits = round(figure.value * figure.n)
        if hits / figure.n == pytest.approx(figure.value):
            plain = rate(hits, figure.n)
            assert figure.high - figure.low >= (plain.high or 0.0) - (plain.low or 0.0) - 1e-9
    assert one.covered is None or 0.0 <= one.covered <= 1.0


def test_the_grave_half_reviewed_first_does_not_make_the_rule_look_bad() -> None:
    # 1,000 verdicts of the sample: 100 of low recordings, where the rule errs in half; 900 good ones, where it never does
    sample = {("missed", "low"): 100, ("met", "good"): 900}
    decided = {
        ("missed", "missed", "low"): 40,
        ("missed", "met", "low"): 40,  # 80 of the 100 are done
        ("met", "met", "good"): 20,  # and 20 of the 900
    }
    one = accuracy(decided, sample)
    assert one.agreed / one.n == 0.6
    assert one.agreement.value == pytest.approx(0.95)
    assert one.prevalence.value == pytest.approx(0.05)
    assert one.precision.value == pytest.approx(0.5)
    assert one.agreement.low is not None
    assert one.agreement.low < 0.85  # 20 decisions stand for 900: that is not certain


def test_the_first_review_gives_a_figure_with_a_wide_interval() -> None:
    one = accuracy({("missed", "missed", "low"): 1}, {("missed", "low"): 7})
    assert (one.n, one.agreement.value, one.precision.value) == (1, 1.0, 1.0)
    assert one.agreement.low == pytest.approx(0.2065, abs=1e-4)
    assert one.kappa.value is None  # one verdict throughout: chance alone gives it
    assert standing(one, 0.9) is Standing.FEW


def test_without_a_decision_there_is_no_figure() -> None:
    one = accuracy({}, {("met", "good"): 5})
    assert (one.n, one.agreement.value, one.kappa.value, one.covered) == (0, None, None, 0.0)
    assert standing(one, 0.9) is Standing.NONE


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        ({("met", "met", "good"): 200}, Standing.FINE),
        ({("met", "met", "good"): 17, ("met", "missed", "good"): 3}, Standing.DOUBTFUL),
        ({("met", "met", "good"): 60, ("met", "missed", "good"): 40}, Standing.UNDER),
        # agrees in 99 of 100, and whom it accuses is innocent in two of three
        ({("met", "met", "good"): 2_000, ("missed", "missed", "low"): 5, ("missed", "met", "low"): 10}, Standing.UNDER),
        ({("met", "met", "good"): LEAST - 1}, Standing.FEW),
    ],
)
def test_a_rule_is_measured_by_its_agreement_and_by_whom_it_accuses(
    decided: dict[Decided, int], expected: Standing
) -> None:
    assert standing(accuracy(decided, {}), 0.9) is expected


def test_kappa_takes_whole_weights_as_counts() -> None:
    pairs = {("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15}
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa({pair: n * 2.5 for pair, n in pairs.items()}) == pytest.approx(0.4)
