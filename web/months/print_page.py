"""A technician's month on one A4 page: what was published, else what stands now; little enough that it always fits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from web.figures.frames import ITEM_COUNTS, ITEMS, Reviewed, Selection
from web.figures.intervals import Estimate
from web.figures.items import compare_items
from web.figures.team import Totals
from web.intake.private import hide
from web.kit.calendar import Grain, Span, month_of, months_before, period_name
from web.kit.login import Viewer
from web.kit.site import Site
from web.kit.standards import ItemInfo, standards
from web.months.document import Body
from web.months.drawing import TrendDrawing, drawing
from web.months.published import Edition, PersonCard, card, latest_body
from web.scorecards.coaching import Note, notes
from web.scorecards.person import Person
from web.scorecards.quotes import Clauses, Quote, clause_text, clauses_of, forbidden_quotes
from web.scorecards.technician_page import ClauseRow, clause_rows, person_figures, team_of, worst_first
from web.summaries import frames
from web.summaries.query import ScorecardQuery, month_span

MOST_CLAUSES, MOST_QUOTES, MOST_NOTES = 11, 4, 2


@dataclass(frozen=True, slots=True)
class MonthCard:
    """All that the page shows. `edition` None: not published, the figures may still change."""

    person: Person
    month: str
    span: Span
    reviewed: Reviewed
    totals: Totals
    score: Estimate
    forbidden: Estimate
    orders: int
    clauses: tuple[ClauseRow, ...]
    quotes: tuple[Quote, ...]
    notes: tuple[Note, ...]
    trend: TrendDrawing | None
    team_shown: bool
    edition: Edition | None = None
    more_clauses: int = 0
    more_quotes: int = 0
    more_notes: int = 0


def month_to_print(query: ScorecardQuery, today: dt.date) -> str:
    """The month asked for, else the last that is over if it lies in the period asked for."""
    span = query.span
    if span.grain is Grain.MONTH and len(span.names) == 1:
        return span.names[0]
    over = month_of(months_before(today, 1)).last
    return period_name(min(over if span.period.first <= over else today, span.period.last), Grain.MONTH)


def month_card(
    session: Session, here: Site, viewer: Viewer, who: Person, query: ScorecardQuery, month: str, *, own_view: bool
) -> MonthCard:
    """A technician's card; in his own view signed recordings only, and no figure that names a colleague."""
    known, minimum = standards(here.lexicons), here.web.min_recordings
    query = ScorecardQuery(month_span(month), reviewed=Reviewed.SIGNED if own_view else query.reviewed)
    figures = person_figures(session, who, team_of(session, who), query, known, minimum, own_view=own_view)
    agreed = (n for n in notes(session, who.id) if n.action)
    made = MonthCard(
        person=who,
        month=month,
        span=query.span,
        reviewed=query.reviewed,
        totals=figures.totals,
        score=figures.score,
        forbidden=figures.forbidden,
        orders=frames.orders(session, query, here.zone, who.id).get(who.id, 0),
        clauses=figures.clauses,
        quotes=forbidden_quotes(session, viewer, who.id, query, clauses_of(known))[0],
        notes=tuple(n for n in agreed if n.done_at is None or f"{n.at:%Y-%m}" == month),
        trend=drawing(figures.points, team=figures.team_shown),
        team_shown=figures.team_shown,
    )
    if (published := latest_body(session, month)) is not None:
        edition, body = published
        own = card(body, who.id, own_view=own_view)
        made = made if own is None else _published(made, edition, body, own, minimum, own_view=own_view)
    return _short(made)


def _published(
    made: MonthCard, edition: Edition, body: Body, own: PersonCard, minimum: int, *, own_view: bool
) -> MonthCard:
    """Put the published figures in the place of today's."""
    signed = made.reviewed is Reviewed.SIGNED
    figures = own.signed if signed or own.all is None else own.all
    clauses = {(s["id"], i["id"]): _info(i) for s in body["standards"] for i in s["items"]}
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
        orders=own.orders,
        clauses=clause_rows(rows, clauses, {s["id"]: s["title"] for s in body["standards"]}, own_view=own_view),
        quotes=tuple(_quote(q, clauses) for q in one["forbidden"] if q["signed"] or not signed),
    )


def _short(made: MonthCard) -> MonthCard:
    """Leave so much as fits on the page: the clauses that need most work first; how many more there are is said."""
    return replace(
        made,
        clauses=tuple(worst_first(made.clauses)[:MOST_CLAUSES]),
        more_clauses=max(0, len(made.clauses) - MOST_CLAUSES),
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
        (month, one["id"], item["standard"], item["item"], "", False, *(item.get(name, 0) for name in ITEM_COUNTS), 0.0)
        for one in body["technicians"]
        for item in one["figures"].get(scope.value, {"items": []})["items"]
    ]
    return pd.DataFrame(rows, columns=ITEMS)


def _info(item: dict[str, Any]) -> ItemInfo:
    return ItemInfo(
        id=item["id"],
        kind=item["kind"],
        how=item["how"],
        clause=item["clause"],
        text=item["text"],
        when_text="",
        weight=0.0,
        penalty=0.0,
        cap=None,
        severity="",
    )


def _quote(q: dict[str, Any], clauses: Clauses) -> Quote:
    return Quote(
        recording_id=q["recording"],
        recorded_at=dt.datetime.fromisoformat(q["recorded_at"]),
        standard_id=q["standard"],
        item_id=q["item"],
        clause=clause_text(clauses, q["standard"], q["item"]),
        start_s=q["start_s"],
        quote=hide(q["quote"]),
        reviewed=q["signed"],
    )
