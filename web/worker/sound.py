"""What pages need of a recording's sound, stored beside it: its waveform, and a file that every browser plays and seeks
exactly. The analyzer's decoding child makes both from the samples that are judged (analyzer/audio/playback.py)."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from web.config import AnalyzerError, Settings
from web.intake.storage import PEAKS, PLAY, Storage
from web.worker.engine import PEAKS_FILE, PLAY_FILE, Audio, cut_file, mute_file, open_audio

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sound:
    """What was made: the type of the file to play, and what the waveform shows."""

    media_type: str
    duration_s: float
    channels: int


@contextmanager
def opened(storage: Storage, key: str, path: Path, settings: Settings) -> Iterator[tuple[Audio, Sound | None]]:
    """The samples of the recording at `path`, decoded once, and what was made of them for pages and stored.

    No Sound where it is there already or cannot be made: then the page goes without. Raises AudioError.
    """
    with ExitStack() as stack:
        with tempfile.TemporaryDirectory(prefix=f"tingjian-sound-{os.getpid()}-") as name:
            folder = None if storage.exists(key + PEAKS) else Path(name)
            audio = stack.enter_context(open_audio(path, settings, folder))
            sound = None if folder is None else _store(storage, key, audio, folder)
        yield audio, sound


Spans = Sequence[tuple[float, float]]


def cut(
    storage: Storage, key: str, start_s: float, end_s: float, settings: Settings, muted_s: Spans = ()
) -> str | None:
    """Cut the seconds [start_s, end_s) out of a stored recording, silent in the spans; return the cut's own key.

    None where it cannot be made.
    """
    with tempfile.TemporaryDirectory(prefix=f"tingjian-cut-{os.getpid()}-") as name:
        try:
            with storage.local_path(key) as path:
                clip = cut_file(path, start_s, end_s, Path(name), settings, muted_s)
            return storage.take(clip).key
        except (OSError, ValueError, AnalyzerError) as error:
            log.info("no cut of %s: %r", key, error)
            return None


def mute(storage: Storage, key: str, muted_s: Spans, settings: Settings) -> str | None:
    """Make a copy of a stored recording that is silent in the spans; return its own key, None where it cannot be made."""
    with tempfile.TemporaryDirectory(prefix=f"tingjian-mute-{os.getpid()}-") as name:
        try:
            with storage.local_path(key) as path:
                return storage.take(mute_file(path, muted_s, Path(name), settings)).key
        except (OSError, ValueError, AnalyzerError) as error:
            log.info("no muted copy of %s: %r", key, error)
            return None


def _store(storage: Storage, key: str, audio: Audio, folder: Path) -> Sound | None:
    made = audio.playback
    if made is None:
        log.info("no waveform of %s", key)
        return None
    try:
        if made.copied:
            storage.put(key + PLAY, folder / PLAY_FILE)
        storage.put(key + PEAKS, folder / PEAKS_FILE)  # last: it says that all is there
    except (OSError, ValueError) as error:
        log.info("no waveform of %s: %r", key, error)
        return None
    return Sound(made.media_type, round(audio.duration_s, 2), made.channels)
