"""The frames that come in, and how rows are chosen from them.

days:         the columns of table score_days; `day` as date, datetime64 or YYYY-MM-DD
items:        the columns of table item_periods, months and weeks together
technicians:  id, staff_no, name, team_id, team, active
recordings:   recording_id, day, technician_id, standard_id, job_kind, reviewed, score (None: not scored), forbidden,
              suspicions, judged_items, unjudged_items
verdicts:     recording_id, technician_id, day, standard_id, item_id, kind, how, final (None: nobody answered),
              final_credit, job_kind, reviewed, weight
An empty frame is allowed everywhere; make one with `empty(DAYS)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from web.kit.calendar import Period

DAY_KEYS = ["day", "technician_id", "standard_id", "job_kind", "reviewed"]
DAY_SUMS = [
    "recordings",
    "scored",
    "score_sum",
    "score_squares",
    "forbidden",
    "suspicions",
    "judged_items",
    "unjudged_items",
]
DAYS = [*DAY_KEYS, *DAY_SUMS]
ITEM_KEYS = ["period", "technician_id", "standard_id", "item_id", "job_kind", "reviewed"]
ITEM_COUNTS = ["met", "missed", "not_applicable", "cannot_judge", "unanswered", "not_seen"]
ITEMS = [*ITEM_KEYS, *ITEM_COUNTS, "credit_sum"]
TECHNICIANS = ["id", "staff_no", "name", "team_id", "team", "active"]
MINIMUM = 5  # recordings (or judged verdicts) below which no one is ranked, compared or coloured


class Reviewed(StrEnum):
    """Which recordings count: those a person signed, or all, the machine's word for those nobody signed."""

    SIGNED = "signed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters of a page; None: no filter. `reviewed` has no default: the page must say which it shows."""

    reviewed: Reviewed
    standard_id: str | None = None
    job_kind: str | None = None
    technician_ids: frozenset[int] | None = None


def empty(columns: Sequence[str]) -> pd.DataFrame:
    """Return a frame of these columns without rows."""
    return pd.DataFrame({name: [] for name in columns})


def choose(frame: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Return the rows of `days` or `items` that the selection lets through."""
    keep = pd.Series(True, index=frame.index)
    if selection.reviewed is Reviewed.SIGNED:
        keep &= frame["reviewed"].astype(bool)
    if selection.standard_id is not None:
        keep &= frame["standard_id"] == selection.standard_id
    if selection.job_kind is not None:
        keep &= frame["job_kind"] == selection.job_kind
    if selection.technician_ids is not None:
        keep &= frame["technician_id"].isin(selection.technician_ids)
    return frame[keep]


def within(days: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return the rows whose day lies in the period."""
    day = pd.to_datetime(days["day"])
    return days[(day >= pd.Timestamp(period.first)) & (day <= pd.Timestamp(period.last))]


def in_periods(items: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return the rows of `items` of these months or weeks. Months and weeks together would count a verdict twice."""
    wanted = set(names)
    if len({"W" in name for name in wanted}) > 1:
        raise ValueError(f"months and weeks must not be added up: {sorted(wanted)}")
    return items[items["period"].isin(wanted)]
