"""The trend on the printed page, as geometry for SVG: no script is needed to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.figures.technician import TrendPoint

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 700.0, 140.0, 34.0, 14.0, 34.0  # in the drawing's own units


@dataclass(frozen=True, slots=True)
class WeekMark:
    """A week in the drawing: `y` of its mean (None: no recording), of its interval, of the team's median."""

    x: float
    label: str
    n: int
    value: float | None
    y: float | None
    low: float | None
    high: float | None
    team: float | None


@dataclass(frozen=True, slots=True)
class TrendDrawing:
    """Marks, the grid's lines (y, score), and the line as runs of points without a gap."""

    marks: tuple[WeekMark, ...]
    grid: tuple[tuple[float, int], ...]
    runs: tuple[str, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT


def drawing(points: Sequence[TrendPoint], *, team: bool) -> TrendDrawing | None:
    """The trend's geometry, None where no week has a score."""
    if not any(p.score.value is not None for p in points):
        return None
    values = [v for p in points for v in (p.score.value, p.score.low, p.score.high) if v is not None]
    values += [p.team_median for p in points if team and p.team_median is not None]
    least = max(0, int(min(values) // 10) * 10)
    step = 10 if least >= 60 else 20

    def y(value: float | None) -> float | None:
        if value is None:
            return None
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (100.0 - value) / max(1.0, 100.0 - least), 1)

    width = (WIDTH - LEFT) / len(points)
    marks = tuple(
        WeekMark(
            x=round(LEFT + width * (i + 0.5), 1),
            label=p.period[5:],
            n=p.score.n,
            value=p.score.value,
            y=y(p.score.value),
            low=y(p.score.low),
            high=y(p.score.high),
            team=y(p.team_median) if team else None,
        )
        for i, p in enumerate(points)
    )
    runs: list[list[str]] = [[]]
    for mark in marks:
        if mark.y is None:
            runs.append([])
        else:
            runs[-1].append(f"{mark.x},{mark.y}")
    grid = tuple((y(float(score)) or TOP, score) for score in range(least, 101, step))
    return TrendDrawing(marks, grid, tuple(" ".join(run) for run in runs if len(run) > 1))
