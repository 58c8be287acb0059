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
from analyzer.hearing.batches import Hands, in_batches
from analyzer.hearing.device import CHECK_DRIVER, CUDA_LIBRARIES, NO_GPU, on_processor
from analyzer.hearing.features import FRAMES, log_mel, scored_frames
from analyzer.hearing.timing import jump_times, repaired, spread, token_characters
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

_LEAST_HALF = (
    6e-8  # the smallest float16: a token less probable comes as 0, which 1e-10 would make 6 nats worse than it is
)
FRAMES_PER_S = 100
MAX_TOKENS = 448


class FasterWhisper:
    """faster-whisper on one model folder. Not safe for several threads at once (RELIABILITY §1.4).

    On a processor a batch is shared out among decoders of the same weights, each with its share of the threads. A window
    comes out the same whoever decodes it, and beside whatever other windows.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._settings = settings
        self._warnings: list[str] = []
        self._hands = Hands(settings.usable_threads)
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
                    cpu_threads=self._hands.threads,
                    num_workers=self._hands.count if device == "cpu" else 1,
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
                self._warnings.append(on_processor(settings, reason, CUDA_LIBRARIES))
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
        results = self._generate(encoded, 0.0)
        temperatures = [0.0] * len(batch)
        if careful:
            results, temperatures = self._fallback(encoded, results)
        return list(self._aligned(encoded, batch, results, temperatures))

    def beside(self) -> int:
        return self._hands.count if self._on_processor else 1

    def score(self, window: Window, texts: Sequence[str]) -> tuple[float, ...]:
        """Only the frames that hold sound are encoded: a passage of 8 s costs a tenth of a window."""
        import ctranslate2

        frames = scored_frames(window.samples)
        mel = log_mel(window.audio(), self._filters, self._hands.threads)[np.newaxis, :, :frames]
        features = ctranslate2.StorageView.from_array(np.ascontiguousarray(mel))
        encoded = np.array(self._model.encode(features, to_cpu=True))
        ids = [self._tokenizer.encode(text) or self._tokenizer.encode(" ") for text in texts]
        states = ctranslate2.StorageView.from_array(np.repeat(encoded, len(ids), axis=0))
        aligned = self._model.align(states, self._tokenizer.sot_sequence, ids, [frames] * len(ids))
        least = _LEAST_HALF if "float16" in self.engine.compute_type else LEAST_PROBABILITY
        return tuple(float(np.sum(np.log(np.maximum(a.text_token_probs, least)))) for a in aligned)

    @property
    def _on_processor(self) -> bool:
        return self.engine.device == "cpu"

    def _encode(self, batch: Sequence[Window]) -> NDArray[np.float32] | Any:
        """The batch's encoder states: an array on a processor, where a hand's share is cut out of it; else on the device.

        A processor encodes windows one by one: as fast, with one window's attention in memory (72 MB) instead of the batch's.
        """
        import ctranslate2

        if not self._on_processor:
            features = [log_mel(window.audio(), self._filters, self._settings.usable_threads) for window in batch]
            return self._model.encode(ctranslate2.StorageView.from_array(np.stack(features)))

        def encoded(window: Window) -> NDArray[np.float32]:
            mel = log_mel(window.audio(), self._filters, self._hands.threads)[np.newaxis]
            return np.array(self._model.encode(ctranslate2.StorageView.from_array(mel)))

        return np.concatenate(self._hands.each(encoded, batch))

    def _generate(self, encoded: Any, temperature: float) -> list[Any]:
        sampling: dict[str, object] = {"beam_size": self._settings.beam}
        if temperature > 0.0:
            sampling = {"beam_size": 1, "num_hypotheses": 5, "sampling_topk": 0, "sampling_temperature": temperature}

        def generated(states: Any) -> list[Any]:
            results: list[Any] = self._model.generate(
                states,
                [self._prompt] * states.shape[0],
                max_length=MAX_TOKENS,
                return_scores=True,
                return_no_speech_prob=True,
                suppress_blank=True,
                suppress_tokens=[-1],
                **sampling,
            )
            return results

        if not self._on_processor:
            return generated(encoded)
        shares = [share for share in np.array_split(encoded, self._hands.count) if len(share)]
        return [
            result for results in self._hands.each(lambda share: generated(_view(share)), shares) for result in results
        ]

    def _fallback(self, encoded: Any, results: list[Any]) -> tuple[list[Any], list[float]]:
        """Whisper's schedule for one window: warmer until the text neither repeats itself nor is improbable."""
        tried: list[tuple[float, float, Any, float]] = []
        for temperature in TEMPERATURES:
            result = results[0] if temperature == 0.0 else self._generate(encoded, temperature)[0]
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
                jumps = jump_times(alignment.alignments, len(ids))
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
        if not self._on_processor:
            together: list[Any] = self._model.align(encoded, sot, ids, frames)
            return together
        # Every token's probabilities over the vocabulary are held (100 MB a window), so one window a hand at a time.
        return self._hands.each(
            lambda i: self._model.align(_view(encoded[i : i + 1]), sot, [ids[i]], [frames[i]])[0], range(len(ids))
        )


def _view(states: NDArray[np.float32]) -> Any:
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.ascontiguousarray(states))


def _avg_logprob(result: Any) -> float:
    """CTranslate2's score is the sum over the tokens divided by their number; Whisper also counts the end token."""
    count = len(result.sequences_ids[0])
    return float(result.scores[0]) * count / (count + 1)
