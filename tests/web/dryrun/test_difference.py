"""Two judgements of one recording side by side: which clauses read otherwise, and how many points that is."""

from __future__ import annotations

from dataclasses import replace

from analyzer.domain import Hit, ItemResult, Judgement, Kind, Role, Score, StandardRef, Verdict
from analyzer.domain import How as Way_of_judging
from web.dryrun.difference import Said, Way, agreed, changes, points

MET, MISSED = Verdict.MET, Verdict.MISSED
OPEN, OTHER = Verdict.CANNOT_JUDGE, Verdict.NOT_APPLICABLE
NOTHING = Score(None, None, 0.0, None, 0, 0, 0)


def item(
    name: str,
    verdict: Verdict | None,
    *hits: Hit,
    kind: Kind = Kind.REQUIRED,
    weight: float = 1.0,
    how: Way_of_judging = Way_of_judging.RULE,
) -> ItemResult:
    credit = {MET: 1.0, MISSED: 0.0}.get(verdict) if verdict else None
    return ItemResult(name, kind, how, "一.1", name, verdict, credit, weight, "", hits)


def hit(start_s: float = 3.0, *, suspicion: bool = False) -> Hit:
    return Hit(start_s, start_s + 1.0, Role.TECHNICIAN, "您好", "您好", 1.0, suspicion)


def judgement(*items: ItemResult) -> Judgement:
    return Judgement(StandardRef("visit", "1.0.0", "d"), {}, items, NOTHING)


def ways(before: ItemResult, after: ItemResult) -> list[Way]:
    return [change.way for change in changes(judgement(before), judgement(after), {})]


def test_a_clause_that_reads_as_before_is_no_difference() -> None:
    for verdict in (*Verdict, None):
        assert ways(item("hello", verdict, hit()), item("hello", verdict, hit(9.0))) == []


def test_every_way_to_read_otherwise_has_its_name() -> None:
    named = {
        (MET, MISSED): Way.LOST,
        (MISSED, MET): Way.GAINED,
        (MET, OPEN): Way.LEFT_OPEN,
        (OTHER, OPEN): Way.LEFT_OPEN,
        (OPEN, MET): Way.DECIDED,
        (OPEN, OTHER): Way.DECIDED,
        (MISSED, OTHER): Way.DROPPED,
        (OTHER, MISSED): Way.APPLIES,
    }
    for (before, after), way in named.items():
        assert ways(item("hello", before), item("hello", after)) == [way]


def test_a_new_suspicion_is_told_even_where_the_verdict_is_open_as_before() -> None:
    assert ways(item("abuse", OPEN), item("abuse", OPEN, hit(suspicion=True))) == [Way.SUSPECTED]
    assert ways(item("abuse", MET), item("abuse", OPEN, hit(suspicion=True))) == [Way.SUSPECTED]
    assert ways(item("abuse", OPEN, hit(suspicion=True)), item("abuse", OPEN, hit(suspicion=True))) == []


def test_clauses_that_are_new_or_gone_are_told_in_the_newer_order() -> None:
    before = judgement(item("a", MET), item("old", MET))
    after = judgement(item("new", MISSED), item("a", MISSED))
    found = changes(before, after, {})
    assert [(c.item_id, c.way) for c in found] == [("new", Way.ADDED), ("a", Way.LOST), ("old", Way.REMOVED)]
    assert [(c.before, c.after) for c in found] == [(None, "missed"), ("met", "missed"), ("met", None)]


def test_what_to_listen_to_counts_now_or_counted_before_or_came_nearest() -> None:
    def heard_at(before: ItemResult, after: ItemResult) -> float | None:
        return changes(judgement(before), judgement(after), {})[0].start_s

    assert heard_at(item("a", MISSED), item("a", MET, hit(9.0), hit(7.0))) == 7.0
    assert heard_at(item("a", MET, hit(3.0)), item("a", MISSED)) == 3.0
    near = replace(item("a", MISSED), nearest=hit(5.0))
    assert heard_at(item("a", OPEN), near) == 5.0
    assert heard_at(item("a", OTHER), item("a", MISSED)) is None


def test_a_clause_that_a_person_judged_is_marked_and_costs_what_the_person_said() -> None:
    before, after = judgement(item("a", MET), item("b", MET)), judgement(item("a", MISSED), item("b", MET))
    said = {"a": Said(human="met")}
    assert [c.decided for c in changes(before, after, said)] == [True]
    assert points(after, said) == 100.0
    assert points(after, {}) == 50.0


def test_a_persons_half_credit_and_links_between_recordings_are_in_the_points() -> None:
    after = judgement(item("a", MET), item("call", None, how=Way_of_judging.LINK))
    assert points(after, {"a": Said(human="met", credit=0.5)}) == 50.0
    assert points(after, {"call": Said(linked="missed", linked_credit=0.0)}) == 50.0
    assert points(after, {"a": Said(human="not_seen")}) is None


def test_it_is_counted_how_often_each_standard_agrees_with_people() -> None:
    before = judgement(item("a", MET), item("b", MISSED), item("c", MET))
    after = judgement(item("a", MISSED), item("b", MISSED), item("c", MET))
    said = {"a": Said(human="missed"), "b": Said(human="met"), "c": Said(human="not_applicable")}
    assert agreed(before, after, said) == (2, 0, 1)
