"""The phrase notation: what each sign means, what odd input gives, and the laws that hold for any string."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.rubric.model import Choice, Gap, Literal, Sequence
from analyzer.rubric.notation import ListBook, NotationError, parse
from analyzer.rubric.picture import columns
from analyzer.rubric.tree import measure, show, trim, variants

SIGNS = "{|}[]<>()*｛｜｝［］＜＞（）＊【】"
BOOK = ListBook({"company": ["物业", "服务中心"], "role": ["<company>的师傅", "维修人员"], "surname": ["王", "李"]})
patterns = st.text(alphabet=SIGNS + "您好師傅a1,，。 \n", max_size=40)


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("您好，我是维修人员。", "您好我是维修人员"),
        ("请问您的****有什么问题，需要我们提供服务？", "请问您的****有什么问题需要我们提供服务"),
        ("您好******师傅", "您好****师傅"),
        ("您好**** ****师傅", "您好****师傅"),
        ("您好****（说明）****师傅", "您好****师傅"),
        ("****您好****", "您好"),
        ("{****您好|****}师傅", "{您好|}师傅"),
        ("{需要|要}我们", "{需要|要}我们"),
        ("{需要|要|}我们", "{需要|要|}我们"),
        ("{|要}我们", "{|要}我们"),
        ("[请]您坐", "{请|}您坐"),
        ("[请|麻烦]您坐", "{请|麻烦|}您坐"),
        ("[[请]您]坐下", "{{请|}您|}坐下"),
        ("{请{您|你}|麻烦}坐", "{请{您|你}|麻烦}坐"),
        ("您{好|好}吗", "您好吗"),
        ("您好[，]师傅", "您好师傅"),
        ("非常抱歉（说明原因），让您久等了", "非常抱歉让您久等了"),
        ("让您久等了（说明（原因）{不必成对）", "让您久等了"),
        ("｛請｜麻煩｝您＊＊＊＊籤個字", "{请|麻烦}您****签个字"),
        ("【請】您坐", "{请|}您坐"),
        ("您的WiFi，Ｏ Ｋ", "您的wifiok"),
        ("24小时", "二十四小时"),
        ("我是<company>的", "我是{物业|服务中心}的"),
        ("我是＜ company ＞的", "我是{物业|服务中心}的"),
        ("我是<role>", "我是{{物业|服务中心}的师傅|维修人员}"),
        ("[您好]****再见", "{您好|}****再见"),
        ("", ""),
        ("****", ""),
        ("（出示工牌）", ""),
        ("，。！", ""),
    ],
)
def test_a_phrase_is_read_to_its_canonical_tree(source: str, tree: str) -> None:
    assert show(parse(source, BOOK).pattern) == tree


def test_the_tree_is_made_of_literals_gaps_and_choices() -> None:
    phrase = parse("请问****{需要|要|}[帮忙]")
    assert phrase.pattern == Sequence(
        (
            Literal("请问"),
            Gap(12),
            Choice((Sequence((Literal("需要"),)), Sequence((Literal("要"),)), Sequence(()))),
            Choice((Sequence((Literal("帮忙"),)), Sequence(()))),
        )
    )
    assert phrase.source == "请问****{需要|要|}[帮忙]"


@pytest.mark.parametrize(
    ("source", "shortest", "longest", "ways"),
    [
        ("您好", 2, 2, 1),
        ("您好****再见", 4, 4, 1),
        ("{您|各位}好", 2, 3, 2),
        ("[请]您{坐|坐一下}", 2, 5, 4),
        ("姓<surname>", 2, 2, 2),
        ("[您好][再见]", 0, 4, 4),
        ("****", 0, 0, 1),
    ],
)
def test_length_is_counted_on_the_shortest_and_the_longest_path(
    source: str, shortest: int, longest: int, ways: int
) -> None:
    phrase = parse(source, BOOK)
    assert (phrase.min_chars, phrase.max_chars, variants(phrase.pattern)) == (shortest, longest, ways)


def test_notes_are_kept_for_showing() -> None:
    assert parse("您好（ 出示工牌 ），请看(说明)。").notes == ("出示工牌", "说明")


@pytest.mark.parametrize(
    ("source", "code", "position"),
    [
        ("您好{需要|要", "unclosed", 2),
        ("您好{需要[要}", "mismatched", 7),
        ("您好［需要", "unclosed", 2),
        ("您好（出示", "unclosed", 2),
        ("您好<company", "unclosed", 2),
        ("您好}", "stray-closer", 2),
        ("您好)", "stray-closer", 2),
        ("您好>", "stray-closer", 2),
        ("{您好]", "mismatched", 3),
        ("您好|你好", "stray-bar", 2),
        ("您好{}", "empty-braces", 2),
        ("您好{ | }", "empty-braces", 2),
        ("您好[]", "empty-braces", 2),
        ("您好< >", "empty-braces", 2),
        ("您好*", "short-gap", 2),
        ("您好**吗", "short-gap", 2),
        ("您好***吗", "short-gap", 2),
        ("您好** **吗", "short-gap", 2),
        ("我是<compny>的", "unknown-list", 2),
        ("{" * 13 + "您好" + "}" * 13, "too-deep", 12),
        ("{" * 5000, "too-deep", 12),
    ],
)
def test_a_mistake_is_told_with_its_place(source: str, code: str, position: int) -> None:
    with pytest.raises(NotationError) as caught:
        parse(source, BOOK)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert caught.value.source == source
    assert caught.value.advice


def test_the_caret_stands_under_the_place_where_characters_are_two_columns_wide() -> None:
    with pytest.raises(NotationError) as caught:
        parse("OK，您好{需要|要")
    assert caught.value.picture() == "OK，您好{需要|要\n        ^"
    assert caught.value.picture() in str(caught.value)


def test_the_caret_is_right_behind_narrow_combining_and_control_characters() -> None:
    with pytest.raises(NotationError) as caught:
        parse("a\u0301\n\tｂ…{")
    line, caret = caught.value.picture().split("\n")
    assert line == "a\u0301  ｂ…{"
    assert caret == " " * 6 + "^"


def test_the_nearest_list_is_offered() -> None:
    with pytest.raises(NotationError, match="是不是 <company>"):
        parse("我是<compny>的", BOOK)


@pytest.mark.parametrize(
    ("lists", "path"),
    [
        ({"a": ["<a>"]}, ("a",)),
        ({"a": ["物业<b>"], "b": ["{物业|<c>}"], "c": ["<a>"]}, ("a", "b", "c")),
    ],
)
def test_lists_that_lead_back_to_themselves_are_told_with_their_path(
    lists: dict[str, list[str]], path: tuple[str, ...]
) -> None:
    with pytest.raises(NotationError) as caught:
        parse("我是<a>", ListBook(lists))
    assert caught.value.code == "circular-list"
    assert caught.value.circle == path
    assert caught.value.nested
    assert (caught.value.source, caught.value.position) == ("我是<a>", 2)


def test_a_mistake_inside_a_list_is_told_at_the_reference_and_marked_as_not_its_own() -> None:
    with pytest.raises(NotationError, match=r"<a> 里的“\{物业”") as caught:
        parse("我是<a>", ListBook({"a": ["{物业"]}))
    assert caught.value.nested


def test_after_a_failure_the_book_can_be_asked_again() -> None:
    book = ListBook({"a": ["<b>"], "b": ["{"], "c": ["物业"]})
    for _ in range(2):
        with pytest.raises(NotationError) as caught:
            parse("<a>", book)
        assert caught.value.code == "unclosed"
    assert show(parse("<c>公司", book).pattern) == "物业公司"


def test_lists_that_double_each_time_are_refused_before_they_fill_the_memory() -> None:
    lists = {f"l{i}": [f"<l{i + 1}>甲<l{i + 1}>", f"<l{i + 1}>乙"] for i in range(11)} | {"l11": ["丙", "丁"]}
    with pytest.raises(NotationError) as caught:
        parse("<l0>", ListBook(lists))
    assert caught.value.code == "phrase-too-large"


def test_a_long_chain_of_lists_is_refused() -> None:
    lists = {f"l{i}": [f"<l{i + 1}>"] for i in range(2000)} | {"l2000": ["物业"]}
    with pytest.raises(NotationError) as caught:
        parse("<l0>", ListBook(lists))
    assert caught.value.code == "too-deep"


@given(st.one_of(st.text(), patterns))
def test_parsing_any_string_gives_a_phrase_or_a_notation_error(source: str) -> None:
    try:
        phrase = parse(source, BOOK)
    except NotationError as error:
        assert 0 <= error.position <= max(0, len(source) - 1)
        line, caret = error.picture().split("\n")
        assert len(caret) - 1 <= columns(line)
    else:
        assert 0 <= phrase.min_chars <= phrase.max_chars
        assert (phrase.max_chars == 0) == (not any(map(str.isalnum, show(phrase.pattern))))


@given(patterns)
def test_writing_a_pattern_out_and_reading_it_again_changes_nothing(source: str) -> None:
    try:
        pattern = parse(source, BOOK).pattern
    except NotationError:
        return
    again = parse(show(pattern))
    assert again.pattern == pattern
    assert (again.min_chars, again.max_chars) == (measure(pattern).min_chars, measure(pattern).max_chars)


@given(patterns)
def test_a_pattern_never_begins_or_ends_with_a_gap(source: str) -> None:
    try:
        parts = parse(source, BOOK).pattern.parts
    except NotationError:
        return
    assert not parts or (not isinstance(parts[0], Gap) and not isinstance(parts[-1], Gap))
    assert trim(parts) == parts


@given(patterns)
def test_traditional_and_full_width_writing_gives_the_same_pattern(source: str) -> None:
    half = source.translate(str.maketrans("｛｜｝［］＜＞（）＊【】", "{|}[]<>()*[]")).replace("師傅", "师傅")
    try:
        expected = show(parse(half, BOOK).pattern)
    except NotationError as error:
        with pytest.raises(NotationError) as caught:
            parse(source, BOOK)
        assert (caught.value.code, caught.value.position) == (error.code, error.position)
    else:
        assert show(parse(source, BOOK).pattern) == expected
