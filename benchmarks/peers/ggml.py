"""Whisper weights as the file that whisper.cpp reads.

The layout is what `models/convert-pt-to-ggml.py` of ggml-org/whisper.cpp documents: the magic word, eleven dimensions, mel
filters, the tokens' bytes, then each tensor with rank, length of its name, type, sizes from the last to the first, name, values.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from analyzer.hearing.integrity import WEIGHTS
from analyzer.hearing.weights import dimensions, read_ct2, to_state_dict

MAGIC = 0x67676D6C  # "ggml"
_FLOAT32, _FLOAT16 = 0, 1
_DIMENSIONS = (
    "n_vocab", "n_audio_ctx", "n_audio_state", "n_audio_head", "n_audio_layer",
    "n_text_ctx", "n_text_state", "n_text_head", "n_text_layer", "n_mels",
)  # fmt: skip
_ALWAYS_FLOAT32 = ("encoder.positional_embedding", "decoder.positional_embedding")
_AS_COLUMNS = ("encoder.conv1.bias", "encoder.conv2.bias")  # added to (channels, frames)


def convert(folder: Path, target: Path) -> None:
    """Write the CTranslate2 model in `folder` (the tensors of openai-whisper's checkpoint) to `target`, half precision.

    Filters and tokens are those that the package openai-whisper carries.
    """
    variables = read_ct2(folder / WEIGHTS)
    dims = dimensions(variables)
    assets = _assets()
    with np.load(assets / "mel_filters.npz") as stored:
        filters = np.asarray(stored[f"mel_{dims['n_mels']}"], np.float32)
    temporary = target.with_suffix(".tmp")
    with temporary.open("wb") as file:
        write(file, dims, filters, tokens(assets / "multilingual.tiktoken"), to_state_dict(variables))
    temporary.replace(target)


def write(
    file: BinaryIO,
    dims: Mapping[str, int],
    filters: NDArray[np.float32],
    vocabulary: list[bytes],
    state: Mapping[str, NDArray[Any]],
) -> None:
    """The whole file; `filters` has shape (mels, frequencies), `state` openai-whisper's names."""
    _ints(file, MAGIC, *(dims[name] for name in _DIMENSIONS), _FLOAT16)
    _ints(file, *filters.shape)
    file.write(filters.astype("<f4").tobytes())
    _ints(file, len(vocabulary))
    for token in vocabulary:
        _ints(file, len(token))
        file.write(token)
    for name, tensor in state.items():
        values = tensor.squeeze()
        if name in _AS_COLUMNS:
            values = values.reshape(-1, 1)
        whole = values.ndim < 2 or name in (*_ALWAYS_FLOAT32, *_AS_COLUMNS)
        encoded = name.encode("ascii")
        _ints(file, values.ndim, len(encoded), _FLOAT32 if whole else _FLOAT16, *reversed(values.shape))
        file.write(encoded)
        file.write(np.ascontiguousarray(values, "<f4" if whole else "<f2").tobytes())


def tokens(path: Path) -> list[bytes]:
    """The tokens' bytes by number: a line of tiktoken's file is the bytes in base64 and the number."""
    pairs = [line.split() for line in path.read_bytes().splitlines() if line]
    return [base64.b64decode(token) for token, _ in sorted(pairs, key=lambda pair: int(pair[1]))]


def _assets() -> Path:
    spec = find_spec("whisper")
    assert spec is not None and spec.origin is not None, "openai-whisper is among our packages"
    return Path(spec.origin).parent / "assets"


def _ints(file: BinaryIO, *values: int) -> None:
    file.write(struct.pack(f"<{len(values)}i", *values))
