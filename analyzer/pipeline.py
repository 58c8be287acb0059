"""The whole way: file → audio → speech → transcript → speakers → roles → verdicts (docs/ARCHITECTURE.md).

`Analyzer` holds the engines, loaded once a process; everything after hearing is pure and needs none of them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from analyzer.audio import Audio, line_tones, open_audio
from analyzer.domain import (
    MACHINE,
    Analysis,
    Dropped,
    Hearing,
    Layout,
    Outcome,
    Role,
    Span,
    Speaker,
    SpeakerTurn,
    quantise_ratio,
    quantise_time,
)
from analyzer.heap import few_arenas, give_back_memory
from analyzer.hearing import (
    ChannelHearing,
    Scorer,
    detect_speech,
    hear,
    inspected,
    inspection,
    listen_again,
    load_transcriber,
)
from analyzer.judging import candidates, judge, most_of, words_for
from analyzer.judging.cues import LexiconCues
from analyzer.judging.figures import figure_words
from analyzer.judging.machine import Announcements
from analyzer.progress import Listener, Progress, of_channel, silent
from analyzer.reading import library_of
from analyzer.reading.library import FOLDER
from analyzer.reading.staff import staff_reader
from analyzer.rubric.load import load_shared, load_standard
from analyzer.rubric.model import Standard
from analyzer.serial import NOBODY, quantised
from analyzer.settings import Settings
from analyzer.speakers import (
    Diarizer,
    Recording,
    assign_roles,
    attribute,
    attribute_channels,
    channel_turns,
    load_diarizer,
)
from analyzer.text import NORMALISER

ROUNDS = 2  # of the second hearing: where the sound rejects what decided, something else may


def load(standard: str, settings: Settings) -> Standard:
    """Return a standard by id or path. Raises LexiconError with every problem of its file."""
    return load_standard(standard, settings.lexicons)


def rescore(hearing: Hearing, standard: str, given: Mapping[str, bool], settings: Settings) -> Analysis:
    """Judge what was heard earlier again: no audio, no model.

    Roles are taken as they stand; a transcript without any role gets them from what each speaker says. Where it names
    no speakers either, nobody gets one: all words in one mouth would accuse technicians of what customers say.
    """
    hearing = _announcements(settings).marked(hearing)
    people = [u for u in hearing.transcript if u.speaker != MACHINE]
    told_apart = any(u.speaker != NOBODY for u in people)
    if told_apart and all(u.role is Role.UNKNOWN for u in people):
        hearing = _with_roles(hearing, None, settings)
    return _judged(hearing, load(standard, settings), given, settings)


class Analyzer:
    """Analyses recordings with one set of settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        few_arenas()

    @functools.cached_property
    def _diarizer(self) -> Diarizer:
        return load_diarizer(self.settings)

    def analyse(
        self,
        path: Path,
        standard: Standard,
        given: Mapping[str, bool],
        progress: Listener = silent,
        technician_channel: int | None = None,
    ) -> Analysis:
        """Hear and judge one file; raises AudioError for one that cannot be decoded. Otherwise as `analyse_audio`."""
        progress(Progress("decode", 0.0, 0.0))
        with open_audio(path, self.settings) as audio:
            return self.analyse_audio(audio, standard, given, progress, technician_channel)

    def analyse_audio(
        self,
        audio: Audio,
        standard: Standard,
        given: Mapping[str, bool],
        progress: Listener = silent,
        technician_channel: int | None = None,
    ) -> Analysis:
        """Hear and judge an open recording.

        `technician_channel` (from 0) states who is on a two-channel recording. Raises ModelError where an engine cannot
        be loaded or its weights are damaged: those hear nothing, or something else.
        """
        kind: Recording = "call" if standard.recording == "call" else "visit"
        with inspected(self.settings):
            hearing = self.hear(audio, kind, progress, technician_channel)
            hearing = self.hear_again(audio, hearing, standard, given)
        progress(Progress("judge", hearing.duration_s, hearing.duration_s))
        return _judged(hearing, standard, given, self.settings)

    def listen_again(self, path: Path, hearing: Hearing, standard: Standard, given: Mapping[str, bool]) -> Hearing:
        """`hear_again` for what was heard earlier: as many checks once more as a new recording gets, none lost.

        The file is decoded only where something is worth it. Raises AudioError.
        """
        words = words_for(self.settings.lexicons, self.settings.cache_dir)
        if not candidates(hearing, standard, given, words, len(hearing.checks) + 1):
            return hearing
        with inspected(self.settings), open_audio(path, self.settings) as audio:
            return self.hear_again(audio, hearing, standard, given)

    def hear_again(self, audio: Audio, hearing: Hearing, standard: Standard, given: Mapping[str, bool]) -> Hearing:
        """The hearing with what decides under `standard` held against the sound a second time (analyzer/hearing/rescoring.py).

        As it is where nothing does, or where the engine cannot score texts: a stored transcript that is replayed.
        """
        transcriber = load_transcriber(self.settings)
        words = words_for(self.settings.lexicons, self.settings.cache_dir)
        if not isinstance(transcriber, Scorer):
            return hearing
        most = len(hearing.checks) + most_of(hearing)
        for _ in range(ROUNDS):
            chosen = candidates(hearing, standard, given, words, most)
            checks = listen_again(tuple(audio.samples), chosen, transcriber)
            if not checks:
                break
            together = sorted((*hearing.checks, *checks), key=lambda c: (c.start_s, c.end_s, c.heard, c.phrase))
            hearing = replace(hearing, checks=tuple(together))
            if all(check.outcome is not Outcome.REJECTED for check in checks):
                break
        audio.release()
        return hearing

    def hear(
        self, audio: Audio, kind: Recording, progress: Listener = silent, technician_channel: int | None = None
    ) -> Hearing:
        """Everything before judging; `kind` is "visit" or "call"."""
        transcriber = load_transcriber(self.settings)  # first: a mistyped model is reported before the work begins
        duration_s = quantise_time(audio.duration_s)
        progress = _releasing(audio, progress)
        progress(Progress("detect", 0.0, duration_s))
        speech = tuple(detect_speech(channel, heartbeat=lambda _: audio.release()) for channel in audio.samples)
        sounds = tuple(
            sorted(
                {s for channel in audio.samples for s in line_tones(channel, audio.release)},
                key=attrgetter("start_s", "end_s", "kind"),
            )
        )
        turns: tuple[SpeakerTurn, ...] = ()
        warnings: tuple[str, ...] = ()
        if audio.layout is Layout.STEREO:
            speech, turns = channel_turns(audio.samples, (speech[0], speech[1]))
            diarizer_text = "channels"
        else:
            diarizer = self._diarizer  # loaded before the stage begins, so that loading is no part of its speed
            progress(Progress("diarize", 0.0, duration_s))
            diarization = diarizer.diarize(audio.samples[0], speech[0], kind, progress)
            turns, warnings = diarization.turns, diarization.warnings
            diarizer_text = f"{diarizer.name}, found {diarization.found}, kept {diarization.kept}"
        give_back_memory()  # the speaker model's, 300 MB
        inspection(self.settings).wait()  # the hashes are in by now; damaged weights would transcribe for minutes
        progress(Progress("transcribe", 0.0, duration_s))
        parts = [
            hear(
                samples, spans, transcriber, self.settings, of_channel(progress, channel, audio.channel_count), channel
            )
            for channel, (samples, spans) in enumerate(zip(audio.samples, speech, strict=True))
        ]
        give_back_memory()
        if technician_channel is not None and audio.layout is not Layout.STEREO:
            warnings = (*warnings, "已说明服务人员的声道，但这段录音不是一人一个声道，身份改由说的话判断")
        segments = [segment for part in parts for segment in part.segments]
        stereo = audio.layout is Layout.STEREO
        utterances = attribute_channels(segments) if stereo else attribute(segments, turns)
        hearing = Hearing(
            audio.name,
            duration_s,
            _spans(parts, "speech"),
            _spans(parts, "unheard"),
            replace(transcriber.engine, normaliser=NORMALISER, diarizer=diarizer_text),
            (),
            tuple(quantised(u) for u in utterances),
            _dropped(parts),
            tuple(dict.fromkeys([*audio.warnings, *warnings, *(w for part in parts for w in part.warnings)])),
            audio.layout,
        )
        hearing = _announcements(self.settings).marked(replace(hearing, sounds=sounds))
        return _with_roles(hearing, technician_channel if stereo else None, self.settings)


def _judged(hearing: Hearing, standard: Standard, given: Mapping[str, bool], settings: Settings) -> Analysis:
    words, listed = words_for(settings.lexicons, settings.cache_dir), figure_words(load_shared(settings.lexicons))
    readers = library_of(settings.lexicons)
    return Analysis(hearing, judge(hearing, standard, given, words, listed=listed, readers=readers))


def _releasing(audio: Audio, progress: Listener) -> Listener:
    """The listener, with what was read of the samples let go at every report: memory stays flat over three hours."""

    def listen(now: Progress) -> None:
        audio.release()
        progress(now)

    return listen


def _with_roles(hearing: Hearing, technician_channel: int | None, settings: Settings) -> Hearing:
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


def _announcements(settings: Settings) -> Announcements:
    return Announcements(load_shared(settings.lexicons).lists, words_for(settings.lexicons, settings.cache_dir))


def _quantised(s: Speaker) -> Speaker:
    return Speaker(s.id, s.role, quantise_ratio(s.confidence), quantise_time(s.speech_s))


def _spans(parts: list[ChannelHearing], name: str) -> tuple[Span, ...]:
    spans: list[Span] = [span for part in parts for span in getattr(part, name)]
    return tuple(sorted(Span(quantise_time(s.start_s), quantise_time(s.end_s)) for s in spans))


def _dropped(parts: list[ChannelHearing]) -> tuple[Dropped, ...]:
    return tuple(sorted((d for part in parts for d in part.dropped), key=lambda d: (d.start_s, d.text)))
