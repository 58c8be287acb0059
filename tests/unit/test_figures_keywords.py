"""The words that mark what the customer said: frequent here, rare elsewhere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain import Role
from analyzer.judging.figures.keywords import (
    LEAST_DOCUMENTS,
    MOST_KEYWORDS,
    Archive,
    add_document,
    customer_words,
    keywords,
)
from analyzer.matching import make_stream
from analyzer.text.tokens import bundled_idf, tokenizer
from tests.cast import C, T, heard, talk

WORDS = tokenizer()
STOPWORDS = frozenset({"这个", "就是", "怎么"})
MANY = Archive(100, {"水龙头": 50, "热水器": 10})


def found(*turns: tuple[Role, str], archive: Archive | None = None) -> list[dict[str, object]]:
    return keywords(make_stream(talk(*turns), None, WORDS), WORDS, STOPWORDS, archive)


def listed(*turns: tuple[Role, str]) -> list[str]:
    return customer_words(heard(talk(*turns)), WORDS, STOPWORDS)


def test_only_the_customers_words_count() -> None:
    turns = (T, "您家热水器坏了"), (C, "是水龙头漏水"), (Role.OTHER, "还有马桶"), (Role.UNKNOWN, "空调")
    assert listed(*turns) == ["水龙头", "漏水"]
    assert {k["word"] for k in found(*turns)} == {"水龙头", "漏水"}


def test_where_roles_are_unknown_there_are_no_keywords() -> None:
    assert found((Role.UNKNOWN, "水龙头漏水"), (Role.UNKNOWN, "好的我看看")) == []
    assert found() == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("就是这个水龙头怎么漏水", ["水龙头", "漏水"]),
        ("修了三天，花了120块，打了三次电话", ["电话"]),
        ("第二次了，十分钟都不行", ["不行"]),
        ("啊嗯修吧", []),
        ("水龙头，水龙头", ["水龙头", "水龙头"]),
        ("水龍頭漏水", ["水龙头", "漏水"]),
    ],
)
def test_stop_words_numbers_and_single_characters_are_no_keywords(text: str, words: list[str]) -> None:
    assert listed((C, text)) == words


def test_what_no_dictionary_holds_is_no_keyword() -> None:
    text = "这扇窗户关不死"
    assert list(WORDS.cut(text)) == ["这扇", "窗户", "关不死"]  # jieba makes up two of the three, if it may guess
    assert listed((C, text)) == ["窗户"]


def test_a_word_weighs_by_its_share_here_and_its_rarity_in_the_archive() -> None:
    words = found((C, "水龙头漏水"), (T, "热水器呢"), (C, "热水器没坏，水龙头"), archive=MANY)
    weights = {k["word"]: k["weight"] for k in words}
    assert weights["水龙头"] == pytest.approx(2 / 4 * (math.log(101 / 51) + 1), abs=1e-4)
    assert weights["热水器"] == pytest.approx(1 / 4 * (math.log(101 / 11) + 1), abs=1e-4)
    assert weights["漏水"] == pytest.approx(1 / 4 * (math.log(101 / 1) + 1), abs=1e-4)
    assert [k["word"] for k in words] == ["漏水", "水龙头", "热水器"]


def test_a_keyword_tells_how_often_and_when_first() -> None:
    words = found((T, "哪儿坏了"), (C, "就是这个水龙头"), (C, "水龙头"))
    assert [(k["word"], k["count"], k["first_s"]) for k in words] == [("水龙头", 2, 2.1)]


def test_alike_words_come_in_order_of_time() -> None:
    archive = Archive(LEAST_DOCUMENTS, {})
    assert [k["word"] for k in found((C, "马桶和空调还有热水器"), archive=archive)][:2] == ["马桶", "空调"]


def test_there_are_no_more_than_a_dozen() -> None:
    things = "马桶、空调、热水器、水龙头、冰箱、洗衣机、插座、天花板、地板、窗户、电视、阳台、厨房、卧室"
    assert len(found((C, things))) == MOST_KEYWORDS


def test_a_small_archive_does_not_weigh_yet() -> None:
    small = Archive(LEAST_DOCUMENTS - 1, {"水龙头": 49})
    assert found((C, "水龙头漏水"), archive=small) == found((C, "水龙头漏水"))
    assert not small.telling
    assert Archive(LEAST_DOCUMENTS).telling


def test_jieba_knows_common_words_from_rare_ones_and_gives_the_rest_the_median() -> None:
    idf = bundled_idf()
    assert idf("问题") < idf("水龙头")
    assert idf("没有这样的词") == pytest.approx(11.95, abs=0.01)


def test_a_recording_counts_a_word_once() -> None:
    archive = add_document(Archive(), ["漏水", "漏水", "电话"])
    assert archive == Archive(1, {"漏水": 1, "电话": 1})
    assert add_document(archive, ["电话"]) == Archive(2, {"漏水": 1, "电话": 2})
    assert add_document(archive, []) == Archive(2, {"漏水": 1, "电话": 1})
    assert archive.documents == 1


def test_an_archive_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="3 documents of an archive of 2"):
        Archive(2, {"电话": 3})
    with pytest.raises(ValueError, match="an archive of -1"):
        Archive(-1)


@given(st.lists(st.lists(st.sampled_from("漏水 电话 马桶 空调".split()), max_size=6), max_size=12))
def test_the_rarer_a_word_the_more_it_weighs(recordings: list[list[str]]) -> None:
    archive = Archive()
    for words in recordings:
        archive = add_document(archive, words)
    by_rarity = sorted(archive.frequency, key=lambda w: archive.frequency[w])
    weights = [archive.idf(word) for word in by_rarity]
    assert weights == sorted(weights, reverse=True)
    assert all(weight >= 1.0 for weight in weights)
