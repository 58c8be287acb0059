"""What many recordings of a run say together: counts and sums that add up, slice by slice. Pure.

Only recordings that a publication would move are in the figures; signed ones and those of published months are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from web.dryrun.difference import Change

BIN = 10  # points; the last bin holds 100 too
BINS = 10
SIGNED, FROZEN = "signed", "frozen"


@dataclass(frozen=True, slots=True)
class Judged:
    """One recording under both standards. `kept`: "" | signed | frozen. `drift`: only the program reads it otherwise."""

    recording_id: int
    technician_id: int | None
    standard_id: str
    before: float | None
    after: float | None
    changes: tuple[Change, ...]
    kept: str = ""
    drift: bool = False
    agreed: tuple[int, int, int] = (0, 0, 0)  # clauses that people judged: how many, so before, so after

    @property
    def moved(self) -> tuple[Change, ...]:
        """The changes that nobody's own verdict overrules."""
        return tuple(change for change in self.changes if not change.decided)

    @property
    def differs(self) -> bool:
        return bool(self.moved) or self.before != self.after


def tally(judged: Iterable[Judged]) -> dict[str, Any]:
    """The sums of some recordings, as JSON values."""
    total = empty()
    for one in judged:
        total = added(total, _of(one))
    return total


def empty() -> dict[str, Any]:
    return {
        "recordings": 0,
        "differing": 0,
        "verdicts": 0,  # recordings of which a verdict differs, not the points alone
        "drift": 0,
        "before": _points(None),
        "after": _points(None),
        "agreed": [
            0,
            0,
            0,
        ],  # of all, signed ones too: clauses that people judged, of these as before, of these as after
        "kept": {},  # signed | frozen: [recordings, of these differing]
        "items": {},  # standard/item: {way: recordings}
        "technicians": {},  # id, "0" for none: [recordings, differing, scored in both, points before, after]
    }


def added(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The sum of two tallies; neither changes."""
    result: dict[str, Any] = dict(one)
    for name, value in other.items():
        result[name] = _plus(result.get(name), value)
    return result


def _plus(one: Any, other: Any) -> Any:
    if one is None:
        return other
    if isinstance(other, dict):
        return added(one, other)
    if isinstance(other, list):
        return [a + b for a, b in zip(one, other, strict=True)]
    return one + other


def _of(one: Judged) -> dict[str, Any]:
    made = empty()
    made["agreed"] = list(one.agreed)
    if one.kept:
        made["kept"] = {one.kept: [1, int(one.differs)]}
        return made
    scored = one.before is not None and one.after is not None
    made.update(
        recordings=1,
        differing=int(one.differs),
        verdicts=int(bool(one.moved)),
        drift=int(one.drift),
        before=_points(one.before),
        after=_points(one.after),
        items={f"{one.standard_id}/{c.item_id}": {c.way.value: 1} for c in one.moved},
        technicians={
            str(one.technician_id or 0): [
                1,
                int(one.differs),
                int(scored),
                round(one.before, 1) if scored and one.before is not None else 0.0,
                round(one.after, 1) if scored and one.after is not None else 0.0,
            ]
        },
    )
    return made


def _points(value: float | None) -> dict[str, Any]:
    bins = [0] * BINS
    if value is None:
        return {"scored": 0, "sum": 0.0, "bins": bins}
    bins[min(BINS - 1, int(value // BIN))] = 1
    return {"scored": 1, "sum": value, "bins": bins}
