"""Which words a decision tells something about: what is not certain is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analyzer.domain import FoundBy, Hearing, Hit, How, ItemResult, Role, Verdict
from analyzer.judging.examples import conversation
from analyzer.rubric.model import Kind
from web.learning.reading import words_of
from web.learning.values import Decided

T, C = Role.TECHNICIAN, Role.CUSTOMER
HEARING = conversation([(C, "这是什么毛病？"), (T, "这题超纲了。"), (C, "那怎么办？"), (T, "您过过手吧。")])
MEANINGS = {"unknown": "ignorance", "show": "demonstrate", "thanks": "thanks"}


def hit(line: int, element: str, **more: Any) -> Hit:
    u = HEARING.transcript[line]
    return Hit(u.start_s, u.end_s, u.role, u.text, "", 0.9, **{"element": element, "by": FoundBy.MEANING, **more})


def item(kind: Kind, verdict: Verdict, hits: tuple[Hit, ...] = (), nearest: Hit | None = None) -> ItemResult:
    return ItemResult("x", kind, How.RULE, "1", "", verdict, None, 1.0, "", hits, nearest)


def told(
    found: ItemResult, after: str, note: str = "", meanings: tuple[str, ...] = ("show",), hearing: Hearing = HEARING
) -> list[tuple[str, str, str, bool]]:
    decided = Decided(7, 1, 1, "s", "x", after, note)
    known = {name: MEANINGS[name] for name in meanings}
    return [(w.meaning, w.said.before, w.said.text, w.said.said) for w in words_of(decided, found, known, hearing)]


SUSPECTED = item(Kind.FORBIDDEN, Verdict.CANNOT_JUDGE, (hit(1, "unknown", suspicion=True),))
CREDITED = item(Kind.REQUIRED, Verdict.MET, (hit(3, "show"),))
OFFERED = item(Kind.REQUIRED, Verdict.CANNOT_JUDGE, (), hit(3, "show", suspicion=True))
MISSED = item(Kind.REQUIRED, Verdict.MISSED)
OUT_OF_PLAN = ("ignorance", "这是什么毛病？", "这题超纲了。")
HAND = ("demonstrate", "那怎么办？", "您过过手吧。")


def test_forbidden_words_are_what_a_person_says_they_are() -> None:
    assert told(SUSPECTED, "missed", meanings=("unknown",)) == [(*OUT_OF_PLAN, True)]
    assert told(SUSPECTED, "met", meanings=("unknown",)) == [(*OUT_OF_PLAN, False)]


def test_of_several_suspicions_nobody_knows_which_was_confirmed() -> None:
    two = replace(SUSPECTED, hits=(*SUSPECTED.hits, hit(3, "unknown", suspicion=True)))
    assert told(two, "missed", meanings=("unknown",)) == []
    assert len(told(two, "met", meanings=("unknown",))) == 2


def test_what_is_proven_is_confirmed_and_not_what_is_suspected_beside_it() -> None:
    both = item(Kind.FORBIDDEN, Verdict.MISSED, (hit(1, "unknown"), hit(3, "unknown", suspicion=True)))
    assert told(both, "missed", meanings=("unknown",)) == [(*OUT_OF_PLAN, True)]


@pytest.mark.parametrize("found", [CREDITED, OFFERED])
def test_other_words_for_a_required_element_are_confirmed_or_refused(found: ItemResult) -> None:
    assert told(found, "met") == [(*HAND, True)]
    assert told(found, "missed") == [(*HAND, False)]


def test_a_refusal_that_may_be_about_another_element_tells_nothing() -> None:
    assert told(OFFERED, "missed", meanings=("show", "thanks")) == []
    by_words = replace(CREDITED, hits=(hit(3, "show"), hit(1, "thanks", by=FoundBy.WORDS)))
    assert told(by_words, "missed", meanings=("show", "thanks")) == []


def test_words_of_the_standard_need_no_learning() -> None:
    assert told(replace(CREDITED, hits=(hit(3, "show", by=FoundBy.WORDS),)), "met") == []


def test_what_the_machine_missed_is_learnt_where_the_reason_quotes_one_turn() -> None:
    assert told(MISSED, "met", "听到了“您过过手”") == [(*HAND, True)]
    for unsure in ("听到了", "“过过手吧您”", "“您过过手”还有“这题超纲”", "“手”"):
        assert told(MISSED, "met", unsure) == [], unsure
    assert told(MISSED, "met", "听到了“您过过手”", meanings=("show", "thanks")) == []
    assert told(MISSED, "met", "客人自己说的“这是什么毛病”") == []


def test_forbidden_words_that_the_machine_passed_over_are_learnt_where_they_are_quoted() -> None:
    passed = item(Kind.FORBIDDEN, Verdict.MET)
    assert told(passed, "missed", "说了“这题超纲了”", ("unknown",)) == [(*OUT_OF_PLAN, True)]
    assert told(passed, "missed", "语气就是不想管", ("unknown",)) == []


def test_a_decision_about_who_spoke_tells_nothing_about_the_words() -> None:
    assert told(SUSPECTED, "met", "是客户说的", ("unknown",)) == []
    customers = tuple(replace(u, role=C) for u in HEARING.transcript)
    assert told(SUSPECTED, "met", meanings=("unknown",), hearing=replace(HEARING, transcript=customers)) == []


def test_who_is_not_sure_teaches_nothing() -> None:
    assert told(SUSPECTED, "cannot_judge", meanings=("unknown",)) == []
    assert told(CREDITED, "not_applicable") == []
