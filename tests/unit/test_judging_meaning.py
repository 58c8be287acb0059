"""What the second reading may decide: credit and suspicions by readers whose answers are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.domain import FoundBy, ItemResult, Role, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.examples import conversation
from analyzer.reading import Library, Page
from analyzer.reading.encoder import DIMENSIONS, Encoder
from analyzer.reading.grams import SIZE
from analyzer.reading.network import Network
from analyzer.reading.reader import Bounds, Reader
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings

SETTINGS = Settings.from_environment()
T, C = Role.TECHNICIAN, Role.CUSTOMER
VISIT = [
    (T, "您好，我是物业的维修师傅，我姓王，您家哪儿坏了？"),
    (C, "厨房的灯不亮了。"),
    (T, "好，我看看，是开关松了。"),
    (C, "那麻烦你了。"),
]


class Knowing(Reader):
    """A reader that knows some words: their probability wherever a window holds them, else 0.01."""

    def probability(
        self, page: Page, windows: NDArray[np.intp], encoder: Encoder, network: Network | None = None
    ) -> NDArray[np.float64]:
        known: dict[str, float] = KNOWN[self.meaning]
        texts = [page.words(int(i)) for i in windows]
        return np.array([max((p for words, p in known.items() if words in text), default=0.01) for text in texts])


KNOWN: dict[str, dict[str, float]] = {}


def knowing(meaning: str, known: dict[str, float]) -> Library:
    KNOWN[meaning] = known
    nothing = np.zeros(SIZE, np.float32)
    own = np.zeros(DIMENSIONS, np.float32)
    reader = Knowing(meaning, nothing, 0.0, nothing, own, own, 0.0, Bounds(0.8, 0.5, 0.02), 0, "")
    return Library({meaning: reader})


def result(turns: list[tuple[Role, str]], item: str, library: Library, standard: str = "property-visit") -> ItemResult:
    rubric = load_standard(standard, SETTINGS.lexicons)
    words: Any = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
    found = judge(conversation(turns), rubric, {}, words, readers=library)
    return next(i for i in found.items if i.id == item)


def test_other_words_that_surely_mean_it_are_credited_and_shown_as_such() -> None:
    said = [*VISIT, (T, "灯绳您拽一把瞧。"), (C, "亮了。")]
    assert result(said, "demonstrate", Library()).verdict is Verdict.MISSED
    met = result(said, "demonstrate", knowing("demonstrate", {"拽一把": 0.9}))
    assert met.verdict is Verdict.MET
    assert [(h.by, h.suspicion) for h in met.hits] == [(FoundBy.MEANING, False)]
    assert "拽一把" in met.hits[0].quote
    assert "意思相同" in met.reason


@pytest.mark.parametrize("probability", [0.4, 0.6])  # a bound of .8 less the slack is .67, one of .5 is .33
def test_other_words_that_may_mean_it_are_left_to_a_person(probability: float) -> None:
    said = [*VISIT, (T, "灯绳您拽一把瞧。"), (C, "亮了。")]
    asked = result(said, "demonstrate", knowing("demonstrate", {"拽一把": probability}))
    assert (asked.verdict, asked.credit) == (Verdict.CANNOT_JUDGE, None)
    assert "可能换了说法" in asked.reason
    assert asked.nearest is not None
    assert (asked.nearest.by, asked.nearest.suspicion) == (FoundBy.MEANING, True)
    assert "拽一把" in asked.nearest.quote


def test_words_that_were_not_heard_clearly_are_no_credit_by_their_meaning() -> None:
    heard = conversation([*VISIT, (T, "灯绳您拽一把瞧。"), (C, "亮了。")])
    unclear = replace(
        heard, transcript=tuple(replace(u, char_confidence=(0.6,) * len(u.text)) for u in heard.transcript)
    )
    rubric = load_standard("property-visit", SETTINGS.lexicons)
    words: Any = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
    library = knowing("demonstrate", {"拽一把": 0.99})
    found = {
        name: next(i for i in judge(h, rubric, {}, words, readers=library).items if i.id == "demonstrate").verdict
        for name, h in (("clear", heard), ("unclear", unclear))
    }
    assert found == {"clear": Verdict.MET, "unclear": Verdict.CANNOT_JUDGE}


def test_what_hardly_means_something_banned_is_no_suspicion() -> None:
    """A bound of .5 less the slack is .33."""
    said = [*VISIT, (C, "顺便看看冰箱吧？"), (T, "冰箱不是我的买卖。"), (C, "哦。")]
    found = [result(said, "not-our-job", knowing("refuse-job", {"不是我的买卖": p})).verdict for p in (0.3, 0.36)]
    assert found == [Verdict.MET, Verdict.CANNOT_JUDGE]


@pytest.mark.parametrize(("probability", "applies"), [(0.75, False), (0.85, True)])
def test_what_makes_a_clause_due_gets_no_slack(probability: float, applies: bool) -> None:
    """A bound of .8 is .8 for a fact, and .67 for words that fulfil a clause."""
    said = [(T, "您好，我是物业的小王，昨天给您修的灯，现在好用吗？"), (C, "它又耍起脾气来。"), (C, "嗯。")]
    found = result(said, "handle-problem", knowing("fact-problem", {"耍起脾气": probability}), "property-followup")
    assert (found.verdict is not Verdict.NOT_APPLICABLE) is applies


def test_the_customers_words_are_no_merit_of_the_technician() -> None:
    said = [*VISIT, (T, "好了。"), (C, "灯绳我拽一把瞧。")]
    assert result(said, "demonstrate", knowing("demonstrate", {"拽一把": 0.99})).verdict is Verdict.MISSED


def test_on_meaning_alone_nobody_is_accused() -> None:
    said = [*VISIT, (C, "顺便看看冰箱吧？"), (T, "冰箱不是我的买卖。"), (C, "哦。")]
    suspected = result(said, "not-our-job", knowing("refuse-job", {"不是我的买卖": 1.0}))
    assert suspected.verdict is Verdict.CANNOT_JUDGE
    assert [(h.by, h.suspicion) for h in suspected.hits] == [(FoundBy.MEANING, True)]
    assert "不是原话，只是意思像" in suspected.reason


@pytest.mark.parametrize(("who", "applies"), [(C, True), (T, False)])
def test_a_fact_is_proven_by_meaning_only_from_the_mouth_that_its_cues_name(who: Role, applies: bool) -> None:
    said = [(T, "您好，我是物业的小王，昨天给您修的灯，现在好用吗？"), (who, "它又耍起脾气来。"), (C, "嗯。")]
    library = knowing("fact-problem", {"耍起脾气": 0.99})
    found = result(said, "handle-problem", library, "property-followup")
    assert (found.verdict is not Verdict.NOT_APPLICABLE) is applies


@pytest.mark.parametrize(("probability", "verdict"), [(0.12, Verdict.MET), (0.08, Verdict.MISSED)])
def test_words_that_only_sound_like_a_phrase_need_a_reader_that_holds_it_possible(
    probability: float, verdict: Verdict
) -> None:
    said = [*VISIT, (T, "好了，您十一下。"), (C, "亮了。")]
    assert result(said, "demonstrate", knowing("demonstrate", {"您十一下": probability})).verdict is verdict
    exact = [*VISIT, (T, "好了，您试一下。"), (C, "亮了。")]
    assert result(exact, "demonstrate", knowing("demonstrate", {"您试一下": probability})).verdict is Verdict.MET


def test_words_whose_sentence_surely_means_something_else_are_no_suspicion_either() -> None:
    said = [*VISIT, (C, "这灯还能用几年？"), (T, "这我不知道，看您怎么用。"), (C, "哦。")]
    found = result(said, "do-not-know", knowing("ignorance", {"不知道": 0.03}))
    assert (found.verdict, found.hits) == (Verdict.MET, ())
    assert "“不知道”，连着前后的话看说的是别的意思" in found.reason
    plain = [*VISIT, (C, "顺便看看冰箱吧？"), (T, "我们不管。"), (C, "哦。")]
    assert result(plain, "not-our-job", knowing("refuse-job", {"不管": 0.03})).verdict is Verdict.MISSED


@pytest.mark.parametrize(("probability", "verdict"), [(0.25, Verdict.CANNOT_JUDGE), (0.15, Verdict.MET)])
def test_what_only_sounds_like_banned_words_is_a_suspicion_where_a_reader_holds_it_possible(
    probability: float, verdict: Verdict
) -> None:
    said = [*VISIT, (C, "您看礼拜三行吗？"), (T, "怨我没提前核一下。"), (C, "行。")]
    assert result(said, "do-not-know", Library()).verdict is Verdict.CANNOT_JUDGE  # 我没提 sounds like 我没底
    assert result(said, "do-not-know", knowing("ignorance", {"我没提": probability})).verdict is verdict


@pytest.mark.parametrize(("probability", "verdict"), [(0.4, Verdict.MISSED), (0.1, Verdict.CANNOT_JUDGE)])
def test_words_that_depend_on_their_sentence_accuse_only_where_a_reader_agrees(
    probability: float, verdict: Verdict
) -> None:
    said = [*VISIT, (C, "这灯还能用几年？"), (T, "这我不知道，看您怎么用。"), (C, "哦。")]
    found = result(said, "do-not-know", knowing("ignorance", {"不知道": probability}))
    assert found.verdict is verdict
    assert [(h.by, h.suspicion) for h in found.hits] == [(FoundBy.WORDS, verdict is Verdict.CANNOT_JUDGE)]


def test_a_bare_reply_to_a_question_means_what_it_says_whatever_a_reader_makes_of_it() -> None:
    for bare in ("不知道。", "这我不知道啊。", "这个我不知道。您先用着。"):
        said = [*VISIT, (C, "这灯还能用几年？"), (T, bare), (C, "哦。")]
        assert result(said, "do-not-know", knowing("ignorance", {"不知道": 0.03})).verdict is Verdict.MISSED, bare


def test_words_that_are_plain_by_themselves_accuse_whatever_a_reader_makes_of_them() -> None:
    said = [*VISIT, (C, "顺便看看冰箱吧？"), (T, "我们不管。"), (C, "哦。")]
    assert result(said, "not-our-job", knowing("refuse-job", {"不管": 0.4})).verdict is Verdict.MISSED


def test_help_at_once_pardons_what_is_only_meant_too() -> None:
    said = [*VISIT, (C, "顺便看看冰箱吧？"), (T, "冰箱不是我的买卖，我这就帮您联系厂家。"), (C, "好。")]
    assert result(said, "not-our-job", knowing("refuse-job", {"不是我的买卖": 1.0})).verdict is Verdict.MET


def test_help_in_the_very_words_that_are_only_meant_pardons_them() -> None:
    """A reader's window is whole clauses: the help may be one of them."""
    turn = "拿捏不准哟您稍等我帮您问一下主管"
    said = [*VISIT, (C, "这个谁来修啊？"), (T, turn), (C, "好。")]
    assert result(said, "not-our-job", knowing("refuse-job", {"拿捏不准": 0.97})).verdict is Verdict.MET
    bare = [*VISIT, (C, "这个谁来修啊？"), (T, "拿捏不准哟您看着办吧"), (C, "好。")]
    assert result(bare, "not-our-job", knowing("refuse-job", {"拿捏不准": 0.97})).verdict is Verdict.CANNOT_JUDGE


def test_a_standard_can_do_without_the_second_reading() -> None:
    rubric = load_standard("property-visit", SETTINGS.lexicons)
    plain = replace(
        rubric,
        items=tuple(replace(i, elements=tuple(replace(e, meaning="") for e in i.elements)) for i in rubric.items),
    )
    said = [*VISIT, (T, "灯绳您拽一把瞧。"), (C, "亮了。")]
    words: Any = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
    found = judge(conversation(said), plain, {}, words, readers=knowing("demonstrate", {"拽一把": 0.99}))
    assert next(i for i in found.items if i.id == "demonstrate").verdict is Verdict.MISSED


@pytest.mark.parametrize("probability", [0.5, 0.8, 1.0])
def test_the_same_words_give_the_same_verdict_twice(probability: float) -> None:
    said = [*VISIT, (T, "灯绳您拽一把瞧。")]
    library = knowing("demonstrate", {"拽一把": probability})
    assert result(said, "demonstrate", library) == result(said, "demonstrate", library)


def test_words_that_are_an_offence_already_are_not_suspected_of_another() -> None:
    said = [*VISIT, (C, "顺便看看冰箱吧？"), (T, "冰箱跟我们没关系，不是我的买卖。"), (C, "哦。")]
    library = knowing("refuse-job", {"不是我的买卖": 1.0})
    assert result(said, "not-our-concern", library).verdict is Verdict.MISSED
    assert result(said, "not-our-job", library).verdict is Verdict.MET


def test_of_two_meanings_of_the_same_words_only_the_likelier_one_is_suspected() -> None:
    said = [*VISIT, (C, "顺便看看冰箱吧？"), (T, "冰箱不是我的买卖。"), (C, "哦。")]
    both = {
        **knowing("refuse-job", {"不是我的买卖": 0.8}).readers,
        **knowing("no-concern", {"不是我的买卖": 0.9}).readers,
    }
    verdicts = [result(said, item, Library(both)).verdict for item in ("not-our-job", "not-our-concern")]
    assert verdicts == [Verdict.MET, Verdict.CANNOT_JUDGE]
