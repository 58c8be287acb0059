"""Hears all channels of a recording: by the model that is set, and again by the larger one where that one heard badly."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.domain import Span
from analyzer.errors import ModelError
from analyzer.hearing.integrity import inspection
from analyzer.hearing.listening import hear
from analyzer.hearing.loading import load_transcriber
from analyzer.hearing.types import ChannelHearing, Pcm, Transcriber
from analyzer.hearing.unclear import is_unclear, larger
from analyzer.progress import Listener, of_channel
from analyzer.settings import Settings

log = logging.getLogger(__name__)
NOT_AGAIN = "录音不清楚，本来要换更准的语音模型重听，但它用不了，没有重听：{reason}"
AGAIN = "录音不清楚（离得远或有噪声），已换更准的语音模型重听，文字以重听的为准"


@dataclass(frozen=True, slots=True)
class Heard:
    """What each channel says, and the engine that heard it; `warnings` are about the whole recording."""

    channels: tuple[ChannelHearing, ...]
    by: Transcriber
    warnings: tuple[str, ...] = ()


def hear_channels(
    samples: Sequence[Pcm], speech: Sequence[tuple[Span, ...]], settings: Settings, progress: Listener
) -> Heard:
    """Return what is said in the speech of each channel (int16, 16 kHz); hearing it again is a stage of its own, "rehear".

    Raises ModelError where the engine that is set cannot be loaded or its weights are damaged. Where that is true of the
    larger one alone, what the first one heard stands, with a warning.
    """
    first = _heard(samples, speech, settings, progress)
    said = [segment for channel in first.channels for segment in channel.segments]
    better = larger(settings) if is_unclear(said, [u for c in first.channels for u in c.unheard]) else None
    if better is None:
        return first
    try:
        second = _heard(samples, speech, better, lambda now: progress(replace(now, stage="rehear")))
    except ModelError as error:
        log.warning("not heard again by %s: %s", better.model, error)
        return replace(first, warnings=(NOT_AGAIN.format(reason=error.message),))
    return replace(second, warnings=(AGAIN,))


def _heard(samples: Sequence[Pcm], speech: Sequence[tuple[Span, ...]], settings: Settings, progress: Listener) -> Heard:
    check = inspection(settings)
    transcriber = load_transcriber(settings)
    check.wait()  # damaged weights would transcribe for minutes
    each = enumerate(zip(samples, speech, strict=True))
    return Heard(
        tuple(
            hear(sound, spans, transcriber, settings, of_channel(progress, n, len(samples)), n)
            for n, (sound, spans) in each
        ),
        transcriber,
    )
