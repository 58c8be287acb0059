"""Who would gain most from being coached on what."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from web.figures.coaching import needs
from web.figures.frames import ITEM_COUNTS, ITEMS, Reviewed, Selection, empty

ALL = Selection(Reviewed.ALL)
CLAUSES = {("visit", "greet"), ("visit", "leave")}


def items(*rows: tuple[str, int, str, int, int]) -> pd.DataFrame:
    """Rows (period, technician, clause, met, missed)."""
    none: dict[str, object] = dict.fromkeys(ITEM_COUNTS, 0) | {"credit_sum": 0.0, "reviewed": False, "job_kind": ""}
    return pd.DataFrame(
        [
            none
            | {"period": period, "technician_id": who, "standard_id": "visit", "item_id": item}
            | {"met": met, "missed": missed}
            for period, who, item, met, missed in rows
        ],
        columns=ITEMS,
    )


def test_who_misses_more_than_his_colleagues_stands_first_with_what_was_before() -> None:
    frame = items(
        ("now", 1, "greet", 2, 18), ("now", 2, "greet", 18, 2), ("now", 3, "greet", 17, 3),
        ("before", 1, "greet", 9, 1),
        ("now", 1, "leave", 9, 1), ("now", 2, "leave", 8, 2),
    )  # fmt: skip
    first, *rest = needs(frame, "now", "before", ALL, CLAUSES, 5)
    assert (first.technician_id, first.item_id, first.missed) == (1, "greet", 18)
    assert (first.now.value, first.before.value) == (0.1, 0.9)
    assert first.others.value == 35 / 40
    assert first.difference.beyond_chance
    assert first.excess == 20 * 35 / 40 - 2
    assert [(n.technician_id, n.item_id, n.difference.beyond_chance) for n in rest] == [(2, "leave", False)]


def test_of_one_technician_two_clauses_are_told() -> None:
    rows = [("now", who, clause, met, 20 - met) for clause in "abc" for who, met in ((1, 0), (2, 20), (3, 20))]
    found = needs(items(*rows), "now", "before", ALL, {("visit", clause) for clause in "abc"}, 9)
    assert [n.technician_id for n in found] == [1, 1]


def test_too_few_verdicts_on_either_side_tell_nothing() -> None:
    few = items(("now", 1, "greet", 0, 4), ("now", 2, "greet", 20, 0))
    assert needs(few, "now", "before", ALL, CLAUSES, 5) == ()
    alone = items(("now", 1, "greet", 0, 20), ("now", 2, "greet", 4, 0))
    assert needs(alone, "now", "before", ALL, CLAUSES, 5) == ()
    assert needs(empty(ITEMS), "now", "before", ALL, CLAUSES, 5) == ()


def test_clauses_that_are_not_asked_for_are_left_out() -> None:
    frame = items(("now", 1, "link", 0, 20), ("now", 2, "link", 20, 0))
    assert needs(frame, "now", "before", ALL, CLAUSES, 5) == ()


COUNTS = st.tuples(
    st.sampled_from([1, 2, 3]), st.sampled_from(["greet", "leave"]), st.integers(0, 30), st.integers(0, 30)
)


@given(st.lists(COUNTS, max_size=6, unique_by=lambda row: row[:2]))
def test_nobody_is_named_who_does_no_worse_than_the_others(rows: list[tuple[int, str, int, int]]) -> None:
    found = needs(items(*(("now", *row) for row in rows)), "now", "before", ALL, CLAUSES, 99)
    for need in found:
        assert need.excess > 0
        assert need.now.value is not None and need.others.value is not None
        assert need.now.value < need.others.value
        assert need.missed > 0
    told = [need.difference.beyond_chance for need in found]
    assert told == sorted(told, reverse=True)
