"""openai-whisper's own `transcribe`, called as its users call it, on the same weights and the same samples."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import open_audio
from analyzer.hearing.models import provision
from analyzer.settings import Settings

CALL = 'transcribe(beam_size=5, language="zh", fp16=False)'


class Rival:
    """The model, loaded once; `load_s` is how long that took."""

    def __init__(self, settings: Settings) -> None:
        began_s = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numba and torch announce deprecations of their own at import
            import torch
            import whisper

        torch.set_num_threads(settings.usable_threads)
        self._model: Any = whisper.load_model(str(provision(settings, checkpoint=True)), device="cpu")
        self.load_s = time.perf_counter() - began_s

    def transcribe(self, samples: NDArray[np.float32]) -> str:
        """The text of mono 16 kHz samples."""
        return str(self._model.transcribe(samples, beam_size=5, language="zh", fp16=False)["text"])


def mono(path: Path, settings: Settings) -> NDArray[np.float32]:
    """A recording as transcribe takes it; decoded by us, because without ffmpeg whisper cannot open a file."""
    with open_audio(path, settings) as audio:
        return audio.mix(0.0, audio.duration_s)
