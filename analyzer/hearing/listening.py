"""Hears one channel: pack, decode in batches, guard, audit the coverage, decode again what was missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from analyzer.domain import Dropped, Segment, Span, quantise_time
from analyzer.hearing.detection import speech_gain
from analyzer.hearing.guards import (
    doubtful,
    echoes,
    invented,
    invented_window,
    load_inventions,
    only_murmur,
    scrap,
    without,
)
from analyzer.hearing.packing import alone, pack
from analyzer.hearing.segments import silent_stretches, to_segments
from analyzer.hearing.types import ChannelHearing, Decoded, Look, Pcm, Transcriber, Window
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.progress import Listener, Progress, silent
from analyzer.settings import Settings

ECHO = "引擎把提示词当成了语音"
UNMEASURED = "语音引擎不给出每个字的把握：听到的禁语只列为疑似，似是而非的话不作判断，请人工复听"
COARSE = "语音引擎不给出每个字的时间：各字的时间是按句子平均分的，跳到录音里可能差几秒"
AUDIT_S = 0.7  # speech without characters for so long is decoded again
RETRY_S = 12.0  # a doubtful window is decoded again in parts of at most this length
_AUDIT_PAD_S = 0.25
SILENT = 20.0  # RMS of int16 samples (-64 dBFS) that nobody speaks under, whatever detection made of it


@dataclass
class _Notes:
    """What accumulates while one channel is heard."""

    kept: list[Segment] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    coarse: bool = False


def hear(
    channel_samples: Pcm,
    speech: tuple[Span, ...],
    transcriber: Transcriber,
    settings: Settings,
    progress: Listener = silent,
    channel: int = 0,
) -> ChannelHearing:
    """Text with character times of one channel (int16, 16 kHz, shape (n,)), and what of `speech` has none.

    Nothing is decoded outside `speech`: without speech nothing is heard. Segments come in order of time.
    """
    total_s = len(channel_samples) / SAMPLE_RATE_HZ
    inventions = load_inventions(settings.lexicons)
    gain = speech_gain(channel_samples)
    notes = _Notes()

    def drop(parts: Sequence[Segment], reason: str) -> None:
        notes.dropped += [
            Dropped(quantise_time(part.start_s), quantise_time(part.end_s), part.text, reason) for part in parts
        ]

    def judge(decoded: Decoded, window: Window, allowed: Sequence[Span], *, single: bool) -> None:
        echoed = echoes(decoded, settings.prompt)
        for low, high in echoed:
            echo = without(decoded, [(0, low), (high, len(decoded.text))])
            drop(to_segments(echo, window, allowed, channel), ECHO)
        decoded = without(decoded, echoed)
        segments = to_segments(decoded, window, allowed, channel)
        reason = invented_window(decoded, window.speech_s, alone=single)
        if reason:
            drop(segments, reason)
            return
        for segment in segments:
            reason = invented(segment, inventions) or (ECHO if scrap(segment, settings.prompt) else "")
            if reason:
                drop([segment], reason)
            else:
                notes.kept.append(segment)
                notes.coarse = notes.coarse or decoded.coarse

    windows = _sounding(pack(channel_samples, speech, gain=gain))
    progress(Progress("transcribe", 0.0, total_s))  # all samples have been read once: a listener may let them go
    again: list[Window] = []
    for window, decoded in zip(windows, transcriber.transcribe(windows), strict=True):
        if doubtful(decoded, window.speech_s):
            inside = [piece.span for piece in window.pieces]
            again += pack(channel_samples, inside, limit_s=RETRY_S, pad_s=0.0, gain=gain)
        else:
            judge(decoded, window, speech, single=False)
        progress(Progress("transcribe", window.span.end_s, total_s))
    for window, decoded in zip(again, transcriber.transcribe(again, Look.CAREFUL), strict=True):
        judge(decoded, window, speech, single=False)
        progress(Progress("recheck", window.span.end_s, total_s))

    missed = silent_stretches(speech, notes.kept, AUDIT_S)
    second = _sounding(
        window for span in missed for window in alone(channel_samples, span, pad_s=_AUDIT_PAD_S, gain=gain)
    )
    for window, decoded in zip(second, transcriber.transcribe(second, Look.MISSED), strict=True):
        if not doubtful(decoded, window.speech_s):
            judge(decoded, window, missed, single=True)
        progress(Progress("recheck", window.span.end_s, total_s))

    if only_murmur(notes.kept):
        drop(notes.kept, "整段录音只有嗯啊声，不像有人说话")
        notes.kept.clear()
    warnings = transcriber.warnings
    if any(segment.confidence is None for segment in notes.kept):
        warnings = (*warnings, UNMEASURED)
    if notes.coarse:
        warnings = (*warnings, COARSE)
    notes.kept.sort(key=lambda segment: (segment.start_s, segment.end_s))
    return ChannelHearing(
        segments=tuple(notes.kept),
        speech=speech,
        unheard=silent_stretches(speech, notes.kept, AUDIT_S),
        dropped=tuple(sorted(notes.dropped, key=lambda entry: entry.start_s)),
        warnings=warnings,
    )


def _sounding(windows: Iterable[Window]) -> list[Window]:
    """The windows in which something sounds: of silence an engine makes words (我, on one processor)."""
    return [w for w in windows if any(_level(w.source[piece.first : piece.last]) > SILENT for piece in w.pieces)]


def _level(samples: Pcm) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float32)))) if len(samples) else 0.0
