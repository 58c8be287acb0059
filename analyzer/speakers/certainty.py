"""How sure it is whose voice a piece is: a probability fitted on dialogues with known turns. Pure.

A logistic of three things. The margin: how much nearer the voiceprint is to its own voice than to the next best, as a share
of how far apart the two voices are, so that 0 is the middle between them and 1 one's own centre. And whether the
speaker is said to change at a side of the piece where speech runs on: there a piece may hold both. And whether it is a
scrap under 0.3 s, of which three in ten are wrong. Length beyond that adds nothing: short pieces have small margins.
The constants come from `python -m benchmarks certainty --fit --tts FOLDER`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BASE = 0.08  # log-odds in the middle between two voices
A_MARGIN = 7.86
RUNNING_ON = -3.68
A_SCRAP = -0.80
SCRAP_S = 0.3
LEAST_MARGIN, MOST_MARGIN = -0.2, 1.0
LEAST_APART = 0.05  # voices nearer than this would make any margin look large
SURE = 0.75  # what is less sure is kept a turn of its own, so that it makes nothing else doubtful


def features(prints: Floats, seconds: Floats, gaps_s: Floats, centroids: Floats, labels: NDArray[np.int64]) -> Floats:
    """Margin, change without pause and being a scrap, of each piece, shape (n, 3), for two voices or more.

    `prints` (n, 192) and `centroids` (k, 192) have unit length; `seconds` (n,) are the pieces', `gaps_s` (n,) the
    pauses before them.
    """
    pieces = np.arange(len(labels))
    alike = prints @ centroids.T
    own = alike[pieces, labels]
    alike[pieces, labels] = -np.inf
    other = np.argmax(alike, axis=1)
    apart = np.maximum(1.0 - np.sum(centroids[labels] * centroids[other], axis=1), LEAST_APART)
    margin = np.clip((own - alike[pieces, other]) / apart, LEAST_MARGIN, MOST_MARGIN)
    changes = np.concatenate([[False], (labels[1:] != labels[:-1]) & (gaps_s[1:] <= 0.0), [False]])
    runs_on = changes[:-1] | changes[1:]
    return np.stack([margin, runs_on.astype(np.float64), (seconds < SCRAP_S).astype(np.float64)], axis=1)


def certainties(
    prints: Floats, seconds: Floats, gaps_s: Floats, centroids: Floats, labels: NDArray[np.int64]
) -> Floats:
    """Probability that each piece is of the voice in `labels`, shape (n,); 1.0 where only one voice speaks."""
    if len(np.unique(labels)) < 2:
        return np.ones(len(labels))
    margin, runs_on, scrap = features(prints, seconds, gaps_s, centroids, labels).T
    # the logistic function; scipy's would cost every start of `score` half a second
    sure: Floats = 1.0 / (1.0 + np.exp(-(BASE + A_MARGIN * margin + RUNNING_ON * runs_on + A_SCRAP * scrap)))
    return sure
