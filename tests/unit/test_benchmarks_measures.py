"""Precision, recall, intervals and character errors, on cases counted by hand."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.kit.measures import Tally, cer, sound_errors, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 2, 0.0945, 0.9055),
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I
        (15, 148, 0.0624, 0.1605),  # the same table
    ],
)
def test_wilson_agrees_with_published_intervals(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_rate_and_stays_within_zero_and_one(case: tuple[int, int]) -> None:
    hits, n = case
    low, high = wilson(hits, n)
    assert 0.0 <= low <= high <= 1.0
    if n:
        assert low - 1e-12 <= hits / n <= high + 1e-12


def test_a_tally_counts_hits_misses_and_false_alarms_of_the_positive_verdict() -> None:
    tally = Tally()
    for expected, actual in [("met", "met"), ("met", "missed"), ("missed", "met"), ("cannot_judge", "met")]:
        tally.add(expected, actual, positive="met")
    tally.add("missed", "missed", positive="met")
    assert (tally.n, tally.right) == (5, 2)
    assert tally.precision == pytest.approx(1 / 3)
    assert tally.recall == pytest.approx(1 / 2)
    assert tally.f1 == pytest.approx(0.4)
    assert tally.confusion == Counter(
        {
            ("met", "met"): 1,
            ("met", "missed"): 1,
            ("missed", "met"): 1,
            ("cannot_judge", "met"): 1,
            ("missed", "missed"): 1,
        }
    )


def test_nothing_counted_gives_no_rate_instead_of_zero() -> None:
    tally = Tally()
    tally.add("missed", "missed", positive="met")
    assert (tally.precision, tally.recall, tally.f1) == (None, None, None)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("您好，打扰了。", "您好打扰了", (0, 5)),
        ("添麻烦了", "天麻烦了", (1, 4)),
        ("三十五块", "35块", (0, 4)),
        ("请问您", "請問您", (0, 3)),
        ("好的", "", (2, 2)),
        ("", "谢谢观看", (4, 0)),
    ],
)
def test_character_errors_disregard_writing_but_not_words(
    reference: str, hypothesis: str, expected: tuple[int, int]
) -> None:
    assert cer(reference, hypothesis) == expected


@pytest.mark.parametrize(
    ("reference", "hypothesis", "expected"),
    [
        ("给您添麻烦了", "给您天麻烦了", (0, 6)),
        ("我们不管", "我们不关", (0, 4)),
        ("阀芯坏了", "发心换了", (1, 4)),
        ("WiFi坏了", "坏了", (4, 6)),
        ("", "谢谢", (2, 0)),
        ("谢谢", "", (2, 2)),
    ],
)
def test_errors_of_sound_forgive_spelling_alone(reference: str, hypothesis: str, expected: tuple[int, int]) -> None:
    assert sound_errors(reference, hypothesis) == expected
