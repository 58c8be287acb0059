"""Gives the engine that the settings name, loaded once a process."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from analyzer.hearing.types import Transcriber
from analyzer.settings import Settings


def load_transcriber(settings: Settings) -> Transcriber:
    """The engine of `settings`, its model provisioned when it is not yet; the same object for the same settings.

    Which standards judge is nothing to an engine: it stays where only they are others. Raises ModelError when the model
    is missing or broken or its server does not answer, SettingsError for an address that is none, TranscriptError for a
    stored transcript that is not one.
    """
    key = replace(settings, lexicons=Path())
    with _loading:
        engine = _engines.pop(key, None) or _load(key)
        _engines[key] = engine  # the last asked for comes last
        for oldest in list(_engines)[:-MOST]:
            del _engines[oldest]
    return engine


def is_loaded(settings: Settings) -> bool:
    """Return whether the engine of `settings` is in memory."""
    return replace(settings, lexicons=Path()) in _engines


MOST = 2  # engines in memory: the one that is set, and the larger one for unclear recordings
_engines: dict[Settings, Transcriber] = {}
_loading = threading.Lock()


def _load(settings: Settings) -> Transcriber:
    if settings.engine == "recorded":
        from analyzer.hearing.recorded import RecordedTranscriber

        return RecordedTranscriber(Path(settings.model))
    if settings.engine == "sherpa-onnx":
        from analyzer.hearing.sherpa import SherpaOnnx

        return SherpaOnnx(Path(settings.model), settings)
    if settings.engine == "openai-api":
        from analyzer.hearing.remote import connect

        return connect(settings)
    from analyzer.hearing.models import provision

    if settings.engine == "openai-whisper":
        from analyzer.hearing.reference import OpenAIWhisper

        return OpenAIWhisper(provision(settings, checkpoint=True), settings)
    from analyzer.hearing.faster import FasterWhisper

    return FasterWhisper(provision(settings), settings)
