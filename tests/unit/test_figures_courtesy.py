"""Greetings and polite words are counted as written, each once, and not where the words only look like them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from analyzer.domain import Politeness, Role, Utterance
from analyzer.judging.figures.courtesy import NO_WORDS, FigureWords, Spotter, figure_words, first_greeting, politeness
from analyzer.matching import make_stream
from analyzer.rubric.model import PhraseList, Shared
from analyzer.rubric.notation import parse
from analyzer.text.tokens import tokenizer
from tests.cast import C, T, spoken, talk

WORDS = tokenizer()
OURS = {Role.TECHNICIAN, Role.UNKNOWN}


def listing(name: str, phrases: Sequence[str], exceptions: Sequence[str] = ()) -> PhraseList:
    return PhraseList(name, name, tuple(map(parse, phrases)), tuple(map(parse, exceptions)))


HELLO = listing("hello", ["{您|你}好", "{早上|下午}好", "师傅好"], ["修师傅好"])
THANKS = listing("thanks", ["谢谢", "{谢谢|感谢}您[的]{理解|配合}", "给您****添麻烦[了]"], ["{不用|不}谢谢", "不打扰"])
BYE = listing("bye", ["再见", "不打扰您了"])


def shared(*lists: PhraseList, stopwords: Sequence[str] = ()) -> Shared:
    return Shared({found.name: found for found in lists}, {}, {}, (), tuple(stopwords), ())


def said(phrases: Sequence[PhraseList], *turns: tuple[Role, str]) -> list[str]:
    stream = make_stream(talk(*turns), OURS, WORDS)
    return [stream.text[m.first : m.last + 1] for m in Spotter(phrases).spot(stream)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("您好，我是王师傅。", ["您好"]),
        ("您好您好，下午好！", ["您好", "您好", "下午好"]),
        ("感谢您的配合，谢谢", ["感谢您的配合", "谢谢"]),
        ("谢谢您理解", ["谢谢您理解"]),
        ("謝謝，再見", ["谢谢", "再见"]),
        ("给您家里添麻烦了", ["给您家里添麻烦了"]),
        ("给您。添麻烦了", []),
        ("您好像没关水", []),
        ("没见过，再见面再说", []),
        ("宁好，写写", []),
        ("", []),
    ],
)
def test_words_are_found_as_they_are_written(text: str, found: list[str]) -> None:
    assert said([HELLO, THANKS, BYE], (T, text)) == found


def test_an_exception_excuses_in_its_own_list_alone() -> None:
    assert said([THANKS], (T, "不用谢谢")) == []
    assert said([HELLO], (T, "我们维修师傅好久没来了")) == []
    assert said([THANKS, BYE], (T, "那我不打扰您了")) == ["不打扰您了"]


def test_of_words_that_begin_together_the_longest_counts() -> None:
    assert said([listing("bother", ["打扰", "打扰您[了]"])], (T, "打扰您了，打扰一下")) == ["打扰您了", "打扰"]


def test_words_of_two_turns_do_not_make_a_phrase() -> None:
    assert said([THANKS], (T, "麻烦给您"), (T, "添麻烦")) == []


def test_the_customers_courtesy_is_not_the_technicians() -> None:
    assert said([HELLO], (C, "您好"), (T, "嗯修哪儿"), (C, "师傅好")) == []


def test_where_nobody_knows_who_speaks_either_voice_counts() -> None:
    assert said([HELLO], (Role.UNKNOWN, "您好"), (Role.UNKNOWN, "你好")) == ["您好", "你好"]


def courteous(*turns: tuple[Role, str], words: FigureWords | None = None) -> Politeness | None:
    return politeness(make_stream(talk(*turns), OURS, WORDS), words or figure_words(shared(HELLO, THANKS, BYE)))


def test_polite_words_are_counted_by_what_was_said_and_by_the_minute() -> None:
    found = courteous((T, "您好" + "我给您看看水龙头吧" * 3), (C, "谢谢"), (T, "您好，再见"))
    assert found == Politeness(3, 26.5, {"您好": 2, "再见": 1})


def test_equally_frequent_words_come_in_one_order() -> None:
    found = courteous((T, "再见"), (T, "谢谢"), (T, "您好"))
    assert found is not None
    assert list(found.by_phrase) == ["再见", "您好", "谢谢"]


def test_a_silent_technician_said_none_and_has_no_rate() -> None:
    assert courteous((C, "您好您好您好")) == Politeness(0, None, {})


def test_without_a_list_nothing_is_counted_rather_than_zero() -> None:
    assert courteous((T, "您好"), words=NO_WORDS) is None
    assert courteous((T, "您好"), words=figure_words(shared())) is None


def test_a_list_of_its_own_takes_the_place_of_the_courtesies() -> None:
    own = figure_words(shared(HELLO, BYE, listing("politeness", ["请", "劳驾"])))
    assert courteous((T, "您好，请您让一下，申请过了，请进"), words=own) == Politeness(2, None, {"请": 2})


def test_the_first_greeting_is_the_technicians_first() -> None:
    stream = make_stream(talk((C, "您好师傅"), (T, "王师傅，下午好，您好")), OURS, WORDS)
    assert first_greeting(stream, figure_words(shared(HELLO))) == 2.1


def test_no_greeting_has_no_time() -> None:
    words = figure_words(shared(HELLO))
    assert first_greeting(make_stream(talk((T, "修东西的，开门")), OURS, WORDS), words) is None
    assert first_greeting(make_stream([], OURS, WORDS), words) is None
    assert first_greeting(make_stream(talk((T, "您好")), OURS, WORDS), NO_WORDS) is None


def test_the_greeting_begins_where_its_first_character_was_heard() -> None:
    slow = spoken("嗯，您好", T)[0]
    late = replace(slow, char_start_s=(0.0, 0.2, 7.13, 7.4), end_s=7.6)
    stream = make_stream([late], OURS, WORDS)
    assert first_greeting(stream, figure_words(shared(HELLO))) == 7.13


def test_the_words_are_made_once_for_the_same_lists_and_anew_for_others() -> None:
    lists = shared(HELLO, stopwords=("這個", "OK"))
    words = figure_words(lists)
    assert figure_words(lists) is words
    assert words.stopwords == {"这个", "ok"}
    assert figure_words(shared(HELLO)) is not words


def test_no_utterance_is_needed() -> None:
    empty: list[Utterance] = []
    assert Spotter([HELLO]).spot(make_stream(empty, OURS, WORDS)) == []
