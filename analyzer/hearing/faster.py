"""The default engine: faster-whisper's tokenizer and CTranslate2's Whisper. The only module that imports them.

It goes one level under faster-whisper's own pipelines, because the batched one ignores every guard,
cannot start from our windows and aligns words with punctuation we would have to undo (RELIABILITY §1.1, §1.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Engine
from analyzer.errors import ModelError
from analyzer.hearing.batches import in_batches
from analyzer.hearing.device import CHECK_DRIVER, NO_GPU, on_processor
from analyzer.hearing.features import FRAMES, log_mel, scored_frames
from analyzer.hearing.timing import repaired, spread, token_characters
from analyzer.hearing.types import (
    IMPROBABLE,
    LEAST_PROBABILITY,
    REPETITIVE,
    TEMPERATURES,
    Decoded,
    Look,
    Window,
    compression_ratio,
)
from analyzer.settings import Settings

_CUDA_ADVICE = (
    "请确认装有 CUDA 12 的 cuBLAS（pip install nvidia-cublas-cu12），并且 LD_LIBRARY_PATH 指向它的 lib 文件夹"
)
_LEAST_HALF = (
    6e-8  # the smallest float16: a token less probable comes as 0, which 1e-10 would make 6 nats worse than it is
)
FRAMES_PER_S = 100
TOKENS_PER_S = 50
MAX_TOKENS = 448


class FasterWhisper:
    """faster-whisper on one model folder. Not safe for several threads at once (RELIABILITY §1.4)."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._settings = settings
        self._warnings: list[str] = []
        self._model, self._tokenizer, self._filters, device, compute_type = self._load(folder)
        self.prompt_by(settings.prompt)
        import faster_whisper

        self.engine = Engine(
            name="faster-whisper",
            model=settings.model,
            version=str(faster_whisper.__version__),
            compute_type=compute_type,
            device=device,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings)

    def prompt_by(self, prompt: str) -> None:
        """Put these words before the windows to come; only their end where they are too many."""
        before: list[int] = []
        if prompt.strip():
            words = self._tokenizer.encode(" " + prompt.strip())
            before = [self._tokenizer.sot_prev, *words[-(MAX_TOKENS // 2 - 1) :]]
        self._prompt = [*before, *self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]

    def _load(self, folder: Path) -> tuple[Any, Any, NDArray[np.float32], str, str]:
        import ctranslate2
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        settings = self._settings
        present = settings.device != "cpu" and ctranslate2.get_cuda_device_count() > 0
        if settings.device == "cuda" and not present:
            self._warnings.append(on_processor(settings, NO_GPU, CHECK_DRIVER))
        for device in ("cuda", "cpu") if present else ("cpu",):
            compute_type = settings.compute_type
            if compute_type == "auto":
                compute_type = "float16" if device == "cuda" else "int8"
            try:
                whisper = WhisperModel(
                    str(folder),
                    device=device,
                    compute_type=compute_type,
                    cpu_threads=settings.usable_threads,
                    num_workers=1,
                    local_files_only=True,
                )
                if device == "cuda":  # missing libraries show only when something is computed
                    silence = np.zeros((1, whisper.model.n_mels, FRAMES), np.float32)
                    whisper.model.encode(ctranslate2.StorageView.from_array(silence))
            except (RuntimeError, ValueError) as error:
                if device == "cpu":
                    raise ModelError(
                        "model-load",
                        f"模型 {settings.model} 加载失败：{error}",
                        "请检查 TINGJIAN_COMPUTE_TYPE，或删除模型文件夹后重新准备",
                    ) from error
                reason = f"显卡用不了（{str(error).splitlines()[0]}）"
                self._warnings.append(on_processor(settings, reason, _CUDA_ADVICE))
                continue
            tokenizer = Tokenizer(whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language="zh")
            filters = np.ascontiguousarray(whisper.feature_extractor.mel_filters, np.float32)
            return whisper.model, tokenizer, filters, device, str(whisper.model.compute_type)
        raise AssertionError("the loop returns or raises on cpu")

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        """One Decoded a window, in order; at most `settings.batch` windows are in memory at a time."""
        careful = look is Look.CAREFUL
        return in_batches(
            windows, 1 if careful else self._settings.batch, lambda batch: self._decode(batch, careful=careful)
        )

    def _decode(self, batch: Sequence[Window], *, careful: bool) -> list[Decoded]:
        """`careful` is for one window."""
        encoded = self._encode(batch)
        results = self._generate(encoded, len(batch), 0.0)
        temperatures = [0.0] * len(batch)
        if careful:
            results, temperatures = self._fallback(encoded, results)
        return list(self._aligned(encoded, batch, results, temperatures))

    def score(self, window: Window, texts: Sequence[str]) -> tuple[float, ...]:
        """Only the frames that hold sound are encoded: a passage of 8 s costs a tenth of a window."""
        import ctranslate2

        frames = scored_frames(window.samples)
        mel = log_mel(window.audio(), self._filters, self._settings.usable_threads)[np.newaxis, :, :frames]
        features = ctranslate2.StorageView.from_array(np.ascontiguousarray(mel))
        encoded = np.array(self._model.encode(features, to_cpu=True))
        ids = [self._tokenizer.encode(text) or self._tokenizer.encode(" ") for text in texts]
        states = ctranslate2.StorageView.from_array(np.repeat(encoded, len(ids), axis=0))
        aligned = self._model.align(states, self._tokenizer.sot_sequence, ids, [frames] * len(ids))
        least = _LEAST_HALF if "float16" in self.engine.compute_type else LEAST_PROBABILITY
        return tuple(float(np.sum(np.log(np.maximum(a.text_token_probs, least)))) for a in aligned)

    def _encode(self, batch: Sequence[Window]) -> Any:
        import ctranslate2

        features = [log_mel(window.audio(), self._filters, self._settings.usable_threads) for window in batch]
        if self.engine.device != "cpu":
            return self._model.encode(ctranslate2.StorageView.from_array(np.stack(features)))
        # One at a time is as fast on a CPU and keeps one window's attention in memory (72 MB) instead of the batch's.
        encoded = [np.array(self._model.encode(ctranslate2.StorageView.from_array(f[np.newaxis]))) for f in features]
        return ctranslate2.StorageView.from_array(np.concatenate(encoded))

    def _generate(self, encoded: Any, count: int, temperature: float) -> list[Any]:
        sampling: dict[str, object] = {"beam_size": self._settings.beam}
        if temperature > 0.0:
            sampling = {"beam_size": 1, "num_hypotheses": 5, "sampling_topk": 0, "sampling_temperature": temperature}
        results: list[Any] = self._model.generate(
            encoded,
            [self._prompt] * count,
            max_length=MAX_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=[-1],
            **sampling,
        )
        return results

    def _fallback(self, encoded: Any, results: list[Any]) -> tuple[list[Any], list[float]]:
        """Whisper's schedule for one window: warmer until the text neither repeats itself nor is improbable."""
        tried: list[tuple[float, float, Any, float]] = []
        for temperature in TEMPERATURES:
            result = results[0] if temperature == 0.0 else self._generate(encoded, 1, temperature)[0]
            ratio = compression_ratio(self._tokenizer.decode(result.sequences_ids[0]))
            logprob = _avg_logprob(result)
            tried.append((ratio, logprob, result, temperature))
            if ratio <= REPETITIVE and logprob >= IMPROBABLE:
                break
        else:
            calm = [entry for entry in tried if entry[0] <= REPETITIVE] or tried
            tried.append(max(calm, key=lambda entry: entry[1]))
        return [tried[-1][2]], [tried[-1][3]]

    def _aligned(
        self, encoded: Any, batch: Sequence[Window], results: list[Any], temperatures: list[float]
    ) -> Iterator[Decoded]:
        tokens = [[token for token in result.sequences_ids[0] if token < self._tokenizer.eot] for result in results]
        alignments = self._alignments(encoded, batch, tokens)
        for window, ids, result, alignment, temperature in zip(
            batch, tokens, results, alignments, temperatures, strict=True
        ):
            text = ""
            starts: list[float] = []
            ends: list[float] = []
            confidence: list[float] = []
            if ids:
                jumps = _jump_times(alignment.alignments, len(ids))
                text, starts, ends, confidence = spread(
                    token_characters(ids, self._tokenizer.decode), jumps[:-1], jumps[1:], alignment.text_token_probs
                )
            start_s, end_s = repaired(starts, ends, window.duration_s)
            yield Decoded(
                text, start_s, end_s, tuple(confidence),
                avg_logprob=_avg_logprob(result),
                no_speech_prob=float(result.no_speech_prob),
                compression_ratio=compression_ratio(text),
                temperature=temperature,
            )  # fmt: skip

    def _alignments(self, encoded: Any, batch: Sequence[Window], tokens: list[list[int]]) -> list[Any]:
        # A window without tokens or frames would divide by zero inside CTranslate2 (RELIABILITY §1.12).
        ids = [window_ids or [self._tokenizer.encode(" ")[0]] for window_ids in tokens]
        frames = [max(2, round(window.duration_s * FRAMES_PER_S)) for window in batch]
        sot = self._tokenizer.sot_sequence
        if self.engine.device != "cpu":
            together: list[Any] = self._model.align(encoded, sot, ids, frames)
            return together
        import ctranslate2

        # Every token's probabilities over the vocabulary are held: 800 MB for eight windows. Two at a time, each beside the
        # longest, are padded as in the whole batch, and come out the same to the last bit.
        states = np.array(encoded)
        longest = max(range(len(ids)), key=lambda i: len(ids[i]))
        alignments: list[Any] = []
        for i in range(len(ids)):
            pair = [longest, i] if i != longest else [longest]
            view = ctranslate2.StorageView.from_array(np.ascontiguousarray(states[pair]))
            alignments.append(self._model.align(view, sot, [ids[k] for k in pair], [frames[k] for k in pair])[-1])
        return alignments


def _avg_logprob(result: Any) -> float:
    """CTranslate2's score is the sum over the tokens divided by their number; Whisper also counts the end token."""
    count = len(result.sequences_ids[0])
    return float(result.scores[0]) * count / (count + 1)


def _jump_times(path: list[tuple[int, int]], count: int) -> list[float]:
    """When each of the `count` tokens begins, and when the last ends, in seconds: len count + 1."""
    texts = np.array([pair[0] for pair in path])
    times = np.array([pair[1] for pair in path]) / TOKENS_PER_S
    first = np.concatenate([[True], np.diff(texts) > 0])
    starts = [float(value) for value in times[first]][: count + 1]
    end = float(times[-1]) if len(times) else 0.0
    return starts + [end] * (count + 1 - len(starts))
