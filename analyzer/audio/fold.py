"""Three or four planes become one or two: silent ones and copies go, what is left is kept apart or added up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.channels import BACKGROUND_SHARE, MIN_DYNAMIC_DB, ONE_SIDED_DB, SILENT_DB, SPEECH_SHARE
from analyzer.audio.measure import frame_levels
from analyzer.audio.planes import packed, read_planes

SAME_CURVE = 0.95  # correlation of the loudness curves of copies; of two microphones in a room it is lower
SPREAD_DB = 3.0  # standard deviation of the level difference of copies

Levels = NDArray[np.float32]


def fold(planes: list[Path], folder: Path) -> tuple[list[Path], bool]:
    """The one or two planes to go on with, and whether they had to be mixed into one. Up to two are returned as they are."""
    if len(planes) <= 2:
        return planes, False
    levels = np.concatenate([frame_levels(block)[1] for block in read_planes(planes)], axis=1)
    speech = np.quantile(levels, SPEECH_SHARE, axis=1)
    background = np.quantile(levels, BACKGROUND_SHARE, axis=1)
    noise = (speech - background < MIN_DYNAMIC_DB) & (speech < speech.max() - ONE_SIDED_DB)
    lively = [p for p in np.argsort(-speech, kind="stable").tolist() if speech[p] >= SILENT_DB and not noise[p]]
    kept: list[int] = []
    for plane in lively:  # the loudest of copies first
        if not any(_copies(levels[plane], levels[other], float(speech[plane])) for other in kept):
            kept.append(plane)
    if not kept:
        return planes[:1], False
    if len(kept) <= 2:
        return [planes[p] for p in sorted(kept)], False
    return [_mixed([planes[p] for p in sorted(kept)], folder / "mixed")], True


def _copies(one: Levels, other: Levels, speech_db: float) -> bool:
    """Whether two planes have the same sound, whatever its level or phase."""
    active = one > speech_db - 30.0
    if int(active.sum()) < 10:
        return False
    difference = one[active] - other[active]
    spread = float(np.std(difference))
    return spread < SPREAD_DB and float(np.corrcoef(one, other)[0, 1]) > SAME_CURVE


def _mixed(planes: list[Path], target: Path) -> Path:
    with target.open("wb") as out:
        for block in read_planes(planes):
            out.write(packed(block.mean(axis=0).astype(np.float32)))
    return target
