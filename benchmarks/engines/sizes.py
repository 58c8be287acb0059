"""What the larger Whisper models cost on a processor, measured without their weights: `python -m benchmarks engines --sizes`.

How long a matrix takes does not depend on what stands in it. So models of the published shapes are filled with noise, one
window of 30 s is encoded and TOKENS tokens are decoded, as the default engine does it. How well they hear cannot be told so.
"""

from __future__ import annotations

import json
import resource
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.hearing import provision
from analyzer.hearing.integrity import WEIGHTS
from analyzer.hearing.weights import read_ct2
from analyzer.settings import Settings
from benchmarks.kit.machine import cpu_s, heading

# width, layers of the encoder and of the decoder, features: the dims of openai/whisper's checkpoints (one token less for two)
SHAPES = {
    "tiny": (384, 4, 4, 80),
    "base": (512, 6, 6, 80),
    "small": (768, 12, 12, 80),
    "medium": (1024, 24, 24, 80),
    "turbo": (1280, 32, 4, 128),
    "large-v3": (1280, 32, 32, 128),
}
TOKENS = 120  # of a full window of Mandarin: 97 in 20 s of visit-01
BEAM = 2
_HEAD = 64  # width of an attention head, the same in all of them


@dataclass(frozen=True, slots=True)
class Size:
    """Processor seconds for one window on one thread, and what the process holds at most, loading apart and included."""

    name: str
    compute_type: str
    encode_s: float
    decode_s: float
    resident_mib: int
    peak_mib: int
    head: list[str]

    @property
    def times_real_time(self) -> float:
        """On one core, for sound that is all speech."""
        return (self.encode_s + self.decode_s) / 30.0


def measure(name: str, settings: Settings, compute_type: str = "int8") -> Size:
    """One model in this process: its memory is what is told."""
    import ctranslate2

    base = provision(settings, "base")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for path in base.glob("*.json"):
            shutil.copy(path, folder)
        shutil.copy(base / "vocabulary.txt", folder)
        _write(folder / WEIGHTS, name, base / WEIGHTS)
        model = ctranslate2.models.Whisper(str(folder), compute_type=compute_type, intra_threads=1, inter_threads=1)
        mel = np.zeros((1, SHAPES[name][3], 3000), np.float32)
        began_s = cpu_s()
        encoded = model.encode(ctranslate2.StorageView.from_array(mel))
        encoded_s = cpu_s()
        end = 50257  # suppressed, so that each model is made to decode as many
        model.generate(
            encoded, [[50258, 50260, 50359, 50363]], beam_size=BEAM, max_length=TOKENS + 4, suppress_tokens=[end]
        )
        decoded_s = cpu_s()
        return Size(
            name, str(model.compute_type), encoded_s - began_s, decoded_s - encoded_s, _resident_mib(),
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, heading(["engines", "--sizes"]),
        )  # fmt: skip


def _resident_mib() -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    return 0


def _variables(name: str, base: Path) -> Iterator[tuple[str, NDArray[np.float16]]]:
    """Those of `base` at the shape of `name`, layer by layer, with noise in them."""
    width, encoder, decoder, features = SHAPES[name]
    sizes = {512 * n: width * n for n in (1, 2, 3, 4)} | {80: features}
    noise = (np.random.default_rng(1).standard_normal(1 << 20) * 0.02).astype(np.float16)
    for key, value in read_ct2(base).items():
        if key.endswith("num_heads"):
            yield key, np.array(width // _HEAD, value.dtype)
            continue
        shape = tuple(sizes.get(size, size) for size in value.shape)
        filled = np.resize(noise, shape) if value.dtype == np.float16 else np.broadcast_to(value, shape)
        side, _, rest = key.partition("/layer_")
        if not rest or rest.startswith("norm"):
            yield key, filled
        elif rest.startswith("0/"):
            for layer in range(encoder if side == "encoder" else decoder):
                yield f"{side}/layer_{layer}/{rest[2:]}", filled


def _write(path: Path, name: str, base: Path) -> None:
    """CTranslate2's file, as analyzer/hearing/weights.py reads it."""
    types = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}
    with path.open("wb") as file:

        def text(value: str) -> None:
            file.write(struct.pack("<H", len(value) + 1) + value.encode() + b"\0")

        file.write(struct.pack("<I", 6))
        text("WhisperSpec")
        file.write(struct.pack("<I", 3))
        found = list(_variables(name, base))
        file.write(struct.pack("<I", len(found)))
        for key, value in found:
            text(key)
            file.write(struct.pack("<B", value.ndim) + b"".join(struct.pack("<I", size) for size in value.shape))
            file.write(struct.pack("<BI", types[str(value.dtype)], value.nbytes))
            file.write(value.tobytes())
        file.write(struct.pack("<I", 1))  # what is stored once and known by two names
        text("decoder/projection/weight")
        text("decoder/embeddings/weight")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measure(sys.argv[1], Settings.from_environment()))) + "\n")
