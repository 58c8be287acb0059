"""Fleiss' kappa: the published worked examples, and what no figure can be told of."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.figures.raters import fleiss, fleiss_estimate, pairs_agreeing

# Fleiss, Psychol. Bull. 76 (1971) 378, table 1: six psychiatrists, 30 patients; depression, personality disorder,
# schizophrenia, neurosis, other (the data set `diagnoses` of R's package irr). He finds kappa = 0.430.
DIAGNOSES = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
""".split()
# The worked example of "Fleiss' kappa" in Wikipedia: ten subjects, fourteen raters, five categories; kappa = 0.210.
SUBJECTS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip


def units(rows: object) -> list[dict[str, int]]:
    return [{f"c{i}": int(n) for i, n in enumerate(row)} for row in rows]  # type: ignore[attr-defined]


def test_thirty_patients_and_six_psychiatrists() -> None:
    found = units(DIAGNOSES)
    assert pairs_agreeing(found) == pytest.approx(0.5556, abs=5e-5)
    assert fleiss(found) == pytest.approx(0.430, abs=5e-4)


def test_ten_subjects_and_fourteen_raters() -> None:
    found = units(SUBJECTS)
    assert pairs_agreeing(found) == pytest.approx(0.378, abs=5e-4)
    assert fleiss(found) == pytest.approx(0.210, abs=5e-4)


def test_of_two_people_it_is_scotts_pi() -> None:
    # Scott, Public Opin. Q. 19 (1955) 321, by hand: 4 of 5 alike, words 6 : 4, chance 0.52
    found = [{"met": 2}, {"met": 2}, {"missed": 2}, {"met": 1, "missed": 1}, {"met": 1, "missed": 1}]
    assert pairs_agreeing(found) == pytest.approx(0.6)
    assert fleiss(found) == pytest.approx((0.6 - 0.52) / 0.48)


def test_where_everybody_says_one_word_there_is_no_kappa() -> None:
    assert fleiss([{"met": 3}, {"met": 3}]) is None
    assert fleiss([]) is None
    assert fleiss_estimate([]).value is None


def test_uneven_numbers_of_judgements_are_refused() -> None:
    for wrong in ([{"met": 2}, {"met": 3}], [{"met": 1}]):
        with pytest.raises(ValueError, match="same number"):
            fleiss(wrong)


def test_the_interval_holds_the_value_and_needs_three_groups() -> None:
    whole = fleiss_estimate([[unit] for unit in units(DIAGNOSES)])
    assert whole.value == pytest.approx(0.430, abs=5e-4)
    assert whole.low is not None and whole.high is not None
    assert 0.25 < whole.low < 0.430 < whole.high < 0.60
    few = fleiss_estimate([[unit] for unit in units(DIAGNOSES)[:2]])
    assert few.value is not None and few.low is None


@given(st.lists(st.lists(st.sampled_from(["met", "missed", "not_applicable"]), min_size=3, max_size=3), min_size=1))
def test_it_never_exceeds_one_nor_the_share_that_agrees(given_words: list[list[str]]) -> None:
    found = [Counter(words) for words in given_words]
    value, same = fleiss(found), pairs_agreeing(found)
    assert value is None or (same is not None and value <= same <= 1.0 and value >= -1.0)
    estimate = fleiss_estimate([[unit] for unit in found])
    assert estimate.value == value
