"""A phrase is found however it was misheard, and not where it was not said."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.domain import Role, Utterance
from analyzer.matching import (
    ACCUSATION,
    COURTESY,
    CUE,
    THRESHOLD,
    CostTable,
    Finder,
    Match,
    Strictness,
    covers,
    excerpt,
    make_stream,
    resolve_overlaps,
)
from analyzer.matching.costs import character_cost
from analyzer.rubric.notation import parse
from analyzer.text import Break
from analyzer.text.syllables import spell
from analyzer.text.tokens import boundaries, plausibility, tokenizer
from tests.cast import T, spoken, talk

WORDS = tokenizer()
FAREWELL = "给您添麻烦了"
ALPHABET = "您好我是服务中心维修人员什么问题麻烦再见不知道管清楚没办法解决"


def similarity(phrase: str, said: str, strictness: Strictness = COURTESY, *, word_edges: bool = False) -> float:
    stream = make_stream(spoken(said), None, WORDS)
    parsed = parse(phrase)
    table = CostTable(phrase)
    found = Finder(stream, table, strictness).matches([parsed], word_edges=word_edges)
    return max((m.similarity for m in found), default=0.0)


@pytest.mark.parametrize(
    ("phrase", "heard"),
    [
        (FAREWELL, "给您天麻烦了"),
        (FAREWELL, "给您填麻烦啦"),
        ("已超出维修服务的范围", "以超出维修服务的范围"),
        ("我们将提供优质的服务", "我们将提供用指的服务"),
        ("您的****有什么问题", "您的那个厨房水龙头有什么问题"),
        ("我是服务中心的维修人员", "我是福务中心的维修林员"),
        ("我是{物业|工程部}[服务中心]的维修{人员|师傅}", "我是工程部的维修师父"),
        ("请您试一下", "請您試一下"),
        ("让您久等了", "让您嗯久等了"),
    ],
)
def test_a_courtesy_is_found_though_misheard(phrase: str, heard: str) -> None:
    assert similarity(phrase, "好的" + heard + "啊行") >= THRESHOLD


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        (FAREWELL, "这个麻烦您签一下字"),
        ("我是服务中心的维修人员", "我们家的水龙头坏了"),
        ("让您久等了", "让您签个字"),
        ("再见", "在家"),
        ("请您试一下", "请您看发票"),
    ],
)
def test_other_words_are_not_a_courtesy(phrase: str, said: str) -> None:
    assert similarity(phrase, said) == 0.0


@pytest.mark.parametrize(
    ("phrase", "said"),
    [("不知道", "这个我不知道啊"), ("我们不管", "我们不管这个事情"), ("跟我们没关系", "这个跟我们没关系的")],
)
def test_a_forbidden_phrase_is_found_in_its_own_words(phrase: str, said: str) -> None:
    assert similarity(phrase, said, ACCUSATION, word_edges=True) >= THRESHOLD


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("我们不管", "我们不关灯的"),
        ("不知道", "这个布置到哪里"),
        ("不知道", "布置到"),
        ("不清楚", "不情愿"),
        ("没办法解决", "有办法解决"),
        ("不管", "不管怎样"),
        ("没关系", "跟水没有关系"),
        ("不知道", "不。知道"),
    ],
)
def test_sound_alikes_and_word_parts_are_not_forbidden(phrase: str, said: str) -> None:
    assert similarity(phrase, said, ACCUSATION, word_edges=True) == 0.0


def test_a_word_may_end_before_the_longest_reading_does() -> None:
    assert similarity("给根烟[抽]", "给根烟抽抽", ACCUSATION, word_edges=True) >= THRESHOLD


def test_words_of_two_turns_are_not_run_together_into_an_accusation() -> None:
    said = [*spoken("那个我们"), *spoken("不管用了", at_s=30.0)]
    stream = make_stream(said, None, WORDS)
    assert Finder(stream, CostTable("我们不管"), ACCUSATION).matches([parse("我们不管")]) == []


def test_a_hit_has_the_seconds_and_the_original_words() -> None:
    stream = make_stream(spoken("嗯，好的。給您添麻煩了，再見！", at_s=100.0), None, WORDS)
    (match,) = Finder(stream, CostTable(FAREWELL), COURTESY).matches([parse(FAREWELL)])
    assert stream.quote(match.first, match.last) == "給您添麻煩了"
    span = stream.span(match.first, match.last)
    assert span.start_s == pytest.approx(100.0 + 5 * 0.2)
    assert span.end_s == pytest.approx(100.0 + 11 * 0.2)


def test_a_role_is_searched_alone() -> None:
    said = [*spoken("我们不管", Role.CUSTOMER), *spoken("您别急", Role.TECHNICIAN, at_s=5.0)]
    assert make_stream(said, {Role.TECHNICIAN}, WORDS).text == "您别急"


def test_similarity_is_the_threshold_exactly_at_the_budget_for_every_length() -> None:
    for strictness in (COURTESY, CUE, ACCUSATION):
        for syllables in (2, 4, 8, 20):
            budget = strictness.budget(syllables)
            assert strictness.similarity(budget, syllables) == pytest.approx(THRESHOLD)
            assert strictness.similarity(0.0, syllables) == 1.0


@given(st.text(alphabet=ALPHABET, min_size=2, max_size=12), st.text(alphabet=ALPHABET, max_size=30))
@settings(deadline=None, max_examples=60)
def test_a_phrase_said_word_for_word_is_always_found(phrase: str, around: str) -> None:
    assert similarity(phrase, around + phrase + around) == pytest.approx(1.0)


@given(st.text(alphabet=ALPHABET, min_size=1, max_size=8), st.text(alphabet=ALPHABET, min_size=1, max_size=8))
@settings(max_examples=60)
def test_the_vectorised_costs_are_the_plain_ones(asked: str, said: str) -> None:
    table = CostTable(asked)
    codes = table.codes(said)
    for char in asked:
        expected = [round(100 * character_cost(s, char)) for s in said]
        assert table.hundredths[table.index(char), codes].tolist() == expected


@given(st.text(alphabet=ALPHABET, max_size=30))
def test_word_edges_include_both_ends(text: str) -> None:
    assert {0, len(text)} <= boundaries(text, WORDS)


@pytest.mark.parametrize(
    ("a", "b", "most"),
    [
        ("添", "天", 0.05),
        ("是", "四", 0.2),
        ("您", "宁", 0.3),
        ("难", "兰", 0.25),
        ("飞", "灰", 0.5),
        ("管", "关", 0.15),
    ],
)
def test_confusions_of_mandarin_cost_little(a: str, b: str, most: float) -> None:
    assert 0.0 < character_cost(a, b) <= most
    assert character_cost(a, b) == character_cost(b, a)


@pytest.mark.parametrize(("phrase", "said"), [("重新修", "服务中心修的"), ("调一下", "吊一下"), ("音乐声", "音热声")])
def test_a_heteronym_in_a_phrase_is_read_as_its_words_read_it(phrase: str, said: str) -> None:
    table = CostTable(spell(phrase))
    finder = Finder(make_stream(spoken(said), None, WORDS), table, COURTESY)
    exact = Finder(make_stream(spoken(phrase), None, WORDS), table, COURTESY)
    assert max((m.similarity for m in exact.matches([parse(phrase)])), default=0.0) == 1.0
    assert all(m.similarity < 1.0 for m in finder.matches([parse(phrase)]))


def test_middle_is_not_again() -> None:
    assert character_cost("中", "重") < 0.2
    table = CostTable(spell("重新"))
    code = table.codes("中")[0]
    assert table.hundredths[table.index("重:chong2"), code] > 30


def test_overlaps_keep_the_better_match_and_the_order() -> None:
    kept = resolve_overlaps(
        [
            Match(0, 3, "甲", 0.0, 0.8),
            Match(2, 6, "乙", 0.0, 0.9),
            Match(8, 9, "丙", 0.0, 0.76),
            Match(2, 6, "丁", 0.0, 0.9),
        ]
    )
    assert [m.phrase for m in kept] == ["丁", "丙"]


def test_an_exception_covers_a_hit_that_it_spans() -> None:
    assert covers(Match(0, 6, "不知道您什么", 0, 1), Match(0, 2, "不知道", 0, 1))
    assert not covers(Match(5, 9, "清楚了吗", 0, 1), Match(0, 3, "说不清楚", 0, 1))


def test_an_hour_of_talk_is_searched_quickly() -> None:
    """Not a benchmark: guards against an accidental return to one Python step a character."""
    rng = np.random.default_rng(7)
    text = "".join(rng.choice(list(ALPHABET), 15_000))
    said: list[Utterance] = spoken(text)
    stream = make_stream(said, None, WORDS)
    phrases = [parse(p) for p in (FAREWELL, "您的****有什么问题", "我是{物业|工程部}的维修{人员|师傅}") * 20]
    finder = Finder(stream, CostTable("".join(p.source for p in phrases)), COURTESY)
    began = time.perf_counter()
    finder.matches(phrases)
    assert time.perf_counter() - began < 10.0


def test_characters_thrown_together_are_less_plausible_than_words() -> None:
    sense = [plausibility(text, WORDS) for text in ("布置到客厅里", "水管子有点老化", "我们马上过来")]
    nonsense = [plausibility(text, WORDS) for text in ("给包言", "真他马", "游水喝马")]
    assert min(sense) > max(nonsense)
    assert plausibility("", WORDS) == 0.0


def test_an_excerpt_holds_whole_sentences_and_knows_where_they_stood() -> None:
    said = make_stream(talk((T, "先关总闸。给我更言。再看插座"), (T, "好了")), None, WORDS)
    part, at = excerpt(said, np.array([char == "更" for char in said.text]))
    assert part.text == "给我更言" == "".join(said.text[i] for i in at)
    both, _ = excerpt(said, np.array([char in "更好" for char in said.text]))
    assert both.text == "给我更言好了" and both.breaks[4] == Break.TURN
    assert excerpt(said, np.zeros(len(said.text), np.bool_))[0].text == ""
