"""Stored recordings judged again with other switches: what stood is not judged again, and the time is kept."""

from __future__ import annotations

import pytest

from analyzer.domain import Hearing, Verdict
from analyzer.judging.examples import conversation
from analyzer.rejudging import judged
from analyzer.settings import Settings
from tests.cast import C, T
from web.lexicon import sample, trial
from web.lexicon.policy import Ruled, Values, ruled
from web.lexicon.sample import Case, WarmingError, judged_again

SETTINGS = Settings()
SAID = (
    (T, "您好，我是物业的维修师傅"),
    (C, "这个谁来修啊，怎么回事呢"),
    (T, "这个我不太清楚，您稍等，我帮您问一下主管"),
    (C, "好吧"),
)


@pytest.fixture(scope="module")
def standing() -> Ruled:
    trial.warm(SETTINGS.lexicons, SETTINGS, wait=True)
    return ruled(SETTINGS.lexicons, "property-visit")


def case(number: int, standing: Ruled, digest: str | None = None) -> Case:
    hearing: Hearing = conversation(SAID)
    stood = judged(hearing, standing.standard, {}, SETTINGS).judgement.items
    return Case(number, hearing, {}, {i.id: i for i in stood}, standing.digest if digest is None else digest)


def strict(standing: Ruled) -> Values:
    return {**standing.values, "help:do-not-know": "counts"}


@pytest.mark.parametrize("digest", [None, "another"])
def test_by_the_letter_the_helpful_answer_would_count(standing: Ruled, digest: str | None) -> None:
    (found,) = judged_again(
        [case(1, standing, digest)], standing.standard, standing.values, strict(standing), SETTINGS, 5.0
    )
    assert (found.before["do-not-know"].verdict, found.after["do-not-know"].verdict) == (Verdict.MET, Verdict.MISSED)
    assert {i for i in found.before if found.before[i].verdict != found.after[i].verdict} == {"do-not-know"}


def test_what_must_be_said_is_judged_again_only_where_a_switch_touches_it(standing: Ruled) -> None:
    after = {**standing.values, "other_words": "doubt"}
    (found,) = judged_again([case(1, standing)], standing.standard, standing.values, after, SETTINGS, 5.0)
    assert "greeting" in found.after
    (found,) = judged_again([case(1, standing)], standing.standard, standing.values, strict(standing), SETTINGS, 5.0)
    assert "greeting" not in found.after


def test_it_ends_when_the_time_is_up(standing: Ruled) -> None:
    cases = [case(number, standing) for number in range(5)]
    found = list(judged_again(cases, standing.standard, standing.values, strict(standing), SETTINGS, 0.0))
    assert [one.id for one in found] == [0]


def test_without_a_switch_nothing_is_judged(standing: Ruled) -> None:
    after = {**standing.values, "pass_mark": 80.0, "weight:greeting": 9.0}
    assert list(judged_again([case(1, standing)], standing.standard, standing.values, after, SETTINGS, 5.0)) == []


def test_before_anything_was_judged_in_this_process_one_is_asked_to_wait(
    standing: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(sample, "is_ready", lambda: False)
    monkeypatch.setattr(sample, "warm", lambda *given: begun.append(given))
    with pytest.raises(WarmingError):
        list(judged_again([case(1, standing)], standing.standard, standing.values, strict(standing), SETTINGS, 5.0))
    assert len(begun) == 1
