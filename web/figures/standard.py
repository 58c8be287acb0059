"""The standard's page: which clauses fail, where and when, and how much of the standard was judged at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from web.figures.frames import ITEM_COUNTS, MINIMUM, Selection, choose, in_periods
from web.figures.intervals import Estimate, rate


@dataclass(frozen=True, slots=True)
class ClauseFailure:
    """How often a clause was missed of those judged; `group` is a team's name, a period, or "" for all."""

    standard_id: str
    item_id: str
    group: str
    failed: Estimate  # missed / (met + missed), 0..1, n = met + missed
    enough: bool  # n reaches the minimum; below it the page shows n only


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of all clauses of all recordings, in verdicts; the seven add up to `whole`.

    By rule, link, person: met or missed, by the way the standard names for the clause. `not_applicable`: its condition
    did not arise. `cannot_judge`: tried, not clear enough. `unanswered`: person or link clauses nobody filled in
    (person clauses that are optional count once somebody has). `not_seen`: person clauses of which nobody saw anything.
    """

    by_rule: int
    by_link: int
    by_person: int
    not_applicable: int
    cannot_judge: int
    unanswered: int
    not_seen: int

    @property
    def whole(self) -> int:
        return self.by_rule + self.by_link + self.by_person + self.not_judged

    @property
    def not_judged(self) -> int:
        """Verdicts that say nothing about the technician."""
        return self.not_applicable + self.cannot_judge + self.unanswered + self.not_seen

    def share(self, count: int) -> float | None:
        """Return count / whole, None without verdicts."""
        return count / self.whole if self.whole else None


def failures(
    items: pd.DataFrame, periods: Iterable[str], selection: Selection, minimum: int = MINIMUM
) -> tuple[ClauseFailure, ...]:
    """Return the clauses with any verdict, worst first: by the lower end of the interval, so that few verdicts do not lead."""
    chosen = in_periods(choose(items, selection), periods)
    rows = _failures(chosen.assign(group=""), minimum)
    return tuple(sorted(rows, key=lambda r: (-(r.failed.low or 0.0), -(r.failed.value or 0.0), r.item_id)))


def failures_by_team(
    items: pd.DataFrame,
    technicians: pd.DataFrame,
    periods: Iterable[str],
    selection: Selection,
    minimum: int = MINIMUM,
) -> tuple[ClauseFailure, ...]:
    """Return failures by clause and team name; technicians without team are the team ""."""
    teams = {int(i): "" if pd.isna(t) else str(t) for i, t in zip(technicians["id"], technicians["team"], strict=True)}
    chosen = in_periods(choose(items, selection), periods)
    return _failures(chosen.assign(group=chosen["technician_id"].map(teams).fillna("")), minimum)


def failures_over_time(
    items: pd.DataFrame, periods: Iterable[str], selection: Selection, minimum: int = MINIMUM
) -> tuple[ClauseFailure, ...]:
    """Return failures by clause and period (`group`); a period without verdicts has no row."""
    chosen = in_periods(choose(items, selection), periods)
    return _failures(chosen.assign(group=chosen["period"]), minimum)


def how_judged(
    items: pd.DataFrame, periods: Iterable[str], selection: Selection, how: Mapping[tuple[str, str], str]
) -> Judged:
    """Return how the standard was covered; `how` names rule, link or person for (standard id, item id)."""
    chosen = in_periods(choose(items, selection), periods)
    sums = chosen.groupby(["standard_id", "item_id"])[ITEM_COUNTS].sum()
    by = {"rule": 0, "link": 0, "person": 0}
    rest = {"not_applicable": 0, "cannot_judge": 0, "unanswered": 0, "not_seen": 0}
    for key, counts in sums.to_dict("index").items():
        # A clause that the standard no longer has was checked by some older version: by rule, unless told.
        by[how.get((str(key[0]), str(key[1])), "rule")] += int(counts["met"] + counts["missed"])
        for name in rest:
            rest[name] += int(counts[name])
    return Judged(by["rule"], by["link"], by["person"], **rest)


def _failures(chosen: pd.DataFrame, minimum: int) -> tuple[ClauseFailure, ...]:
    sums = chosen.groupby(["standard_id", "item_id", "group"])[["met", "missed"]].sum()
    rows = []
    for key, counts in sums.to_dict("index").items():
        missed, n = int(counts["missed"]), int(counts["met"] + counts["missed"])
        rows.append(ClauseFailure(str(key[0]), str(key[1]), str(key[2]), rate(missed, n), n >= max(1, minimum)))
    return tuple(rows)
