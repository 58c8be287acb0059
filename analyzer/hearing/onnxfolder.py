"""Which model a folder of ONNX files holds, told by its files and by what they say of themselves. Standard library only.

sherpa-onnx ends the whole process where a file lacks a line of metadata that it wants, so they are looked at before it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from analyzer.errors import ModelError

_KINDS = "SenseVoice、Paraformer、FireRed（model.onnx 和 tokens.txt）或 Whisper、FireRed（encoder.onnx、decoder.onnx 和 tokens.txt）"


class Family(StrEnum):
    """The models that are understood, by the name that users know."""

    SENSE_VOICE = "SenseVoice"
    PARAFORMER = "Paraformer"
    FIRE_RED = "FireRed AED"
    FIRE_RED_CTC = "FireRed CTC"
    WHISPER = "Whisper"


_FRAMES = ("vocab_size", "lfr_window_size", "lfr_window_shift", "neg_mean", "inv_stddev")
_LANGUAGES = tuple(f"lang_{code}" for code in ("auto", "zh", "en", "ja", "ko", "yue"))
# What sherpa-onnx 2.0.1 reads of the (first) file: sherpa-onnx/csrc/offline-*-model.cc
_METADATA = {
    Family.SENSE_VOICE: (*_FRAMES, *_LANGUAGES, "normalize_samples", "with_itn", "without_itn"),
    Family.PARAFORMER: _FRAMES,
    Family.FIRE_RED_CTC: ("model_type", "cmvn_mean", "cmvn_inv_stddev"),
    Family.FIRE_RED: (
        "num_decoder_layers", "num_head", "head_dim", "sos", "eos", "max_len", "cmvn_mean", "cmvn_inv_stddev",
    ),
    Family.WHISPER: (
        "n_mels", "n_text_layer", "n_text_ctx", "n_text_state", "n_vocab", "sot", "eot", "blank_id", "translate",
        "transcribe", "is_multilingual", "no_timestamps", "no_speech", "sot_sequence",
        "all_language_tokens", "all_language_codes",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """The files of one model: `first` is the whole of it, or the encoder where there is a `decoder`."""

    family: Family
    first: Path
    decoder: Path | None
    tokens: Path
    dated: bool = True  # whether the engine can tell when a token was said

    @property
    def compute_type(self) -> str:
        """Number format, as the name of the file tells it."""
        return "int8" if ".int8." in self.first.name else "float32"


def recognise(folder: Path, compute_type: str = "auto") -> OnnxModel:
    """The model in `folder`; of the same file as 8-bit integers and as floats the first, unless `compute_type` is float32.

    Raises ModelError that names what is missing, or which file says too little of itself.
    """
    if not folder.is_dir():
        raise ModelError("model-folder", f"没有文件夹 {folder}", f"请在 TINGJIAN_MODEL 里写模型文件夹的路径：{_KINDS}")
    named = sorted(path for path in folder.glob("*.onnx") if path.is_file())
    encoders = [path for path in named if "encoder" in path.name]
    decoders = [path for path in named if "decoder" in path.name]
    whole = [path for path in named if path not in encoders and path not in decoders]
    tokens = sorted(folder.glob("*tokens.txt"))
    parts: tuple[tuple[str, Sequence[Path]], ...] = (("model.onnx", whole),)
    if encoders or decoders:
        parts = (("encoder.onnx", encoders), ("decoder.onnx", decoders))
    missing = [name for name, found in (*parts, ("tokens.txt", tokens)) if not found]
    if missing:
        raise ModelError("model-folder", f"文件夹 {folder} 里缺少 {'、'.join(missing)}", f"完整的模型是：{_KINDS}")
    first, *rest = (_chosen(name, found, compute_type) for name, found in parts)
    (words,) = (_chosen("tokens.txt", tokens, compute_type),)
    said = metadata(first)
    family = _family(first, said, paired=bool(rest))
    lacking = [key for key in _METADATA[family] if not said.get(key)]
    if lacking:
        raise ModelError(
            "model-metadata",
            f"{first} 看上去是 {family}，但缺少说明 {'、'.join(lacking)}",
            "请用 sherpa-onnx 发布的、或按它的脚本导出的文件",
        )
    for path in rest:
        metadata(path)  # whether it is whole
    dated = family not in (Family.FIRE_RED, Family.WHISPER) or said.get("n_alignment_heads", "0") != "0"
    return OnnxModel(family, first, rest[0] if rest else None, words, dated)


def _chosen(name: str, found: Sequence[Path], compute_type: str) -> Path:
    small = [path for path in found if ".int8." in path.name]
    plain = [path for path in found if path not in small]
    chosen = (plain or small) if compute_type == "float32" else (small or plain)
    if len(chosen) > 1:
        names = "、".join(path.name for path in chosen)
        raise ModelError("model-folder", f"{chosen[0].parent} 里有几个 {name}：{names}", "请一个文件夹只放一个模型")
    return chosen[0]


def _family(path: Path, said: dict[str, str], *, paired: bool) -> Family:
    kind = said.get("model_type", "")
    if paired:
        if "n_text_layer" in said or kind.startswith("whisper"):
            return Family.WHISPER
        if "num_decoder_layers" in said:
            return Family.FIRE_RED
    elif "Nano" not in said.get("comment", ""):  # FunASR's Nano asks for other files beside it
        if "with_itn" in said or "lang_zh" in said:
            return Family.SENSE_VOICE
        if kind == "fire-red-asr-2-ctc":
            return Family.FIRE_RED_CTC
        if "lfr_window_size" in said:
            return Family.PARAFORMER
    told = f"（它自称 {kind}）" if kind else ""
    raise ModelError("model-format", f"{path} 不是听检认得的模型{told}", f"可用：{'、'.join(Family)}")


def metadata(path: Path) -> dict[str, str]:
    """What an ONNX file says of itself (`metadata_props`), read past the weights: milliseconds for gigabytes.

    Raises ModelError for a file that is no ONNX file or was cut short. Source: onnx/onnx.proto, ModelProto.
    """
    found: dict[str, str] = {}
    try:
        with path.open("rb") as file:
            for field, content in _fields(file, os.fstat(file.fileno()).st_size, wanted=(14,)):
                if field == 14:
                    found.update([_entry(content)])
    except (ValueError, OSError, UnicodeDecodeError) as error:
        raise ModelError(
            "model-format", f"{path} 读不出来，不是完整的 ONNX 文件（{error}）", "请重新下载或重新复制这个文件"
        ) from error
    return found


def _entry(content: bytes) -> tuple[str, str]:
    """StringStringEntryProto: key 1, value 2."""
    import io

    parts = dict(_fields(io.BytesIO(content), len(content), wanted=(1, 2)))
    return parts.get(1, b"").decode(), parts.get(2, b"").decode()


def _fields(file: BinaryIO, size: int, wanted: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Numbers and bytes of the length-delimited fields of a protocol buffer; what is not wanted is leapt over, as b''."""
    seen = False
    while file.tell() < size:
        tag = _varint(file)
        field, wire = tag >> 3, tag & 7
        if field == 0 or wire not in (0, 1, 2, 5):
            raise ValueError("unknown wire type")
        if wire == 0:
            _varint(file)
            continue
        length = {1: 8, 5: 4}.get(wire) or _varint(file)
        if file.tell() + length > size:
            raise ValueError("cut short")
        seen = True
        if wire == 2 and field in wanted:
            yield field, file.read(length)
        else:
            file.seek(length, os.SEEK_CUR)
    if not seen:
        raise ValueError("empty")


def _varint(file: BinaryIO) -> int:
    value = shift = 0
    while shift < 64:
        byte = file.read(1)
        if not byte:
            raise ValueError("cut short")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
        shift += 7
    raise ValueError("no number")
