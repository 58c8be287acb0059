"""Distributions of how people talk (talk share, rate, interruptions, silence), with a technician's place in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from web.figures.frames import MINIMUM

PEOPLE = 3  # with fewer, a place would name a colleague


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over all recordings. Bin i counts edges[i] <= value < edges[i+1]; the last bin holds its upper edge.

    `place`: the technician's percentile (0..100) among people's medians, ties counted half; a place, not a judgement.
    """

    figure: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    quartiles: tuple[float, float, float] | None
    n: int  # recordings with the figure
    people: int  # technicians with at least the minimum of recordings
    own_median: float | None
    own_n: int
    place: float | None


def spread(
    figures: pd.DataFrame,
    figure: str,
    technician_id: int | None = None,
    minimum: int = MINIMUM,
    bins: int = 12,
    *,
    whole: bool = False,
) -> Spread:
    """Return the distribution of column `figure` of a frame with technician_id and one row a recording.

    Missing values leave the count. `whole`: the figure is a count, and each of its values has a bin of its own where
    there are no more than `bins` of them. No place below `minimum` own recordings or with fewer than three people placed.
    """
    known = figures[["technician_id", figure]].dropna()
    value = known[figure].astype("float64")
    if known.empty:
        return Spread(figure, (), (), None, 0, 0, None, 0, None)
    low, high = float(value.min()), float(value.max())
    if low == high:  # one bin around the only value
        counts, edges = np.array([len(value)]), np.array([low, low + 1.0])
    elif whole and high - low < bins:
        counts, edges = np.histogram(value.to_numpy(), bins=np.arange(low, high + 2.0))
    else:
        counts, edges = np.histogram(value.to_numpy(), bins=bins)
    people = value.groupby(known["technician_id"]).agg(["median", "size"])
    placed = people.loc[people["size"] >= max(1, minimum), "median"]
    own = people.loc[technician_id] if technician_id in people.index else None
    place = None
    if technician_id in placed.index and len(placed) >= PEOPLE:
        mine = placed.loc[technician_id]
        place = float(100.0 * ((placed < mine).sum() + 0.5 * (placed == mine).sum()) / len(placed))
    quartiles = value.quantile([0.25, 0.5, 0.75])
    return Spread(
        figure,
        tuple(float(e) for e in edges),
        tuple(int(c) for c in counts),
        (float(quartiles.iloc[0]), float(quartiles.iloc[1]), float(quartiles.iloc[2])),
        len(value),
        len(placed),
        None if own is None else float(own["median"]),
        0 if own is None else int(own["size"]),
        place,
    )
