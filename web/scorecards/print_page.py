"""A technician's month on one A4 page: what was published, else what stands now; little enough that it always fits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from web.kit.site import Site
from web.kit.standards import ItemInfo, standards
from web.scorecards import frames
from web.scorecards.asked import Asked, Span, span_of
from web.scorecards.figures.frames import ITEM_COUNTS, ITEMS, Grain, Reviewed, Selection
from web.scorecards.figures.intervals import Estimate
from web.scorecards.figures.items import compare_items
from web.scorecards.figures.team import Totals
from web.scorecards.figures.technician import TrendPoint
from web.scorecards.month_document import Body
from web.scorecards.published import Edition, Figures, card, latest_body
from web.scorecards.technician_page import (
    FEW_COLLEAGUES,
    ClauseRow,
    Note,
    Person,
    Quote,
    technician_page,
    worst_first,
)

MOST_CLAUSES, MOST_QUOTES, MOST_NOTES = 11, 4, 2
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 700.0, 140.0, 34.0, 14.0, 34.0  # of the drawing, in its own units


@dataclass(frozen=True, slots=True)
class Mark:
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
class Trend:
    """The drawing: marks, the grid's lines (y, score), and the line as runs of points without a gap."""

    marks: tuple[Mark, ...]
    grid: tuple[tuple[float, int], ...]
    runs: tuple[str, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT


@dataclass(frozen=True, slots=True)
class MonthCard:
    """All that the page shows. `edition` None: not published, the figures may still change."""

    person: Person
    month: str
    span: Span
    edition: Edition | None
    reviewed: Reviewed
    totals: Totals
    score: Estimate
    forbidden: Estimate
    orders: int
    clauses: tuple[ClauseRow, ...]
    more_clauses: int
    quotes: tuple[Quote, ...]
    more_quotes: int
    notes: tuple[Note, ...]
    more_notes: int
    trend: Trend | None
    team_shown: bool


def month_of(asked: Asked, today: dt.date) -> str:
    """Return the month to print: the one asked for, else the last that is over if it lies in the period asked for."""
    span = asked.span
    if span.grain is Grain.MONTH and len(span.names) == 1:
        return span.names[0]
    over = today.replace(day=1) - dt.timedelta(days=1)
    return f"{min(over if span.period.first <= over else today, span.period.last):%Y-%m}"


def month_card(
    session: Session, here: Site, who: Person, asked: Asked, month: str, today: dt.date, *, own_view: bool
) -> MonthCard:
    """Return a technician's card; in his own view signed recordings only, and no figure that names a colleague."""
    known = standards(here.settings.lexicons)
    reviewed = Reviewed.SIGNED if own_view else asked.reviewed
    asked = replace(Asked(span_of(month, today)), reviewed=reviewed)
    minimum = here.web.min_recordings
    orders = frames.orders(session, asked.span.period, asked, here.zone)
    page = technician_page(session, who, asked, known, orders, minimum, own_view=own_view)
    team_shown = not own_view or max((p.team_people for p in page.points), default=0) > FEW_COLLEAGUES
    notes = tuple(n for n in page.notes if n.action and (n.done_at is None or f"{n.at:%Y-%m}" == month))
    made = MonthCard(
        who,
        month,
        asked.span,
        None,
        reviewed,
        page.totals,
        page.score,
        page.forbidden,
        page.orders,
        page.clauses,
        0,
        page.forbidden_quotes,
        0,
        notes,
        0,
        drawing(page.points, team=team_shown),
        team_shown,
    )
    found = latest_body(session, month)
    own = None if found is None else card(found[1], who.id, own_view=own_view)
    if found is not None and own is not None:
        figures = own.signed if reviewed is Reviewed.SIGNED or own.all is None else own.all
        made = _published(made, found[0], found[1], figures, own.orders, minimum, own_view=own_view)
    return _short(made)


def drawing(points: Sequence[TrendPoint], *, team: bool) -> Trend | None:
    """Return the trend's geometry, None where no week has a score."""
    values = [v for p in points for v in (p.score.value, p.score.low, p.score.high) if v is not None]
    values += [p.team_median for p in points if team and p.team_median is not None]
    if not any(p.score.value is not None for p in points):
        return None
    least = max(0, int(min(values) // 10) * 10)
    step = 10 if least >= 60 else 20

    def y(value: float | None) -> float | None:
        if value is None:
            return None
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (100.0 - value) / max(1.0, 100.0 - least), 1)

    width = (WIDTH - LEFT) / len(points)
    marks = tuple(
        Mark(
            round(LEFT + width * (i + 0.5), 1),
            p.period[5:],
            p.score.n,
            p.score.value,
            y(p.score.value),
            y(p.score.low),
            y(p.score.high),
            y(p.team_median) if team else None,
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
    return Trend(marks, grid, tuple(" ".join(run) for run in runs if len(run) > 1))


def _published(
    made: MonthCard, edition: Edition, body: Body, figures: Figures, orders: int, minimum: int, *, own_view: bool
) -> MonthCard:
    """Put the published figures in the place of today's."""
    signed = made.reviewed is Reviewed.SIGNED
    titles = {s["id"]: s["title"] for s in body["standards"]}
    items = {(s["id"], i["id"]): _info(i) for s in body["standards"] for i in s["items"]}
    rows = compare_items(
        _items(body, made.month, made.reviewed),
        [made.month],
        Selection(Reviewed.ALL),  # the frame holds the chosen ones only
        made.person.id,
        _members(body, made.person.id),
        minimum,
    )
    one = next(t for t in body["technicians"] if t["id"] == made.person.id)
    return replace(
        made,
        edition=edition,
        totals=figures.totals,
        score=figures.score,
        forbidden=figures.forbidden,
        orders=orders,
        clauses=tuple(
            ClauseRow(
                row,
                items.get((row.standard_id, row.item_id)),
                titles.get(row.standard_id, row.standard_id),
                not own_view or row.colleagues >= FEW_COLLEAGUES,
            )
            for row in rows
        ),
        quotes=tuple(_quote(q, items) for q in one["forbidden"] if q["signed"] or not signed),
    )


def _short(made: MonthCard) -> MonthCard:
    """Leave so much as fits on the page: the clauses that need most work first; how many more there are is said."""
    clauses = worst_first(made.clauses)
    return replace(
        made,
        clauses=tuple(clauses[:MOST_CLAUSES]),
        more_clauses=max(0, len(clauses) - MOST_CLAUSES),
        quotes=made.quotes[:MOST_QUOTES],
        more_quotes=max(0, made.totals.forbidden - min(MOST_QUOTES, len(made.quotes))),
        notes=made.notes[:MOST_NOTES],
        more_notes=max(0, len(made.notes) - MOST_NOTES),
    )


def _members(body: Body, technician_id: int) -> frozenset[int]:
    team = next(t["team_id"] for t in body["technicians"] if t["id"] == technician_id)
    return frozenset(
        t["id"] for t in body["technicians"] if t["id"] == technician_id or (team is not None and t["team_id"] == team)
    )


def _items(body: Body, month: str, scope: Reviewed) -> pd.DataFrame:
    rows = [
        (month, one["id"], item["standard"], item["item"], "", False, *(item[name] for name in ITEM_COUNTS), 0.0)
        for one in body["technicians"]
        for item in one["figures"].get(scope.value, {"items": []})["items"]
    ]
    return pd.DataFrame(rows, columns=ITEMS)


def _info(item: dict[str, Any]) -> ItemInfo:
    return ItemInfo(item["id"], item["kind"], item["how"], item["clause"], item["text"], "", 0.0, 0.0, None, "")


def _quote(q: dict[str, Any], items: dict[tuple[str, str], ItemInfo]) -> Quote:
    info = items.get((q["standard"], q["item"]))
    return Quote(
        q["recording"],
        dt.datetime.fromisoformat(q["recorded_at"]),
        q["standard"],
        q["item"],
        info.text if info else q["item"],
        q["start_s"],
        q["quote"],
        reviewed=q["signed"],
    )
