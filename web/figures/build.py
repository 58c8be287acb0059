"""From recordings and verdicts to the summaries that pages read; the worker stores what comes out.

Rows without technician or standard belong to nobody's scorecard and are left out (the tables' keys have no place for
them). Sums are plain, so that the sum over days is the sum over any period, and two periods add up to the whole.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from web.figures.frames import (
    DAY_KEYS,
    DAY_SUMS,
    DAYS,
    ITEM_COUNTS,
    ITEM_KEYS,
    ITEMS,
    empty,
)
from web.kit.calendar import Grain, period_name


def score_days(recordings: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of score_days (columns `frames.DAYS`, `day` as date), ordered by their key.

    An unscored recording (`score` None: nothing could be judged) counts in `recordings`, not in `scored`.
    """
    known = recordings.dropna(subset=["technician_id", "standard_id"])
    if known.empty:
        return empty(DAYS)
    score = pd.to_numeric(known["score"]).astype("float64")
    work = known[DAY_KEYS].assign(
        day=_dates(known["day"]),
        technician_id=known["technician_id"].astype("int64"),
        reviewed=known["reviewed"].astype(bool),
        recordings=1,
        scored=score.notna().astype("int64"),
        score_sum=score.fillna(0.0),
        score_squares=(score * score).fillna(0.0),
        **{c: known[c].astype("int64") for c in ("forbidden", "suspicions", "judged_items", "unjudged_items")},
    )
    # One order of the summands, whatever order the rows came in: the same recordings give the same digits.
    work = work.sort_values([*DAY_KEYS, "score_sum"])
    return work.groupby(DAY_KEYS, as_index=False, sort=True)[DAY_SUMS].sum()[DAYS]


def item_periods(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of item_periods (columns `frames.ITEMS`), each verdict in its month and in its ISO week."""
    known = verdicts.dropna(subset=["technician_id", "standard_id"])
    if known.empty:
        return empty(ITEMS)
    day = _dates(known["day"])
    final = known["final"].fillna("unanswered")
    strange = set(final.unique()) - set(ITEM_COUNTS)
    if strange:
        raise ValueError(f"unknown verdicts {sorted(strange)}; known are {ITEM_COUNTS}")
    # Credit counts where it enters the score: on met and missed items.
    credit = pd.to_numeric(known["final_credit"]).astype("float64").fillna(0.0)
    base = pd.DataFrame(
        {
            "day": day,
            "technician_id": known["technician_id"].astype("int64"),
            "standard_id": known["standard_id"].astype("category"),
            "item_id": known["item_id"].astype("category"),
            "job_kind": known["job_kind"].astype("category"),
            "reviewed": known["reviewed"].astype(bool),
            **{name: (final == name).astype("int64") for name in ITEM_COUNTS},
            "credit_sum": credit.where(final.isin(["met", "missed"]), 0.0),
        }
    )
    sums = [*ITEM_COUNTS, "credit_sum"]
    keys = ["day", *ITEM_KEYS[1:]]
    # Credits are multiples of 0.01 at finest: rounding the sums keeps them free of the order of adding.
    daily = base.groupby(keys, as_index=False, observed=True)[sums].sum()
    parts = []
    for grain in Grain:
        names = {one: period_name(one, grain) for one in daily["day"].unique()}
        named = daily.assign(period=daily["day"].map(names))
        parts.append(named.groupby(ITEM_KEYS, as_index=False, observed=True)[sums].sum())
    table = pd.concat(parts, ignore_index=True)
    for name in ("standard_id", "item_id", "job_kind"):
        table[name] = table[name].astype("str")
    table["credit_sum"] = table["credit_sum"].round(9)
    return table.sort_values(ITEM_KEYS, ignore_index=True)[ITEMS]


def _dates(day: pd.Series) -> pd.Series:
    """Return the column as dates, whatever of date, datetime64 or YYYY-MM-DD it holds."""
    distinct = pd.unique(day)
    known: dict[object, dt.date] = {one: pd.Timestamp(one).date() for one in distinct}
    return day.map(known).astype(object)
