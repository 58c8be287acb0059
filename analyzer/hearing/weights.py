"""Reads CTranslate2's Whisper file and writes the same tensors as openai-whisper's checkpoint.

One download serves both engines. The binary layout is that of `ModelSpec._serialize` in
ctranslate2/specs/model_spec.py (binary version 6): strings are length-prefixed and zero-terminated,
each variable has a name, a shape, a type and its bytes; the names are those of specs/whisper_spec.py.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import ModelError

_TYPES = ("float32", "int8", "int16", "int32", "float16", "bfloat16")  # ctranslate2/types.h, DataType
_KNOWN_VERSION = 6
Tensor = NDArray[Any]


def read_ct2(path: Path) -> dict[str, Tensor]:
    """All variables of a CTranslate2 `model.bin` by name, float16 or float32 as stored.

    Raises ModelError when the file is not a Whisper model of the known layout, is cut short, or is quantised.
    """
    try:
        with path.open("rb") as file:
            (version,) = _unpack(file, "I")
            name = _string(file)
            _unpack(file, "I")  # revision of the specification
            if version != _KNOWN_VERSION or name != "WhisperSpec":
                raise ModelError(
                    "model-format", f"{path} 不是可转换的 Whisper 模型（{name} 版本 {version}）", "请换用官方模型"
                )
            (count,) = _unpack(file, "I")
            return dict(_variable(file, path) for _ in range(count))
    except (struct.error, UnicodeDecodeError, ValueError) as error:
        raise ModelError("model-format", f"{path} 读到一半就断了或已损坏：{error}", "请删除它后重新准备模型") from error


def _unpack(file: BinaryIO, layout: str) -> tuple[int, ...]:
    layout = "<" + layout
    return struct.unpack(layout, file.read(struct.calcsize(layout)))


def _string(file: BinaryIO) -> str:
    (length,) = _unpack(file, "H")
    return file.read(length)[:-1].decode("utf-8")


def _variable(file: BinaryIO, path: Path) -> tuple[str, Tensor]:
    name = _string(file)
    (rank,) = _unpack(file, "B")
    shape = _unpack(file, f"{rank}I")
    type_id, byte_count = *_unpack(file, "B"), *_unpack(file, "I")
    if type_id >= len(_TYPES) or _TYPES[type_id] == "bfloat16":
        raise ModelError("model-format", f"{path} 的 {name} 用了不支持的数值类型 {type_id}", "请换用 float16 的模型")
    if _TYPES[type_id] == "int8" and rank > 1:
        raise ModelError("model-format", f"{path} 已被量化，不能转换成另一引擎的格式", "请换用 float16 的模型")
    return name, np.frombuffer(file.read(byte_count), _TYPES[type_id]).reshape(shape)


def to_state_dict(variables: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under openai-whisper's names (whisper/model.py).

    CTranslate2 stacks the projections along axis 0: query, key, value in self-attention's `linear_0`;
    key, value in cross-attention's `linear_1`. Whisper's keys have no bias (CTranslate2 stores zeros).
    """
    state: dict[str, Tensor] = {
        "encoder.positional_embedding": variables["encoder/position_encodings/encodings"],
        "decoder.positional_embedding": variables["decoder/position_encodings/encodings"],
        "decoder.token_embedding.weight": variables["decoder/embeddings/weight"],
    }
    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            state[f"encoder.{conv}.{part}"] = variables[f"encoder/{conv}/{part}"]
    for side, norm in (("encoder", "ln_post"), ("decoder", "ln")):
        _norm(variables, state, f"{side}/layer_norm", f"{side}.{norm}")
        for layer in range(_layers(variables, side)):
            _block(variables, state, f"{side}/layer_{layer}", f"{side}.blocks.{layer}")
    return state


def _layers(variables: Mapping[str, Tensor], side: str) -> int:
    prefix = f"{side}/layer_"
    return len({name.split("/")[1] for name in variables if name.startswith(prefix)} - {"layer_norm"})


def _block(variables: Mapping[str, Tensor], state: dict[str, Tensor], source: str, target: str) -> None:
    for part in ("weight", "bias"):
        stacked = np.split(variables[f"{source}/self_attention/linear_0/{part}"], 3)
        for name, tensor in zip(("query", "key", "value"), stacked, strict=True):
            if (name, part) != ("key", "bias"):
                state[f"{target}.attn.{name}.{part}"] = tensor
        state[f"{target}.attn.out.{part}"] = variables[f"{source}/self_attention/linear_1/{part}"]
        for number, name in (("0", "0"), ("1", "2")):
            state[f"{target}.mlp.{name}.{part}"] = variables[f"{source}/ffn/linear_{number}/{part}"]
        if f"{source}/attention/linear_0/{part}" in variables:
            state[f"{target}.cross_attn.query.{part}"] = variables[f"{source}/attention/linear_0/{part}"]
            key, value = np.split(variables[f"{source}/attention/linear_1/{part}"], 2)
            if part == "weight":
                state[f"{target}.cross_attn.key.weight"] = key
            state[f"{target}.cross_attn.value.{part}"] = value
            state[f"{target}.cross_attn.out.{part}"] = variables[f"{source}/attention/linear_2/{part}"]
    _norm(variables, state, f"{source}/self_attention/layer_norm", f"{target}.attn_ln")
    _norm(variables, state, f"{source}/ffn/layer_norm", f"{target}.mlp_ln")
    if f"{source}/attention/layer_norm/gamma" in variables:
        _norm(variables, state, f"{source}/attention/layer_norm", f"{target}.cross_attn_ln")


def _norm(variables: Mapping[str, Tensor], state: dict[str, Tensor], source: str, target: str) -> None:
    state[f"{target}.weight"] = variables[f"{source}/gamma"]
    state[f"{target}.bias"] = variables[f"{source}/beta"]


def dimensions(variables: Mapping[str, Tensor]) -> dict[str, int]:
    """openai-whisper's `ModelDimensions` of these tensors."""
    conv = variables["encoder/conv1/weight"]
    vocabulary, text_state = variables["decoder/embeddings/weight"].shape
    return {
        "n_mels": int(conv.shape[1]),
        "n_audio_ctx": int(variables["encoder/position_encodings/encodings"].shape[0]),
        "n_audio_state": int(conv.shape[0]),
        "n_audio_head": int(variables["encoder/num_heads"]),
        "n_audio_layer": _layers(variables, "encoder"),
        "n_vocab": int(vocabulary),
        "n_text_ctx": int(variables["decoder/position_encodings/encodings"].shape[0]),
        "n_text_state": int(text_state),
        "n_text_head": int(variables["decoder/num_heads"]),
        "n_text_layer": _layers(variables, "decoder"),
    }


def convert(folder: Path, target: Path) -> None:
    """Write `folder`'s CTranslate2 model as an openai-whisper checkpoint to `target` (not atomically).

    Beside `dims` and `model_state_dict` (half precision) the checkpoint holds `alignment_heads`, the
    [layer, head] pairs from config.json that give character times; whisper.load_model ignores the key.
    """
    import torch

    variables = read_ct2(folder / "model.bin")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    state = {name: torch.from_numpy(np.array(tensor, np.float16)) for name, tensor in to_state_dict(variables).items()}
    heads = [[int(layer), int(head)] for layer, head in config.get("alignment_heads") or []]
    torch.save({"dims": dimensions(variables), "model_state_dict": state, "alignment_heads": heads}, target)
