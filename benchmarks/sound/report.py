"""benchmarks/results/sound.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Protocol

from analyzer.domain import Check, Outcome
from analyzer.hearing.rescoring import FUZZY_NATS, NEAR_BANNED_NATS, NEAR_NATS, NEAR_SAID_NATS, SAID_NATS
from benchmarks.kit.report import share, table
from benchmarks.sound.dialogues import CONDITIONS

EDGES = (-inf, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0, inf)
BUDGET = 0.08  # of a recording's processor time


class Scored(Protocol):
    @property
    def condition(self) -> str: ...
    @property
    def near(self) -> bool: ...
    @property
    def check(self) -> Check: ...
    @property
    def said(self) -> bool | None: ...


class Cost(Protocol):
    @property
    def sample(self) -> str: ...
    @property
    def duration_s(self) -> float: ...
    @property
    def first_s(self) -> float: ...
    @property
    def second_s(self) -> float: ...
    @property
    def checks(self) -> int: ...


def write(path: Path, head: Sequence[str], scored: Sequence[Scored], costs: Sequence[Cost]) -> None:
    told = [one for one in scored if one.said is not None]
    lines = [
        "# The second hearing",
        "",
        *head,
        "",
        "How much more probable the words as heard are than the words with the phrase in their place, in nats, for phrases that",
        "were said and for others. *Near*: the words would not count without the sound. *Counting*: they do, though written otherwise.",
        f"{len(scored) - len(told)} checks of {len(scored)} are left out: the script is as near to the words as heard as to the phrase.",
        "",
        *_nats(told),
        "Thresholds (analyzer/hearing/rescoring.py): "
        f"near said up to {NEAR_SAID_NATS:g} nats ({NEAR_BANNED_NATS:g} where it would accuse), in doubt up to {NEAR_NATS:g},",
        f"else rejected; counting said up to {SAID_NATS:g}, rejected over {FUZZY_NATS:g}.",
        "",
        *_outcomes(told),
    ]
    if costs:
        lines += _costs(costs)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _nats(told: Sequence[Scored]) -> list[str]:
    head = ["nats", "near, said", "near, not said", "counting, said", "counting, not said"]
    rows = []
    for low, high in pairwise(EDGES):
        some = [one for one in told if low < one.check.nats <= high]
        cells = [
            sum(one.near is near and one.said is said for one in some)
            for near in (True, False)
            for said in (True, False)
        ]
        rows.append([_edge(low, high), *cells])
    return table(head, rows)


def _edge(low: float, high: float) -> str:
    if low == -inf:
        return f"up to {high:g}"
    return f"over {low:g}" if high == inf else f"{low:g} – {high:g}"


def _outcomes(told: Sequence[Scored]) -> list[str]:
    """Of each condition, how often the outcome is right."""
    rows = []
    for name in (*CONDITIONS, "all"):
        some = [one for one in told if name in (one.condition, "all")]
        said = _of(some, lambda o: o is Outcome.SAID)
        doubt = _of(some, lambda o: o is Outcome.SUSPICION)
        rejected = _of(some, lambda o: o is Outcome.REJECTED)
        true, near = [one for one in some if one.said], [one for one in some if one.near]
        rows.append(
            [
                name,
                share(sum(bool(o.said) for o in said), len(said)),
                share(sum(o.check.outcome is Outcome.SAID for o in true if o.near), sum(o.near for o in true)),
                share(sum(bool(o.said) for o in doubt), len(doubt)),
                share(sum(not o.said for o in rejected), len(rejected)),
                share(sum(not o.said for o in near), len(near)),
            ]
        )
    head = [
        "",
        "`said`: was said",
        "near and said: found",
        "`suspicion`: was said",
        "`rejected`: was not said",
        "near: not said",
    ]
    return table(head, rows)


def _of(some: Sequence[Scored], wanted: Callable[[Outcome], bool]) -> list[Scored]:
    return [one for one in some if wanted(one.check.outcome)]


def _costs(costs: Sequence[Cost]) -> list[str]:
    first, second = sum(c.first_s for c in costs), sum(c.second_s for c in costs)
    rows = [
        [
            c.sample,
            f"{c.duration_s:.0f}",
            f"{c.first_s:.2f}",
            f"{c.second_s:.2f}",
            c.checks,
            f"{c.second_s / c.first_s:.1%}",
        ]
        for c in costs
    ]
    total = [sum(c.duration_s for c in costs), first, second, sum(c.checks for c in costs)]
    rows.append(["**all**", f"{total[0]:.0f}", f"{first:.2f}", f"{second:.2f}", total[3], f"{second / first:.1%}"])
    verdict = "met" if second <= BUDGET * first else "**not met**"
    return [
        "## What it costs",
        "",
        f"Processor time on the samples: hearing without, and what the second hearing adds. Budget {BUDGET:.0%}: {verdict}.",
        "",
        *table(["sample", "s", "hearing, s", "second hearing, s", "checks", "share"], rows),
    ]
