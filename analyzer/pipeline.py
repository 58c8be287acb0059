"""The whole way: file → audio → speech → transcript → speakers → roles → verdicts (docs/ARCHITECTURE.md).

`Analyzer` holds the engines, loaded once a process; everything after hearing is pure and needs none of them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from analyzer.audio import Audio, line_tones, open_audio
from analyzer.domain import (
    Analysis,
    Dropped,
    Hearing,
    Layout,
    Outcome,
    Span,
    SpeakerTurn,
    quantise_time,
)
from analyzer.heap import few_arenas, give_back_memory
from analyzer.hearing import (
    ChannelHearing,
    Scorer,
    detect_speech,
    ear_of,
    hear_channels,
    inspected,
    listen_again,
    load_transcriber,
)
from analyzer.judging import candidates, most_of, words_for
from analyzer.progress import Listener, Progress, silent
from analyzer.rejudging import announcements, judged, load, rescore, with_roles
from analyzer.rubric.model import Standard
from analyzer.serial import quantised
from analyzer.settings import Settings
from analyzer.speakers import (
    Diarization,
    Diarizer,
    Recording,
    aside,
    attribute,
    attribute_channels,
    channel_turns,
    load_diarizer,
)
from analyzer.text import NORMALISER

__all__ = ["Analyzer", "load", "rescore"]

ONCE = "语音引擎 {engine} 不能把词句再对一遍录音：没有第二遍听，可能听岔的话要靠人工复听"
ROUNDS = 2  # of the second hearing: where the sound rejects what decided, something else may


class Analyzer:
    """Analyses recordings with one set of settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        few_arenas()

    def judge_by(self, lexicons: Path) -> None:
        """Judge by this folder from now on; the engines stay loaded."""
        self.settings = replace(self.settings, lexicons=lexicons)

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
        return judged(hearing, standard, given, self.settings)

    def listen_again(self, path: Path, hearing: Hearing, standard: Standard, given: Mapping[str, bool]) -> Hearing:
        """`hear_again` for what was heard earlier: as many checks once more as a new recording gets, none lost.

        The file is decoded only where something is worth it. Raises AudioError.
        """
        words = words_for(self.settings.lexicons, self.settings.cache_dir)
        if not candidates(hearing, standard, given, words, len(hearing.checks) + 1):
            return hearing
        ear = ear_of(self.settings, hearing.engine)
        if ear is None or not isinstance(load_transcriber(ear), Scorer):
            return hearing
        with inspected(ear), open_audio(path, self.settings) as audio:
            return self.hear_again(audio, hearing, standard, given)

    def hear_again(self, audio: Audio, hearing: Hearing, standard: Standard, given: Mapping[str, bool]) -> Hearing:
        """The hearing with what decides under `standard` held against the sound a second time (analyzer/hearing/rescoring.py).

        As it is where nothing does, or where the engine cannot score texts (`hear` has warned of it), or where the model
        that heard it is gone.
        """
        ear = ear_of(self.settings, hearing.engine)
        if ear is None:
            return hearing
        transcriber = load_transcriber(ear)
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
        load_transcriber(self.settings)  # a mistyped model is reported before the work begins
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
        stereo = audio.layout is Layout.STEREO
        turns: tuple[SpeakerTurn, ...] = ()
        if stereo:
            speech, turns = channel_turns(audio.samples, (speech[0], speech[1]))
        with ExitStack() as stack:
            voices = None if stereo else stack.enter_context(self._voices(audio, speech[0], kind, progress))
            progress(Progress("transcribe", 0.0, duration_s))
            heard = hear_channels(tuple(audio.samples), speech, self.settings, progress)
            diarization = None if voices is None else voices.result()
        give_back_memory()
        warnings: tuple[str, ...] = ()
        diarizer_text = "channels"
        if diarization is not None:
            turns, warnings = diarization.turns, diarization.warnings
            diarizer_text = f"{self._diarizer.name}, found {diarization.found}, kept {diarization.kept}"
        if not isinstance(heard.by, Scorer) and heard.by.engine.name != "recorded":
            warnings = (*warnings, ONCE.format(engine=heard.by.engine.name))
        if technician_channel is not None and audio.layout is not Layout.STEREO:
            warnings = (*warnings, "已说明服务人员的声道，但这段录音不是一人一个声道，身份改由说的话判断")
        parts = heard.channels
        segments = [segment for part in parts for segment in part.segments]
        utterances = attribute_channels(segments) if stereo else attribute(segments, turns)
        hearing = Hearing(
            audio.name,
            duration_s,
            _spans(parts, "speech"),
            _spans(parts, "unheard"),
            replace(heard.by.engine, normaliser=NORMALISER, diarizer=diarizer_text),
            (),
            tuple(quantised(u) for u in utterances),
            _dropped(parts),
            tuple(
                dict.fromkeys([*audio.warnings, *heard.warnings, *warnings, *(w for p in parts for w in p.warnings)])
            ),
            audio.layout,
        )
        hearing = announcements(self.settings).marked(replace(hearing, sounds=sounds))
        return with_roles(hearing, technician_channel if stereo else None, self.settings)

    @contextmanager
    def _voices(
        self, audio: Audio, speech: tuple[Span, ...], kind: Recording, progress: Listener
    ) -> Iterator[Future[Diarization]]:
        """Who speaks when on one channel, worked out while the words are heard where there are threads for both.

        Nothing of it goes on once the block is left.
        """
        diarizer = self._diarizer  # loaded before the stage begins, so that loading is no part of its speed
        alone = self.settings.usable_threads == 1
        if alone:
            progress(Progress("diarize", 0.0, quantise_time(audio.duration_s)))
        with aside(diarizer, audio.samples[0], speech, kind, progress if alone else silent) as voices:
            if alone:
                voices.result()
                give_back_memory()  # the speaker model's, 300 MB
            yield voices


def _releasing(audio: Audio, progress: Listener) -> Listener:
    """The listener, with what was read of the samples let go at every report: memory stays flat over three hours."""

    def listen(now: Progress) -> None:
        audio.release()
        progress(now)

    return listen


def _spans(parts: Sequence[ChannelHearing], name: str) -> tuple[Span, ...]:
    spans: list[Span] = [span for part in parts for span in getattr(part, name)]
    return tuple(sorted(Span(quantise_time(s.start_s), quantise_time(s.end_s)) for s in spans))


def _dropped(parts: Sequence[ChannelHearing]) -> tuple[Dropped, ...]:
    return tuple(sorted((d for part in parts for d in part.dropped), key=lambda d: (d.start_s, d.text)))
