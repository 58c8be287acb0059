"""Two people changed the same: no line of either is lost without a conflict that shows it."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from web.standards.editing.merge import (
    BOTH,
    MINE,
    THEIRS,
    Agreed,
    Conflict,
    conflicts,
    merge_entries,
    merge_fields,
    merge_lines,
    settled,
)

TEXTS = st.lists(st.sampled_from("甲乙丙丁戊己庚"), max_size=14)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_each_side_can_be_read_back_from_the_pieces(base: list[str], mine: list[str], theirs: list[str]) -> None:
    sides: dict[str, list[str]] = {MINE: [], THEIRS: []}
    for piece in merge_lines(base, mine, theirs):
        for side, lines in sides.items():
            if isinstance(piece, Conflict):
                lines += piece.mine if side == MINE else piece.theirs
            elif piece.by in ("", BOTH, side):
                lines += piece.lines
    untouched = [p for p in merge_lines(base, mine, theirs) if isinstance(p, Agreed) and p.by in (MINE, THEIRS)]
    assert sides == {MINE: mine, THEIRS: theirs} or untouched  # what only one changed the other has as it was


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_no_line_that_somebody_added_is_missing(base: list[str], mine: list[str], theirs: list[str]) -> None:
    pieces = merge_lines(base, mine, theirs)
    kept = Counter(settled(pieces, [BOTH] * len(conflicts(pieces))))
    for side in (mine, theirs):
        assert not (Counter(side) - Counter(base)) - kept


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_what_only_one_person_changed_stands(base: list[str], changed: list[str]) -> None:
    for pieces in (
        merge_lines(base, changed, base),
        merge_lines(base, base, changed),
        merge_lines(base, changed, changed),
    ):
        assert conflicts(pieces) == ()
        assert settled(pieces) == tuple(changed)


def test_lines_far_apart_are_merged_and_the_same_line_is_a_conflict() -> None:
    base = ["weight: 1", "text: 甲", "where: opening", "pass: 1"]
    mine = ["weight: 2", *base[1:]]
    theirs = [*base[:3], "pass: 0.5"]
    assert settled(merge_lines(base, mine, theirs)) == ("weight: 2", "text: 甲", "where: opening", "pass: 0.5")
    (clash,) = conflicts(merge_lines(base, mine, ["weight: 3", *base[1:]]))
    assert (clash.mine, clash.theirs) == (("weight: 2",), ("weight: 3",))


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_a_list_keeps_what_either_added_and_drops_what_either_removed(
    base: list[str], mine: list[str], theirs: list[str]
) -> None:
    merged = set(merge_entries(base, mine, theirs))
    added = (set(mine) | set(theirs)) - set(base)
    removed = set(base) - (set(mine) & set(theirs))
    assert merged == (set(base) | added) - removed


def test_fields_clash_only_where_both_changed_the_same_one() -> None:
    base = {"weight": "1", "text": "甲", "phrases": "您好"}
    mine = {"weight": "2", "text": "甲", "phrases": "您好\n早上好"}
    theirs = {"weight": "3", "text": "乙", "phrases": "您好\n晚上好"}
    merged = merge_fields(base, mine, theirs, ["phrases"])
    assert merged.clashes == {"weight": "3"}
    assert merged.values == {"weight": "2", "text": "乙", "phrases": "您好\n早上好\n晚上好"}
    assert merged.theirs == ("text",)
