"""sherpa-onnx: SenseVoice, Paraformer, FireRed and Whisper as ONNX files of a folder. The only module that imports it.

It tells which tokens were said and mostly when, not how surely: confidence is unknown and there is no second hearing. It
takes no prompt and decodes greedily. Its wheels know processors only.
"""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Engine
from analyzer.errors import ModelError
from analyzer.hearing.device import on_processor
from analyzer.hearing.onnxfolder import Family, recognise
from analyzer.hearing.packing import cut
from analyzer.hearing.timing import repaired, spread, token_characters
from analyzer.hearing.types import Decoded, Look, Window, compression_ratio
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.settings import Settings

# Whisper and FireRed are stopped after six tokens a second of what they are given, Whisper's being at most 29.5 s
# (offline-*-greedy-search-decoder.cc): parts are shorter, and silence behind them makes room for fast speech.
PART_S = 20.0
_WHISPER_S = 29.4
_ROOM_S, _ROOM = 1.0, 0.5  # silence behind a part of FireRed's: so much, and this share of its length
_LEAST_S = 0.5  # a model that looks at seven frames of features together needs more than none
_TAIL_FRAMES = 3000  # Whisper's window is filled up to 30 s, as it was trained
_TAG = re.compile(r"<\|[^|<>]*\|>|<[^<>]*>")  # <|zh|><|NEUTRAL|><|BGM|><|withitn|>, <unk>: about the sound, not words
_SPACE = "▁"  # of sentencepiece


@dataclass(frozen=True, slots=True)
class _Token:
    """`text` in UTF-8, a part of a character at the least; `start_s` and `end_s` of the window."""

    text: bytes
    start_s: float
    end_s: float


class SherpaOnnx:
    """sherpa-onnx on one model folder."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._files = recognise(folder, settings.compute_type)
        self._threads = settings.usable_threads
        self._words: dict[str, bytes] = {}  # Whisper's tokens by their numbers
        self._recognizer, version = self._load()
        self.engine = Engine(
            name="sherpa-onnx",
            model=f"{self._files.family} {folder.resolve().name}",
            version=version,
            compute_type=self._files.compute_type,
            device="cpu",
        )
        advice = "请设 TINGJIAN_DEVICE=auto 或 cpu；要用显卡，请换 faster-whisper"
        wanted = settings.device == "cuda"
        self.warnings: tuple[str, ...] = (
            (on_processor(settings, "sherpa-onnx 的安装包只支持处理器", advice),) if wanted else ()
        )

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        """One Decoded a window, in order; every look is the same, for decoding is greedy."""
        return map(self._decode, windows)

    def _load(self) -> tuple[Any, str]:
        try:
            import sherpa_onnx
        except ImportError as error:
            raise ModelError(
                "engine-missing", f"没有安装 sherpa-onnx：{error}", "请运行 pip install -r requirements.txt"
            ) from error
        files, kind = self._files, sherpa_onnx.OfflineRecognizer
        common = {"tokens": str(files.tokens), "num_threads": self._threads}
        pair = {"encoder": str(files.first), "decoder": str(files.decoder)}
        try:
            match files.family:
                case Family.SENSE_VOICE:
                    made = kind.from_sense_voice(model=str(files.first), language="zh", use_itn=True, **common)
                case Family.PARAFORMER:
                    made = kind.from_paraformer(paraformer=str(files.first), **common)
                case Family.FIRE_RED_CTC:
                    made = kind.from_fire_red_asr_ctc(model=str(files.first), **common)
                case Family.FIRE_RED:
                    made = kind.from_fire_red_asr(**pair, **common)
                case Family.WHISPER:
                    made = self._whisper(kind, pair)
        except (RuntimeError, ValueError, OSError, AssertionError) as error:
            raise ModelError(
                "model-load",
                f"模型 {files.first.parent} 加载失败：{error}",
                "请换一份 sherpa-onnx 发布的模型，或重新复制这个文件夹",
            ) from error
        return made, str(sherpa_onnx.__version__)

    def _whisper(self, kind: Any, pair: dict[str, str]) -> Any:
        """The recogniser, told numbers for tokens: its Python binding cannot give those that are some of a character's bytes."""
        lines = [line.split() for line in self._files.tokens.read_text("utf-8").splitlines() if line.strip()]
        self._words = {number: base64.b64decode(word) for word, number in lines}
        with tempfile.TemporaryDirectory() as place:
            numbers = Path(place) / "tokens.txt"
            numbers.write_text(
                "".join(f"{base64.b64encode(number.encode()).decode()} {number}\n" for number in self._words), "ascii"
            )
            return kind.from_whisper(
                **pair,
                tokens=str(numbers),
                num_threads=self._threads,
                language="zh",
                tail_paddings=_TAIL_FRAMES,
                enable_token_timestamps=self._files.dated,
            )

    def _decode(self, window: Window) -> Decoded:
        audio = window.audio()
        tokens: list[_Token] = []
        dated = True
        for first, last in parts(window, audio, together=self._files.family is Family.WHISPER and self._files.dated):
            heard, told = self._recognise(audio[first:last], first / SAMPLE_RATE_HZ, last / SAMPLE_RATE_HZ)
            tokens += heard
            dated &= told
        starts, ends = [token.start_s for token in tokens], [token.end_s for token in tokens]
        groups = token_characters(
            range(len(tokens)), lambda some: b"".join(tokens[i].text for i in some).decode("utf-8", "replace")
        )
        text, first_s, last_s, _ = spread(groups, starts, ends, [0.0] * len(tokens))
        start_s, end_s = repaired(first_s, last_s, window.duration_s)
        return Decoded(text, start_s, end_s, (), None, None, compression_ratio(text), coarse=not dated)

    def _recognise(self, samples: NDArray[np.float32], start_s: float, end_s: float) -> tuple[list[_Token], bool]:
        """Tokens of a part of a window, and whether the model told their times; else they share the part evenly."""
        stream = self._recognizer.create_stream()
        stream.accept_waveform(SAMPLE_RATE_HZ, self._filled(samples))
        try:
            self._recognizer.decode_stream(stream)
        except RuntimeError as error:  # graph and metadata that do not fit each other
            raise ModelError(
                "model-decode", f"模型 {self._files.first.parent} 不能用：{error}", "请换一份 sherpa-onnx 发布的模型"
            ) from error
        result = stream.result
        words = [self._words[t] for t in result.tokens] if self._words else written(result.tokens, self._files.family)
        times = [float(np.clip(start_s + time, start_s, end_s)) for time in result.timestamps]
        told = len(times) == len(words)
        if not told:
            times = [float(time) for time in np.linspace(start_s, end_s, len(words), endpoint=False)]
        kept = [i for i, word in enumerate(words) if word]
        until = [*(times[i] for i in kept[1:]), end_s]
        return [_Token(words[i], times[i], min(last, end_s)) for i, last in zip(kept, until, strict=True)], told

    def _filled(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        length_s = len(samples) / SAMPLE_RATE_HZ
        wanted_s = {Family.WHISPER: _WHISPER_S, Family.FIRE_RED: length_s * (1 + _ROOM) + _ROOM_S}
        length = int(max(_LEAST_S, wanted_s.get(self._files.family, 0.0)) * SAMPLE_RATE_HZ)
        return np.pad(samples, (0, max(0, length - len(samples))))


def parts(window: Window, audio: NDArray[np.float32], *, together: bool) -> list[tuple[int, int]]:
    """What is decoded at once, as sample ranges of the window: its pieces, cut to PART_S.

    `together`: as many pieces as PART_S holds, for a model whose cost does not depend on the length.
    """
    limit = int(PART_S * SAMPLE_RATE_HZ)
    ranges: list[tuple[int, int]] = []
    for piece in window.pieces:
        for first, last in cut(audio, piece.offset, piece.offset + piece.last - piece.first, limit):
            if together and ranges and last - ranges[-1][0] <= limit:
                ranges[-1] = ranges[-1][0], last
            else:
                ranges.append((first, last))
    return ranges


def written(tokens: Sequence[str], family: Family) -> list[bytes]:
    """The tokens as they are written, one for one: without tags (empty), with the spaces of Latin words.

    Paraformer marks a word that goes on with @@, the others a word that begins with a space.
    """
    out: list[bytes] = []
    before = ""
    for token in tokens:
        text = _TAG.sub("", token.replace(_SPACE, " "))
        if family is Family.PARAFORMER and text:
            latin = before.isascii() and text.isascii() and before
            gap = " " if latin and not before.endswith("@@") else ""
            before, text = text, gap + text.removesuffix("@@")
        out.append(text.encode())
    return out
