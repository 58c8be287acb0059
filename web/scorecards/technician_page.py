"""One technician: trend, clauses beside the team's, words to hear, what was agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from web.figures.intervals import Difference, Estimate, mean, mean_difference, per_hundred
from web.figures.items import ItemRow, compare_items
from web.figures.team import Totals
from web.figures.technician import TrendPoint, own_totals, trend
from web.kit.calendar import Grain, Period, months_before, period_names, weeks_until
from web.kit.login import Viewer
from web.kit.standards import ItemInfo, StandardInfo
from web.scorecards.coaching import Note, notes
from web.scorecards.person import FEW_COLLEAGUES, Person
from web.scorecards.quotes import Quote, clauses_of, clip_quotes, forbidden_quotes
from web.summaries import frames
from web.summaries.query import ScorecardQuery

TREND_WEEKS, TREND_MONTHS = 12, 6  # at least


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause with the person's rate beside the team's; `info` is None for a clause that the standard no longer has."""

    row: ItemRow
    info: ItemInfo | None
    standard_title: str
    team_shown: bool


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """A person's figures in a span. `team_shown`: whether the trend may show the team's median."""

    totals: Totals
    score: Estimate
    change: Difference
    forbidden: Estimate
    points: tuple[TrendPoint, ...]
    team_shown: bool
    clauses: tuple[ClauseRow, ...]


@dataclass(frozen=True, slots=True)
class TechnicianPage:
    person: Person
    figures: PersonFigures
    forbidden_recordings: int  # that the forbidden phrases of the figures were said in
    forbidden_quotes: tuple[Quote, ...]
    good_clips: tuple[Quote, ...]
    work_clips: tuple[Quote, ...]
    notes: tuple[Note, ...]
    orders: int


def technician_page(
    session: Session,
    viewer: Viewer,
    who: Person,
    query: ScorecardQuery,
    standards: tuple[StandardInfo, ...],
    orders: int,
    minimum: int,
    *,
    own_view: bool,
) -> TechnicianPage:
    """The page. In the technician's own view only signed recordings count and no colleague can be told."""
    if own_view:
        query = query.signed_only()
    members, clauses = team_of(session, who), clauses_of(standards)
    said, recordings_said = forbidden_quotes(session, viewer, who.id, query, clauses)
    good, bad = clip_quotes(session, viewer, who, members, clauses, own_view=own_view)
    return TechnicianPage(
        person=who,
        figures=person_figures(session, who, members, query, standards, minimum, own_view=own_view),
        forbidden_recordings=recordings_said,
        forbidden_quotes=said,
        good_clips=good,
        work_clips=bad,
        notes=notes(session, who.id),
        orders=orders,
    )


def team_of(session: Session, who: Person) -> frozenset[int]:
    """The ids of his team's people; himself alone where he has no team."""
    return frozenset({who.id}) if who.team_id is None else frames.members(frames.technicians(session), who.team_id)


def person_figures(
    session: Session,
    who: Person,
    members: frozenset[int],
    query: ScorecardQuery,
    standards: tuple[StandardInfo, ...],
    minimum: int,
    *,
    own_view: bool,
) -> PersonFigures:
    selection, span, before = query.selection(), query.span, query.span.before
    days = frames.days_of(session, (before, span), query, frozenset({who.id}))
    totals = own_totals(days, who.id, span.period, selection)
    past = own_totals(days, who.id, before.period, selection)
    long = _long(span.period, query.grain)
    weeks = frames.days(session, tuple(period_names(long, query.grain)), query, members)
    points = trend(weeks, who.id, members, long, query.grain, selection)
    counted = frames.items(session, tuple(span.names), query, members)
    rows = compare_items(counted, span.names[:1], selection, who.id, members, minimum)
    return PersonFigures(
        totals=totals,
        score=mean(*totals.score),
        change=mean_difference(totals.score, past.score),
        forbidden=per_hundred(totals.forbidden, totals.recordings),
        points=points,
        team_shown=not own_view or max((p.team_people for p in points), default=0) > FEW_COLLEAGUES,
        clauses=clause_rows(rows, clauses_of(standards), {s.id: s.title for s in standards}, own_view=own_view),
    )


def clause_rows(
    rows: Sequence[ItemRow],
    clauses: Mapping[tuple[str, str], ItemInfo],
    titles: Mapping[str, str],
    *,
    own_view: bool,
) -> tuple[ClauseRow, ...]:
    return tuple(
        ClauseRow(
            row=row,
            info=clauses.get((row.standard_id, row.item_id)),
            standard_title=titles.get(row.standard_id, row.standard_id),
            team_shown=not own_view or row.colleagues >= FEW_COLLEAGUES,
        )
        for row in rows
    )


def worst_first(clauses: Sequence[ClauseRow]) -> list[ClauseRow]:
    """The clauses, flagged as worse than the team's first, then by the person's rate."""
    return sorted(
        clauses,
        key=lambda c: (
            not (c.row.difference.beyond_chance and (c.row.difference.value or 0.0) < 0),
            1.0 if c.row.own.value is None else c.row.own.value,
            c.row.standard_id,
        ),
    )


def _long(period: Period, grain: Grain) -> Period:
    """The whole weeks or months that the trend shows."""
    shown = period.widened(grain)
    if grain is Grain.WEEK:
        return Period(min(shown.first, weeks_until(shown.last, TREND_WEEKS).first), shown.last)
    return Period(min(shown.first, months_before(shown.last, TREND_MONTHS - 1)), shown.last)
