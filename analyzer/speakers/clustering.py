"""How many voices there are and which piece is whose, from voiceprints alone. Pure and deterministic.

Average-linkage clustering proposes; we judge. Measured with CAM++ on pieces of 0.3-1.6 s (`benchmarks speakers`):
clusters of one and the same voice have centroids alike to 0.82 or more once they hold six seconds, less when they hold only a
few (noise, laughter, a cough); two voices stay under 0.79, two copies of one voice at 12 % other speed under 0.84.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MOST_ANCHORS = 1500  # bounds memory (9 MB of distances) and time for three hours of talk
ANCHOR_S = 0.5  # shorter pieces are too noisy to found a voice on
DEEPEST_CUT = 24
RAW_SIMILARITY = 0.5  # where the plain clustering would stop: what the model says before we judge


@dataclass(frozen=True, slots=True)
class Limits:
    """What a voice must show to count. `most` voices are kept at most; seconds and shares are of speech."""

    most: int
    least_s: float = 2.0
    least_share: float = 0.015
    further_s: float = 4.0  # a third voice must say more than the second
    further_share: float = 0.03
    # Centroids more alike than this are one voice: where the smaller holds few seconds, or many.
    alike_few: float = 0.62
    alike_many: float = 0.85
    few_s: float = 3.5
    many_s: float = 11.0
    alike_further: float = 0.76  # from the third voice on
    usual_s: float = 60.0  # speech in the recordings these were measured on; with less, voices need less


VISIT = Limits(most=4)
CALL = Limits(most=3, further_s=8.0, further_share=0.08, alike_further=0.66)


@dataclass(frozen=True, slots=True)
class Voices:
    """Centroids of unit length, shape (k, 192), and the number of clusters before merging."""

    centroids: Floats
    clusters: int


def find_voices(prints: Floats, seconds: Floats, limits: Limits) -> Voices:
    """The voices in `prints` (n, 192; unit length) that lasted `seconds` (n,). No piece at all gives no voice."""
    if len(prints) == 0:
        return Voices(np.zeros((0, prints.shape[1] if prints.ndim == 2 else 0)), 0)
    anchors = _anchors(seconds)
    points, weights = prints[anchors].astype(np.float64), seconds[anchors].astype(np.float64)
    if len(points) < 2:
        return Voices(_centroids(points, np.zeros(len(points), np.int64), weights), 1)
    from scipy.cluster.hierarchy import fcluster, linkage  # here: judging again needs none of it

    tree = linkage(points, "average", metric="cosine")
    clusters = len(np.unique(fcluster(tree, 1.0 - RAW_SIMILARITY, "distance")))
    best = _centroids(points, np.zeros(len(points), np.int64), weights)
    best_fit = -np.inf
    for cut in range(2, min(DEEPEST_CUT, len(points)) + 1):
        labels = fcluster(tree, cut, "maxclust").astype(np.int64) - 1
        centroids = _judged(points, weights, labels, limits)
        fit = float(np.sum(weights * (points @ centroids.T).max(axis=1)))
        if (len(centroids), fit) > (len(best), best_fit + 1e-9):
            best, best_fit = centroids, fit
    return Voices(best, clusters)


def _anchors(seconds: Floats) -> NDArray[np.intp]:
    """Indices of the pieces to cluster: long enough, and spread evenly over the recording when there are too many."""
    long_enough = np.flatnonzero(seconds >= ANCHOR_S)
    chosen = long_enough if len(long_enough) else np.arange(len(seconds))
    if len(chosen) > MOST_ANCHORS:
        chosen = chosen[np.linspace(0, len(chosen) - 1, MOST_ANCHORS).astype(np.intp)]
    return chosen


def _centroids(points: Floats, labels: Labels, weights: Floats) -> Floats:
    sums = np.array([(points[labels == k] * weights[labels == k, None]).sum(axis=0) for k in np.unique(labels)])
    unit: Floats = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return unit


def _judged(points: Floats, weights: Floats, labels: Labels, limits: Limits) -> Floats:
    """Centroids that are left when small clusters are given up and like ones are merged."""
    total = float(weights.sum())
    needed_s = max(limits.least_s, limits.least_share * total)
    shares = np.bincount(labels, weights)
    kept = [k for k in range(len(shares)) if shares[k] >= needed_s] or [int(np.argmax(shares))]
    inside = np.isin(labels, kept)
    centroids = _centroids(points[inside], labels[inside], weights[inside])
    while True:
        for _ in range(4):  # k-means steps on the sphere, so that given-up pieces find their voice
            labels = np.argmax(points @ centroids.T, axis=1).astype(np.int64)
            centroids = _centroids(points, labels, weights)
        if len(centroids) == 1:
            return centroids
        labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
        shares = np.bincount(labels, weights)
        pair = _weakest(centroids, shares, total, limits)
        if pair is None:
            return centroids
        labels[labels == pair[1]] = pair[0]
        centroids = _centroids(points, labels, weights)


def _weakest(centroids: Floats, shares: NDArray[Any], total: float, limits: Limits) -> tuple[int, int] | None:
    """The pair of clusters that most needs merging, or None if all stand by themselves."""
    alike = centroids @ centroids.T
    np.fill_diagonal(alike, -1.0)
    count = len(centroids)
    further = count > 2
    worst: tuple[float, int, int] | None = None
    for k in range(count):
        other = int(np.argmax(alike[k]))
        smaller = min(float(shares[k]), float(shares[other]))
        scale = float(np.clip(total / limits.usual_s, 0.4, 1.0))
        ease = np.clip((smaller / scale - limits.few_s) / (limits.many_s - limits.few_s), 0.0, 1.0)
        limit = limits.alike_few + float(ease) * (limits.alike_many - limits.alike_few)
        needed_s = max(limits.least_s, limits.least_share * total)
        if further:
            limit = min(limit, limits.alike_further)
            if k == int(np.argmin(shares)):
                needed_s = max(limits.further_s, limits.further_share * total)
        excess = float(alike[k, other]) - limit
        if shares[k] < needed_s or count > limits.most:
            excess = max(excess, 0.0) + 1.0 - float(shares[k]) / total
        if excess > 0 and (worst is None or excess > worst[0]):
            worst = (excess, other, k)
    return None if worst is None else (worst[1], worst[2])


CERTAINTY = 40.0  # log-odds per unit of cosine, as a logistic fit on pieces of 0.4-0.6 s gives it (37)
SHORT_S, FULL_S = 0.5, 1.0  # a piece counts by its seconds between these: half of that slope was seen under 0.4 s
CHANGE_RUNNING_ON = 3.0  # cost of a change of speaker inside running speech
CHANGE_AFTER_PAUSE = 0.3  # more, and an answer of half a second goes to whoever talks around it


def assign(prints: Floats, seconds: Floats, gaps_s: Floats, centroids: Floats) -> Labels:
    """Which voice says each piece: the cheapest path through time (Viterbi), shape (n,).

    A change of speaker costs much where speech runs on without a pause and little after one; short pieces weigh less.
    """
    count = len(centroids)
    if len(prints) == 0 or count <= 1:
        return np.zeros(len(prints), np.int64)
    evidence = CERTAINTY * (prints @ centroids.T) * np.clip(seconds, SHORT_S, FULL_S)[:, None]
    stay = np.eye(count, dtype=bool)
    total = evidence[0].astype(np.float64)
    back = np.zeros((len(prints), count), np.int64)
    for i in range(1, len(prints)):
        cost = CHANGE_AFTER_PAUSE if gaps_s[i] > 0 else CHANGE_RUNNING_ON
        paths = total[:, None] - np.where(stay, 0.0, cost)
        back[i] = np.argmax(paths, axis=0)
        total = paths[back[i], np.arange(count)] + evidence[i]
    labels = np.zeros(len(prints), np.int64)
    labels[-1] = int(np.argmax(total))
    for i in range(len(prints) - 1, 0, -1):
        labels[i - 1] = back[i, labels[i]]
    return labels
