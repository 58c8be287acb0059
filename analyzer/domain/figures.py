"""Figures beside the verdicts; none of them enters the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.domain.hearing import Role, Span


@dataclass(frozen=True, slots=True)
class Interruption:
    """`by` took the floor from `on` at `at_s`; both talked for `overlap_s`."""

    at_s: float
    by: Role
    on: Role
    by_speaker: str
    on_speaker: str
    overlap_s: float


@dataclass(frozen=True, slots=True)
class Politeness:
    """`by_phrase` counts the words as said, most frequent first."""

    total: int
    per_minute: float | None
    by_phrase: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word of the customer's; weight = tf · idf, with tf = count / words counted."""

    word: str
    weight: float
    count: int
    first_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one recording; one that the recording cannot give is None.

    Roles are those of the transcript; one that does not speak has no key.

    `talk_s`: seconds in which somebody of the role talks, pauses under a second included (the union of the role's
        utterances). Where both talk at once, both are counted.
    `talk_share`: the role's `talk_s` of the sum over all roles, in [0, 1]; {} where nobody talks.
    `syllables`: Han characters (numbers as they are read) and vowel groups of Latin words.
    `syllables_per_minute`: `syllables` a minute of the role's `talk_s`; None under 5 s of talk.
    `interruptions`: `by` begins words that are no back-channel (嗯, 对, 好 …) while `on` is in the middle of speaking,
        at least 0.3 s before `on` ends, and goes on for at least 0.5 s after that; `overlap_s` is from `at_s` to the
        end of the one cut off. Whether it was rude or helpful, no figure tells. None where overlapping talk cannot be
        heard: one microphone gives each moment to one voice. Known with a channel a person, and of a transcript from
        elsewhere that has overlapping turns.
    `silence_share`: time without any voice, between the first and the last voice, of that time. What lies before and
        after is not counted: it says when the recorder was switched on. Silence is mostly work, not a fault. None
        without speech.
    `longest_silence`: the longest stretch without a voice within the same bounds; the earliest of equals; None where
        there is none.
    `first_greeting_s`: when the technician's first words of greeting begin (list `hello`), None where none is heard as
        written. Where no voice is known as the technician's, either speaker's counts, as in the verdicts.
    `first_greeting_after_s`: the same, from the first voice of the recording on.
    `politeness`: polite words of the technician (list `politeness`, else the lists `hello`, `apology`, `thanks`,
        `bye`), words that overlap counted once, the longest; `per_minute` of the technician's talk, None under 5 s of
        it. None without a list.
    `keywords`: the 12 words that mark the customer's turns most: two or more characters, in jieba's dictionary or the
        user words, no stop words, no numbers. Only turns known to be the customer's; none where no role is known.
    """

    talk_s: Mapping[Role, float] = field(default_factory=dict)
    talk_share: Mapping[Role, float] = field(default_factory=dict)
    syllables: Mapping[Role, int] = field(default_factory=dict)
    syllables_per_minute: Mapping[Role, float | None] = field(default_factory=dict)
    interruptions: tuple[Interruption, ...] | None = None
    silence_share: float | None = None
    longest_silence: Span | None = None
    first_greeting_s: float | None = None
    first_greeting_after_s: float | None = None
    politeness: Politeness | None = None
    keywords: tuple[Keyword, ...] = ()
