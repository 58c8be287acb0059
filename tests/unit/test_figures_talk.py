"""Who talks how much and how fast, and how long nobody does."""

import pytest

from analyzer.domain import Role, Span, Utterance
from analyzer.judging.figures.talk import (
    longest_silence,
    per_minute,
    silence_share,
    syllables,
    syllables_per_minute,
    talk_seconds,
    talk_share,
)
from analyzer.matching import make_stream
from analyzer.text.syllables import count_syllables
from analyzer.text.tokens import tokenizer
from tests.cast import C, T, spoken, talk

WORDS = tokenizer()


def test_a_role_talks_from_the_begin_to_the_end_of_its_turns() -> None:
    said = talk((T, "您好我是王师傅"), (C, "请进"), (T, "好的"))
    assert talk_seconds(said) == {"technician": 1.8, "customer": 0.4}
    assert talk_share(talk_seconds(said)) == {"technician": 0.818, "customer": 0.182}


def test_two_voices_of_one_role_at_once_talk_once_and_two_roles_at_once_talk_both() -> None:
    said = [
        *spoken("我是王师傅", T, 0.0, speaker="S1"),
        *spoken("我是李师傅", T, 0.5, speaker="S3"),
        *spoken("哦两位师傅", C, 0.5),
    ]
    assert talk_seconds(said) == {"technician": 1.5, "customer": 1.0}


def test_roles_come_in_a_fixed_order_whoever_speaks_first() -> None:
    said = talk((Role.UNKNOWN, "喂"), (Role.OTHER, "谁"), (C, "我"), (T, "您好"))
    assert list(talk_seconds(said)) == ["technician", "customer", "other", "unknown"]
    assert list(syllables(make_stream(said, None, WORDS))) == ["technician", "customer", "other", "unknown"]


def test_without_talk_there_is_no_share() -> None:
    assert talk_share(talk_seconds([])) == {}
    nothing = Utterance(1.0, 1.0, "S1", T, "好", 0.9, (1.0,), (0.9,))
    assert talk_share(talk_seconds([nothing])) == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("您好", 2), ("wifi", 2), ("用app报修", 4), ("tv坏了", 4), ("哪儿", 2), ("一百零五块", 5)],
)
def test_syllables_are_han_characters_and_vowel_groups(text: str, count: int) -> None:
    assert count_syllables(text) == count


def test_punctuation_is_silent_and_numbers_count_as_they_are_read() -> None:
    stream = make_stream(talk((T, "您好，一共105块。"), (C, "啊？！"), (T, "。")), None, WORDS)
    assert syllables(stream) == {"technician": 9, "customer": 1}


def test_latin_words_of_two_turns_do_not_run_together() -> None:
    stream = make_stream(talk((C, "装wifi"), (C, "app什么")), None, WORDS)
    assert syllables(stream) == {"customer": 6}


def test_a_rate_is_syllables_a_minute_of_the_roles_own_talk() -> None:
    assert syllables_per_minute({T: 50}, {T: 10.0}) == {T: 300.0}


def test_under_five_seconds_of_talk_there_is_no_rate() -> None:
    assert syllables_per_minute({C: 20}, {C: 4.99}) == {C: None}
    assert per_minute(0, 5.0) == 0.0


def test_a_role_whose_turns_hold_no_words_has_the_rate_of_none() -> None:
    assert syllables_per_minute({}, {C: 6.0}) == {C: 0.0}


def test_silence_is_counted_between_the_first_and_the_last_voice() -> None:
    voices = [Span(30.0, 40.0), Span(45.0, 50.0)]
    assert silence_share(voices) == 0.25
    assert longest_silence(voices) == Span(40.0, 45.0)


def test_without_a_voice_there_is_no_silence_to_tell_of() -> None:
    assert silence_share([]) is None
    assert longest_silence([]) is None


def test_one_voice_without_a_pause_leaves_no_silence() -> None:
    assert silence_share([Span(3.0, 9.0)]) == 0.0
    assert longest_silence([Span(3.0, 9.0)]) is None
    assert silence_share([Span(3.0, 3.0)]) == 0.0


def test_of_two_silences_alike_the_earlier_is_the_longest() -> None:
    voices = [Span(0.0, 0.4), Span(0.6, 2.0), Span(2.2, 3.0)]  # in floats the second is longer by a hair
    assert longest_silence(voices) == Span(0.4, 0.6)
