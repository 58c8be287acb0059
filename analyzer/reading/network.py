"""What the meanings have in common: one small network over a window's runs, its vector and the vector of what it answers.

A meaning has one to five thousand lines, all have seventy thousand. What a refusal or an excuse is in itself, and what a word is as
the answer to a question (“不接。” to “顺手看看？”), is learnt from all of them at once: Caruana, "Multitask Learning", Machine
Learning 28, 1997. One hidden layer; a head for each meaning gives the log-odds that a window says it.
"""

from __future__ import annotations

import functools
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import ModelError
from analyzer.reading.encoder import DIMENSIONS, Encoder
from analyzer.reading.features import Page
from analyzer.reading.grams import SIZE, buckets_of

FILE = Path("shared") / "network.npz"
FORMAT = 1
OWN_SCALE, BEFORE_SCALE, BOTH_SCALE, RUNS_SCALE = 6.0, 3.0, 60.0, 2.0  # what brings each part to about one size
PARTS = ("own", "before", "both", "bias", "heads", "head_bias")
BROKEN = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)  # what numpy, zipfile and zlib say of a file with a flipped bit: each part of it has a checksum

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """H hidden units over DIMENSIONS of `own`, `before` and `both` (their product), and SIZE buckets of `runs`.

    `own`, `before`, `both`: (DIMENSIONS, H); `runs`: (SIZE, H); `bias`: (H,); `heads`: (H, len(meanings)); `head_bias`:
    (len(meanings),). `digest`: what lines it learnt from.
    """

    meanings: tuple[str, ...]
    own: Floats
    before: Floats
    both: Floats
    runs: Floats
    bias: Floats
    heads: Floats
    head_bias: Floats
    digest: str

    def hidden(self, page: Page, windows: NDArray[np.intp], encoder: Encoder) -> Floats:
        """Return the hidden units of some windows, shape (len(windows), H); a page remembers those it was asked for."""
        if not len(windows):
            return np.zeros((0, len(self.bias)), np.float32)
        new = np.array([i for i in dict.fromkeys(windows.tolist()) if (self.digest, i) not in page.known], np.intp)
        if len(new):
            own, before = page.own(encoder, new), page.answered(encoder, new)
            found = [buckets_of(page.grams, *map(int, page.spans[i])) for i in new]
            runs = np.stack([self.runs[b].sum(0) / np.sqrt(len(b)) for b in found])
            units = OWN_SCALE * (own @ self.own) + BEFORE_SCALE * (before @ self.before) + self.bias
            units += BOTH_SCALE * ((own * before) @ self.both) + RUNS_SCALE * runs
            page.known.update(zip(((self.digest, i) for i in new.tolist()), np.maximum(units, 0.0), strict=True))
        return np.stack([page.known[self.digest, i] for i in windows.tolist()]).astype(np.float32)

    def log_odds(self, meaning: str, page: Page, windows: NDArray[np.intp], encoder: Encoder) -> NDArray[np.float64]:
        """Return the log-odds that each window says `meaning`; zeros for one that it has not learnt."""
        if meaning not in self.meanings or not len(windows):
            return np.zeros(len(windows))
        head = self.meanings.index(meaning)
        units = self.hidden(page, windows, encoder)
        return np.asarray(units @ self.heads[:, head] + self.head_bias[head], np.float64)

    def every_log_odds(self, page: Page, encoder: Encoder) -> Floats:
        """Return the log-odds that each window of a page says each meaning, shape (windows, len(meanings))."""
        return self.hidden(page, np.arange(len(page.spans)), encoder) @ self.heads + self.head_bias

    def save(self, folder: Path) -> None:
        """Write `shared/network.npz` of a folder of meanings: the buckets in bytes with a scale each, the rest in halves."""
        path = folder / FILE
        path.parent.mkdir(exist_ok=True)
        scale = np.maximum(np.abs(self.runs).max(1), 1e-6) / 127.0
        about = {"format": FORMAT, "meanings": self.meanings, "digest": self.digest}
        stored = {name: getattr(self, name).astype(np.float16) for name in PARTS}
        stored["scale"] = scale.astype(np.float16)
        stored["runs"] = np.clip(np.rint(self.runs / stored["scale"].astype(np.float32)[:, None]), -127, 127).astype(
            np.int8
        )
        with path.open("wb") as out:
            np.savez_compressed(out, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **stored)


def broken(path: Path, error: Exception) -> ModelError:
    """What is said of a file of readers that cannot be read."""
    return ModelError(
        "reader-file",
        f"{path} 不是可用的读者文件：{error}",
        "请恢复这个文件（git checkout 或备份）；自己训练的，请运行 python -m analyzer readers 重新训练",
    )


def network_of(folder: Path) -> Network | None:
    """Return the network of a folder of meanings as its file stands now, None where there is none. Raises ModelError."""
    path = folder / FILE
    return _kept(path, path.stat().st_mtime_ns) if path.is_file() else None


@functools.lru_cache(maxsize=4)
def _kept(path: Path, _changed_ns: int) -> Network:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            about = json.loads(stored["about"].tobytes())
            parts = {name: stored[name].astype(np.float32) for name in PARTS}
            runs = stored["runs"].astype(np.float32) * stored["scale"].astype(np.float32)[:, None]
        units, heads = len(parts["bias"]), len(about["meanings"])
        shapes = [parts[name].shape for name in ("own", "before", "both", "heads", "head_bias")]
        wanted = [(DIMENSIONS, units)] * 3 + [(units, heads), (heads,)]
        if about["format"] != FORMAT or shapes != wanted or runs.shape != (SIZE, units):
            raise ValueError(f"format {about['format']}")
    except BROKEN as error:
        raise broken(path, error) from error
    return Network(tuple(about["meanings"]), runs=runs, digest=about["digest"], **parts)
