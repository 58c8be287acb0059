"""Customers' words, rising and falling.

Method: log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn, "Fightin' Words", Political
Analysis 16 (2008) 372). The prior is the words of both periods together, shrunk to `PRIOR_WORDS`. The variance keeps the
terms of all other words, which the paper drops for large vocabularies: else a frequent word would seem surer than it is.

Decision: a word counts once a recording, however often it was said there: the formula takes counts as independent, and
a customer who says 漏水 thirty times is one customer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy.special import ndtri

from web.figures.frames import MINIMUM
from web.figures.intervals import stricter

PRIOR_WORDS = 500.0


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word in both periods. `z` > 0 rises; `beyond_chance` at the level made stricter for all words compared."""

    word: str
    recordings: int
    recordings_before: int
    said: int  # times, all recordings of the period together
    said_before: int
    log_odds: float
    z: float
    beyond_chance: bool


def changed_words(now: pd.DataFrame, before: pd.DataFrame, minimum: int = MINIMUM) -> tuple[WordRow, ...]:
    """Return words heard in at least `minimum` recordings of either period, fastest rising first, falling last.

    Frames: recording_id, word, count. Empty when either period has no words: then nothing rises or falls.
    """
    if now.empty or before.empty:
        return ()
    return changed_counts(_counted(now), _counted(before), minimum)


def changed_counts(now: pd.DataFrame, before: pd.DataFrame, minimum: int = MINIMUM) -> tuple[WordRow, ...]:
    """Return the same from what is counted already: frames by word with `recordings` and `said`."""
    if now.empty or before.empty:
        return ()
    table = now.join(before, how="outer", suffixes=("_now", "_before")).fillna(0)
    n, m = float(table["recordings_now"].sum()), float(table["recordings_before"].sum())
    rows = []
    compared = table[(table["recordings_now"] >= minimum) | (table["recordings_before"] >= minimum)]
    bound = float(ndtri(0.5 + stricter(len(compared)) / 2))
    for word, row in compared.to_dict("index").items():
        y, x = float(row["recordings_now"]), float(row["recordings_before"])
        a = PRIOR_WORDS * (y + x) / (n + m)
        odds, spread = _log_odds(y + a, n + PRIOR_WORDS)
        odds_before, spread_before = _log_odds(x + a, m + PRIOR_WORDS)
        change = odds - odds_before
        z = change / math.sqrt(spread + spread_before)
        rows.append(
            WordRow(str(word), int(y), int(x), int(row["said_now"]), int(row["said_before"]), change, z, abs(z) > bound)
        )
    return tuple(sorted(rows, key=lambda r: (-r.z, r.word)))


def _counted(words: pd.DataFrame) -> pd.DataFrame:
    return words.groupby("word").agg(recordings=("recording_id", "nunique"), said=("count", "sum"))


def _log_odds(count: float, whole: float) -> tuple[float, float]:
    rest = max(whole - count, 0.5)  # a period that knows one word only has no odds; the half keeps them finite
    return math.log(count / rest), 1.0 / count + 1.0 / rest
