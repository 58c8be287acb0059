"""When a delivery is tried again. Pure.

10 s, 30 s, 90 s, … three times as long each, 12 hours at most, each a fifth more or less so that what failed together
does not come back together; after three days it is given up.
"""

from __future__ import annotations

import datetime as dt

FIRST_S, FACTOR, LONGEST_S = 10.0, 3.0, 12 * 3600.0
JITTER = 0.2
GIVEN_UP = dt.timedelta(days=3)  # from when it was to be sent
PAUSED = dt.timedelta(days=5)  # a receiver that took nothing for so long is sent nothing more


def wait(tries: int, chance: float) -> dt.timedelta:
    """How long after the failed try of this number (from 1); `chance` from [0, 1) spreads."""
    if tries < 1 or not 0 <= chance < 1:
        raise ValueError(f"try {tries}, chance {chance}")
    plain_s = min(FIRST_S * FACTOR ** min(tries - 1, 20), LONGEST_S)
    return dt.timedelta(seconds=plain_s * (1 - JITTER + 2 * JITTER * chance))


def next_at(begun_at: dt.datetime, tries: int, moment: dt.datetime, chance: float) -> dt.datetime | None:
    """When to try again after a failure at `moment`; None: it is given up."""
    again = moment + wait(tries, chance)
    return again if again <= begun_at + GIVEN_UP else None
