"""The words that mark what the customer said: frequent here, rare elsewhere."""

import pytest

from analyzer.domain import Keyword, Role
from analyzer.judging.figures.keywords import MOST_KEYWORDS, keywords
from analyzer.matching import make_stream
from analyzer.text.tokens import bundled_idf, tokenizer
from tests.cast import C, T, talk

WORDS = tokenizer()
STOPWORDS = frozenset({"这个", "就是", "怎么"})


def marked(*turns: tuple[Role, str]) -> tuple[Keyword, ...]:
    return keywords(make_stream(talk(*turns), None, WORDS), WORDS, STOPWORDS)


def counts(*turns: tuple[Role, str]) -> dict[str, int]:
    return {k.word: k.count for k in marked(*turns)}


def test_only_the_customers_words_count() -> None:
    turns = (T, "您家热水器坏了"), (C, "是水龙头漏水"), (Role.OTHER, "还有马桶"), (Role.UNKNOWN, "空调")
    assert counts(*turns) == {"水龙头": 1, "漏水": 1}


def test_where_roles_are_unknown_there_are_no_keywords() -> None:
    assert marked((Role.UNKNOWN, "水龙头漏水"), (Role.UNKNOWN, "好的我看看")) == ()
    assert marked() == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("就是这个水龙头怎么漏水", {"水龙头": 1, "漏水": 1}),
        ("修了三天，花了120块，打了三次电话", {"电话": 1}),
        ("第二次了，十分钟都不行", {"不行": 1}),
        ("啊嗯修吧", {}),
        ("水龙头，水龙头", {"水龙头": 2}),
        ("水龍頭漏水", {"水龙头": 1, "漏水": 1}),
    ],
)
def test_stop_words_numbers_and_single_characters_are_no_keywords(text: str, words: dict[str, int]) -> None:
    assert counts((C, text)) == words


def test_what_no_dictionary_holds_is_no_keyword() -> None:
    text = "这扇窗户关不死"
    assert list(WORDS.cut(text)) == ["这扇", "窗户", "关不死"]  # jieba makes up two of the three, if it may guess
    assert counts((C, text)) == {"窗户": 1}


def test_a_word_weighs_by_its_share_here_and_its_rarity_in_the_language() -> None:
    words = marked((C, "水龙头漏水"), (T, "热水器呢"), (C, "热水器没坏，水龙头"))
    idf = bundled_idf()
    weights = {k.word: k.weight for k in words}
    assert weights == {
        "水龙头": pytest.approx(2 / 4 * idf("水龙头"), abs=1e-4),
        "热水器": pytest.approx(1 / 4 * idf("热水器"), abs=1e-4),
        "漏水": pytest.approx(1 / 4 * idf("漏水"), abs=1e-4),
    }
    assert [k.weight for k in words] == sorted(weights.values(), reverse=True)


def test_a_keyword_tells_how_often_and_when_first() -> None:
    words = marked((T, "哪儿坏了"), (C, "就是这个水龙头"), (C, "水龙头"))
    assert [(k.word, k.count, k.first_s) for k in words] == [("水龙头", 2, 2.1)]


def test_alike_words_come_in_order_of_time() -> None:
    assert bundled_idf()("油烟机") == bundled_idf()("燃气灶")
    assert [k.word for k in marked((C, "油烟机和燃气灶"))] == ["油烟机", "燃气灶"]
    assert [k.word for k in marked((C, "燃气灶和油烟机"))] == ["燃气灶", "油烟机"]


def test_there_are_no_more_than_a_dozen() -> None:
    things = "马桶、空调、热水器、水龙头、冰箱、洗衣机、插座、天花板、地板、窗户、电视、阳台、厨房、卧室"
    assert len(marked((C, things))) == MOST_KEYWORDS


def test_jieba_knows_common_words_from_rare_ones_and_gives_the_rest_the_median() -> None:
    idf = bundled_idf()
    assert idf("问题") < idf("水龙头")
    assert idf("没有这样的词") == pytest.approx(11.95, abs=0.01)
