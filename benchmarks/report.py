"""Markdown: tables and figures with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.measures import Tally, wilson

NOTHING = "–"  # nothing to count


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, left: int = 1) -> list[str]:
    """Return a Markdown table; the first `left` columns are set left, the others right."""
    ruler = [":--" if n < left else "--:" for n in range(len(head))]
    return [_row(head), _row(ruler), *(_row([cell(value) for value in row]) for row in rows), ""]


def cell(value: object) -> str:
    """Return what stands in a table cell: bars escaped, one line."""
    return NOTHING if value is None else " ".join(str(value).split()).replace("|", "\\|")


def share(hits: int, n: int) -> str:
    """Return `hits/n` with the rate; a dash where nothing was counted."""
    return f"{hits / n:.3f} ({hits}/{n})" if n else NOTHING


def interval(hits: int, n: int) -> str:
    """Return `hits/n` with the rate and its 95 % Wilson interval."""
    if not n:
        return NOTHING
    low, high = wilson(hits, n)
    return f"{hits / n:.3f} ({hits}/{n}) [{low:.2f}–{high:.2f}]"


def number(value: float | None, digits: int = 3) -> str:
    """Return a figure or a dash."""
    return NOTHING if value is None else f"{value:.{digits}f}"


def precision(tally: Tally, *, bounds: bool = True) -> str:
    """Return precision with its counts."""
    return (interval if bounds else share)(tally.true_positive, tally.true_positive + tally.false_positive)


def recall(tally: Tally, *, bounds: bool = True) -> str:
    """Return recall with its counts."""
    return (interval if bounds else share)(tally.true_positive, tally.true_positive + tally.false_negative)


def confusion(tally: Tally, names: Sequence[str]) -> list[str]:
    """Return the confusion of verdicts: expected down, given across; columns that nobody used are left out."""
    used = [name for name in names if any(name in pair for pair in tally.confusion)]
    rows = [[expected, *(tally.confusion[expected, actual] or "·" for actual in used)] for expected in used]
    return table(["expected \\ given", *used], rows)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(c) for c in cells) + " |"
