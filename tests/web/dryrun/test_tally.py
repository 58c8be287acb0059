"""Tallies add up, whatever slices they come in, and hold only what a publication would move."""

from __future__ import annotations

from web.dryrun.difference import Change, Way
from web.dryrun.tally import Judged, added, empty, tally


def change(item_id: str, way: Way, *, decided: bool = False) -> Change:
    return Change(item_id, 0, "required", way, "met", "missed", decided, 1.0, 2.0, "您好")


def judged(number: int, before: float | None, after: float | None, *found: Change, kept: str = "") -> Judged:
    return Judged(number, 7, "visit", before, after, found, kept, agreed=(2, 1, 2))


ALL = (
    judged(1, 100.0, 80.0, change("hello", Way.LOST)),
    judged(2, 60.0, 60.0),
    judged(3, None, None, change("bye", Way.SUSPECTED)),
    judged(4, 90.0, 10.0, change("hello", Way.LOST), kept="signed"),
    judged(5, 50.0, 50.0, change("hello", Way.LOST, decided=True)),
)


def test_the_order_and_the_cut_of_the_slices_change_nothing() -> None:
    whole = tally(ALL)
    assert added(added(empty(), tally(ALL[3:])), tally(ALL[:3])) == whole
    assert tally(()) == empty()


def test_signed_recordings_are_counted_apart() -> None:
    whole = tally(ALL)
    assert whole["kept"] == {"signed": [1, 1]}
    assert whole["recordings"] == 4
    assert whole["before"]["sum"] == 210.0
    assert whole["after"]["sum"] == 190.0


def test_what_a_person_decided_is_no_difference_of_the_draft() -> None:
    whole = tally(ALL)
    assert whole["items"] == {"visit/hello": {"lost": 1}, "visit/bye": {"suspected": 1}}
    assert whole["differing"] == 2
    assert not ALL[4].differs


def test_agreement_with_people_counts_signed_recordings_too() -> None:
    assert tally(ALL)["agreed"] == [10, 5, 10]


def test_a_hundred_points_are_in_the_last_bin() -> None:
    assert tally(ALL)["before"]["bins"] == [0, 0, 0, 0, 0, 1, 1, 0, 0, 1]


def test_a_technicians_points_are_compared_over_the_same_recordings() -> None:
    assert tally(ALL)["technicians"] == {"7": [4, 2, 3, 210.0, 190.0]}
