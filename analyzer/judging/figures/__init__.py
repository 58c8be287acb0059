"""Figures beside the verdicts; none of them enters the score."""

from __future__ import annotations

from analyzer.domain import Hearing, Role
from analyzer.judging.ear import Ear
from analyzer.judging.figures.courtesy import NO_WORDS, FigureWords, figure_words, first_greeting, politeness
from analyzer.judging.figures.interruptions import interruptions
from analyzer.judging.figures.keywords import Archive, add_document, customer_words, keywords
from analyzer.judging.figures.talk import (
    longest_silence,
    silence_share,
    syllables,
    syllables_per_minute,
    talk_seconds,
    talk_share,
)

__all__ = [
    "NO_WORDS",
    "Archive",
    "FigureWords",
    "add_document",
    "customer_words",
    "figure_words",
    "figures",
]


def figures(
    hearing: Hearing, ear: Ear, listened: FigureWords = NO_WORDS, archive: Archive | None = None
) -> dict[str, object]:
    """Return the figures of one recording as plain values, ready for JSON. No audio, no file of ours, no clock.

    Roles are those of the transcript: technician, customer, other, unknown; one that does not speak has no key.
    Times are seconds from the start of the recording. A figure that the recording cannot give is None.

    `talk_s` {role: s}: seconds in which somebody of the role talks, pauses under a second included (the union of
        the role's utterances). Where both talk at once, both are counted.
    `talk_share` {role: 0..1}: the role's `talk_s` of the sum over all roles; {} where nobody talks.
    `syllables` {role: n}: Han characters (numbers as they are read) and vowel groups of Latin words.
    `syllables_per_minute` {role: n or None}: `syllables` a minute of the role's `talk_s`; None under 5 s of talk.
    `interruptions` [{at_s, by, on, by_speaker, on_speaker, overlap_s}]: `by` begins words that are no back-channel
        (嗯, 对, 好 …) while `on` is in the middle of speaking, at least 0.3 s before `on` ends, and goes on for at
        least 0.5 s after that; `overlap_s` is from `at_s` to the end of the one cut off. Whether it was rude or
        helpful, no figure tells. None where overlapping talk cannot be heard: one microphone gives each moment to
        one voice. Known with a channel a person, and of a transcript from elsewhere that has overlapping turns.
    `silence_share` 0..1: time without any voice, between the first and the last voice, of that time. What lies
        before and after is not counted: it says when the recorder was switched on. Silence is mostly work, not a
        fault. None without speech.
    `longest_silence` {start_s, end_s, duration_s}: the longest stretch without a voice within the same bounds; the
        earliest of equals; None where there is none.
    `first_greeting_s`: when the technician's first words of greeting begin (list `hello`), None where none is heard
        as written. Where no voice is known as the technician's, either speaker's counts, as in the verdicts.
    `first_greeting_after_s`: the same, from the first voice of the recording on.
    `politeness` {total, per_minute, by_phrase}: polite words of the technician (list `politeness`, else the lists
        `hello`, `apology`, `thanks`, `bye`), words that overlap counted once, the longest; `by_phrase` counts them as
        said, most frequent first; `per_minute` of the technician's talk, None under 5 s of it. None without a list.
    `keywords` [{word, weight, count, first_s}]: the 12 words that mark the customer's turns most: two or more
        characters, in jieba's dictionary or the user words, no stop words, no numbers. weight = tf · idf, with tf =
        count / words counted. Only turns known to be the customer's; [] where no role is known.
    `keywords_documents`: how many recordings of the archive the idf was counted in; 0: jieba's bundled table, which
        stands in until the archive holds 50.
    """
    everybody = ear.stream(None)
    ours = ear.stream(Role.TECHNICIAN)
    talk_s = talk_seconds(hearing.transcript)
    spoken = syllables(everybody)
    first_s = first_greeting(ours, listened)
    voices = ear.clock.spans
    after_s = None if first_s is None else round(max(0.0, first_s - voices[0].start_s), 2)
    return {
        "talk_s": talk_s,
        "talk_share": talk_share(talk_s),
        "syllables": spoken,
        "syllables_per_minute": syllables_per_minute(spoken, talk_s),
        "interruptions": interruptions(hearing, everybody),
        "silence_share": silence_share(voices),
        "longest_silence": longest_silence(voices),
        "first_greeting_s": first_s,
        "first_greeting_after_s": after_s,
        "politeness": politeness(ours, listened),
        "keywords": keywords(everybody, ear.words, listened.stopwords, archive),
        "keywords_documents": 0 if archive is None or not archive.telling else archive.documents,
    }
