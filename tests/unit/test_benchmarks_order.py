"""The measure of an order counts reviews as a reviewer would, and the truth is the script's."""

from __future__ import annotations

from analyzer.domain import How, ItemResult, Kind, Verdict
from benchmarks.order.measures import at_random, resampled, reviews_needed
from benchmarks.order.truth import truth


def test_reviews_are_counted_until_the_share_has_been_seen() -> None:
    bad = [True, False, True, False, False, True, False, True, False, True]
    assert [reviews_needed(bad, share) for share in (0.2, 0.4, 0.5, 0.8, 1.0)] == [1, 3, 6, 8, 10]


def test_where_nothing_is_bad_nothing_must_be_reviewed() -> None:
    assert reviews_needed([False, False], 0.8) == 0


def test_a_random_order_needs_what_reckoning_says() -> None:
    mean, low, high = at_random([True] * 20 + [False] * 80, 0.8, 2000, 1)
    assert abs(mean - 101 * 16 / 21) < 1.0  # the 16th of 20 among 100 stands there on average
    assert low < mean < high


def test_the_best_order_drawn_anew_stays_the_best() -> None:
    low, high = resampled([True] * 50 + [False] * 50, 0.8, 200, 1)
    assert 300 < low <= high < 500


def item(name: str, kind: Kind, verdict: Verdict, credit: float) -> ItemResult:
    return ItemResult(name, kind, How.RULE, "", "", verdict, credit, 1.0, "", penalty=10.0)


def test_the_truth_is_what_the_script_intends_not_what_was_judged() -> None:
    judged = [
        item("greeting", Kind.REQUIRED, Verdict.MET, 1.0),
        item("farewell", Kind.REQUIRED, Verdict.MET, 1.0),
        item("abuse", Kind.FORBIDDEN, Verdict.MET, 1.0),
    ]
    assert not truth(judged, {}).is_bad()
    assert truth(judged, {"abuse": "missed"}).forbidden
    assert truth(judged, {"greeting": "missed"}).score == 50.0
    assert truth(judged, {"greeting": "missed"}).is_bad()
    assert not truth(judged, {"greeting": "missed"}).is_bad(50.0)
