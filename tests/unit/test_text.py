"""Normalisation keeps its map, and does the same to every way of writing the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.text import Break, normalise, simplify_same_length
from analyzer.text.normalise import read_number
from analyzer.text.syllables import readings

HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=40)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("0", "零"),
        ("7", "七"),
        ("10", "十"),
        ("15", "十五"),
        ("20", "二十"),
        ("105", "一百零五"),
        ("120", "一百二十"),
        ("1001", "一千零一"),
        ("2026", "二千零二十六"),
        ("007", "零零七"),
        ("13800138000", "一三八零零一三八零零零"),
        ("3.5", "三点五"),
        ("0.05", "零点零五"),
    ],
)
def test_numbers_are_read_as_people_say_them(written: str, spoken: str) -> None:
    assert read_number(written) == spoken


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("您好，我是服務中心的維修人員。", "您好我是服务中心的维修人员"),
        ("ＡＢＣ１２３", "abc一百二十三"),
        ("一共120块！", "一共一百二十块"),
        ("　空 格\n换行\t", "空格换行"),
        ("裏麵着火，頭髮乾了", "里面着火头发干了"),
        ("", ""),
        ("……？！", ""),
    ],
)
def test_the_same_words_are_normalised_alike(original: str, text: str) -> None:
    assert normalise(original).text == text


def test_every_character_knows_where_it_comes_from() -> None:
    flat = normalise("好，共120块")
    assert flat.text == "好共一百二十块"
    assert [flat.original[i] for i in flat.origin] == ["好", "共", "1", "1", "2", "0", "块"]


def test_breaks_tell_commas_from_sentence_ends() -> None:
    flat = normalise("您好，师傅。请进")
    kinds = dict(zip(flat.text, flat.breaks, strict=True))
    assert kinds["师"] is Break.COMMA
    assert kinds["请"] is Break.SENTENCE
    assert kinds["好"] is Break.NONE


@given(st.text(max_size=60))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once.text).text == once.text


@given(st.text(max_size=60))
def test_the_map_has_one_index_a_character_and_never_goes_back(text: str) -> None:
    flat = normalise(text)
    assert len(flat.origin) == len(flat.text) == len(flat.breaks)
    assert list(flat.origin) == sorted(flat.origin)
    assert all(0 <= i < len(text) for i in flat.origin)


@given(HAN)
def test_simplifying_for_times_keeps_the_length(text: str) -> None:
    assert len(simplify_same_length(text)) == len(text)


@pytest.mark.parametrize(
    ("char", "finals"),
    [("行", {"ing", "ang"}), ("了", {"e", "iao"}), ("都", {"ou", "u"}), ("知", {"-i"}), ("鸡", {"i"})],
)
def test_heteronyms_have_all_their_readings(char: str, finals: set[str]) -> None:
    assert finals <= {s.final for s in readings(char)}


def test_letters_and_signs_have_no_syllable() -> None:
    assert readings("a") == readings("7") == readings("，") == ()
