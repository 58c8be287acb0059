"""Markdown: tables and figures with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.kit.measures import Tally, wilson

NOTHING = "–"  # nothing to count


@dataclass(frozen=True, slots=True)
class Target:
    """One line: what is to be reached, what was measured. `met` is None where nothing could be measured."""

    what: str
    reach: str
    measured: str
    met: bool | None

    @property
    def verdict(self) -> str:
        return "not measured" if self.met is None else "met" if self.met else "**not met**"


def target_table(targets: Iterable[Target], measured: str = "measured") -> list[str]:
    return table(["what", "reach", measured, ""], [[t.what, t.reach, t.measured, t.verdict] for t in targets])


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, left: int = 1) -> list[str]:
    """A Markdown table; the first `left` columns are set left, the others right."""
    ruler = [":--" if n < left else "--:" for n in range(len(head))]
    return [_row(head), _row(ruler), *(_row([cell(value) for value in row]) for row in rows), ""]


def cell(value: object) -> str:
    """What stands in a table cell: bars escaped, one line."""
    return NOTHING if value is None else " ".join(str(value).split()).replace("|", "\\|")


def share(hits: int, n: int) -> str:
    """The rate with `hits/n`; a dash where nothing was counted."""
    return f"{hits / n:.3f} ({hits}/{n})" if n else NOTHING


def interval(hits: int, n: int) -> str:
    """The rate with `hits/n` and its 95 % Wilson interval."""
    if not n:
        return NOTHING
    low, high = wilson(hits, n)
    return f"{hits / n:.3f} ({hits}/{n}) [{low:.2f}–{high:.2f}]"


def number(value: float | None, digits: int = 3) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}"


def precision(tally: Tally) -> str:
    return interval(tally.true_positive, tally.true_positive + tally.false_positive)


def recall(tally: Tally) -> str:
    return interval(tally.true_positive, tally.true_positive + tally.false_negative)


def confusion(tally: Tally, names: Sequence[str]) -> list[str]:
    """The confusion of verdicts: expected down, given across; columns that nobody used are left out."""
    used = [name for name in names if any(name in pair for pair in tally.confusion)]
    rows = [[expected, *(tally.confusion[expected, actual] or "·" for actual in used)] for expected in used]
    return table(["expected \\ given", *used], rows)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(c) for c in cells) + " |"
