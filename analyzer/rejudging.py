"""Judging what was heard: by one standard, with all that it needs read once. No audio, no speech engine.

`Rejudging` is for many recordings under one state of a lexicon folder; `rescore` looks at the folder anew for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any, NamedTuple

from analyzer.domain import MACHINE, Analysis, Hearing, Role, Speaker, Utterance, quantise_ratio, quantise_time
from analyzer.judging import examined, judge, words_for
from analyzer.judging.cues import LexiconCues
from analyzer.judging.figures import figure_words
from analyzer.judging.machine import Announcements
from analyzer.judging.trace import Trace
from analyzer.judging.traces import traces
from analyzer.reading import library_of
from analyzer.reading.library import FOLDER
from analyzer.reading.staff import staff_reader
from analyzer.rubric.load import load_shared, load_standard
from analyzer.rubric.model import Shared, Standard, Where
from analyzer.serial import NOBODY
from analyzer.settings import Settings
from analyzer.speakers import assign_roles

_KEPT = 4  # states of folders whose announcements stay ready: what is in effect, a draft, and one before each
_announcements: list[tuple[Shared, Any, Announcements]] = []


def load(standard: str, settings: Settings) -> Standard:
    """Return a standard by id or path. Raises LexiconError with every problem of its file."""
    return load_standard(standard, settings.lexicons)


class Traced(NamedTuple):
    """An analysis with the places that each rule item's verdict rests on; `transcript`: the lines that they count."""

    analysis: Analysis
    traces: dict[str, tuple[Trace, ...]]
    transcript: tuple[Utterance, ...]


class Rejudging:
    """Judges stored hearings by one standard of a lexicon folder as it stood when this was made.

    Same hearing, same facts: the same Analysis as `rescore`. Raises LexiconError, ModelError.
    """

    def __init__(self, standard: str, settings: Settings) -> None:
        self.standard = load(standard, settings)
        self._settings = settings
        self._words = words_for(settings.lexicons, settings.cache_dir)
        self._listed = figure_words(load_shared(settings.lexicons))
        self._readers = library_of(settings.lexicons)
        self._announcements = announcements(settings)

    def __call__(self, hearing: Hearing, given: Mapping[str, bool]) -> Analysis:
        """Judge with the facts given."""
        hearing = self._prepared(hearing)
        judgement = judge(hearing, self.standard, given, self._words, listed=self._listed, readers=self._readers)
        return Analysis(hearing, judgement)

    def traced(self, hearing: Hearing, given: Mapping[str, bool], *, placeless: bool = False, only: str = "") -> Traced:
        """Judge, and say what each rule item's verdict rests on (that of the one with the id `only`, where it is given).

        `placeless`: no matter where in the talk something is said and in which order, as for a single sentence.
        """
        standard = self.standard
        if placeless:
            items = tuple(replace(item, where=Where.ANYWHERE, after="") for item in standard.items)
            standard = replace(standard, items=items)
        hearing = self._prepared(hearing)
        made, case = examined(hearing, standard, given, self._words, listed=self._listed, readers=self._readers)
        return Traced(Analysis(hearing, made), traces(case, made, only), case.ear.hearing.transcript)

    def _prepared(self, hearing: Hearing) -> Hearing:
        """The hearing with its announcements marked, and with roles.

        Roles are taken as they stand; a transcript without any role gets them from what each speaker says. Where it
        names no speakers either, nobody gets one: all words in one mouth would accuse technicians of what customers say.
        """
        hearing = self._announcements.marked(hearing)
        people = [u for u in hearing.transcript if u.speaker != MACHINE]
        told_apart = any(u.speaker != NOBODY for u in people)
        if told_apart and all(u.role is Role.UNKNOWN for u in people):
            hearing = with_roles(hearing, None, self._settings)
        return hearing


def rescore(hearing: Hearing, standard: str, given: Mapping[str, bool], settings: Settings) -> Analysis:
    """Judge what was heard earlier again, by the folder as it stands now."""
    return Rejudging(standard, settings)(hearing, given)


def judged(hearing: Hearing, standard: Standard, given: Mapping[str, bool], settings: Settings) -> Analysis:
    """Judge a hearing whose announcements are marked and whose roles are given."""
    words, listed = words_for(settings.lexicons, settings.cache_dir), figure_words(load_shared(settings.lexicons))
    readers = library_of(settings.lexicons)
    return Analysis(hearing, judge(hearing, standard, given, words, listed=listed, readers=readers))


def with_roles(hearing: Hearing, technician_channel: int | None, settings: Settings) -> Hearing:
    """Return the hearing with a role for every speaker, from what is said or as stated; announcements are nobody's."""
    words = words_for(settings.lexicons, settings.cache_dir)
    counter = LexiconCues(load_shared(settings.lexicons).roles, words, staff_reader(settings.lexicons / FOLDER))
    people = [u for u in hearing.transcript if u.speaker != MACHINE]
    machine = tuple(u for u in hearing.transcript if u.speaker == MACHINE)
    speakers, utterances = assign_roles(people, counter, technician_channel=technician_channel)
    if machine:
        speakers = (*speakers, Speaker(MACHINE, Role.OTHER, 1.0, sum(u.end_s - u.start_s for u in machine)))
    transcript = tuple(sorted((*utterances, *machine), key=attrgetter("start_s", "end_s", "speaker")))
    return replace(hearing, speakers=tuple(_quantised(s) for s in speakers), transcript=transcript)


def announcements(settings: Settings) -> Announcements:
    """The announcements of a folder, made once for each state of it: their phrases take longer to prepare than to find."""
    shared, words = load_shared(settings.lexicons), words_for(settings.lexicons, settings.cache_dir)
    for kept, of_words, made in tuple(_announcements):
        if kept is shared and of_words is words:
            return made
    made = Announcements(shared, words)
    _announcements[:] = [(shared, words, made), *_announcements[: _KEPT - 1]]
    return made


def _quantised(s: Speaker) -> Speaker:
    return Speaker(s.id, s.role, quantise_ratio(s.confidence), quantise_time(s.speech_s))
