"""One technician: trend, clauses beside the team's, words to hear, what was agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from web.kit.standards import ItemInfo, StandardInfo
from web.models import Clip, CoachingNote, Recording, RecordingState, ReviewState, Team, Technician, User, Verdict
from web.scorecards import frames
from web.scorecards.asked import Asked
from web.scorecards.figures.frames import Grain, Period, Reviewed, Selection, periods
from web.scorecards.figures.intervals import Difference, Estimate, mean, mean_difference, per_hundred
from web.scorecards.figures.items import ItemRow, compare_items
from web.scorecards.figures.team import Totals
from web.scorecards.figures.technician import TrendPoint, own_totals, trend

MOST_QUOTES = 20
TREND_MONTHS = 6
FEW_COLLEAGUES = 3  # with fewer, the team's rate would name a person: technicians are not shown it


@dataclass(frozen=True, slots=True)
class Person:
    """Whose page it is."""

    id: int
    staff_no: str
    name: str
    team_id: int | None
    team: str
    example_consent: bool


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause with the person's rate beside the team's; `info` is None for a clause that the standard no longer has."""

    row: ItemRow
    info: ItemInfo | None
    standard_title: str
    team_shown: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """Words to hear: from a verdict's evidence or a chosen clip."""

    recording_id: int
    recorded_at: dt.datetime
    standard_id: str
    item_id: str
    clause: str
    start_s: float | None
    quote: str
    name: str = ""
    clip_id: int | None = None
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A manager's note and what was agreed."""

    id: int
    at: dt.datetime
    author: str
    text: str
    action: str
    due_on: dt.date | None
    done_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class TechnicianPage:
    """All that the page shows."""

    person: Person
    totals: Totals
    score: Estimate
    change: Difference
    forbidden: Estimate
    points: tuple[TrendPoint, ...]
    clauses: tuple[ClauseRow, ...]
    forbidden_quotes: tuple[Quote, ...]
    good_clips: tuple[Quote, ...]
    work_clips: tuple[Quote, ...]
    notes: tuple[Note, ...]
    orders: int


def person(session: Session, technician_id: int) -> Person | None:
    """Return the technician, None where there is none such."""
    row = session.execute(
        select(Technician, Team.name)
        .outerjoin(Team, Team.id == Technician.team_id)
        .where(Technician.id == technician_id)
    ).first()
    if row is None:
        return None
    found, team = row
    return Person(found.id, found.staff_no, found.name, found.team_id, team or "", found.example_consent)


def technician_page(
    session: Session,
    who: Person,
    asked: Asked,
    standards: tuple[StandardInfo, ...],
    orders: dict[int, int],
    minimum: int,
    *,
    own_view: bool,
) -> TechnicianPage:
    """Return the page. In the technician's own view only signed recordings count and no colleague can be told."""
    if own_view:  # what only a machine said accuses nobody
        asked = replace(asked, reviewed=Reviewed.SIGNED)
    people = frames.technicians(session)
    members = frames.members(people, who.team_id) if who.team_id is not None else frozenset({who.id})
    chosen = Selection(asked.reviewed, asked.standard_id or None, asked.job_kind or None)
    span, before = asked.span, asked.span.before
    days = frames.days_of(session, [before, span], asked, [who.id])
    totals = own_totals(days, who.id, span.period, chosen)
    past = own_totals(days, who.id, before.period, chosen)
    long = _long(span.period, asked.grain)
    points = frames.days(session, periods(long, asked.grain), asked, members)
    counted = frames.items(session, span.names, asked, members)
    rows = compare_items(counted, span.names[:1], chosen, who.id, members, minimum)
    known = {(s.id, i.id): (s, i) for s in standards for i in s.items}
    evidence = forbidden_quotes(session, who.id, asked, known)
    good, bad = _clips(session, who, members, known, own_view)
    return TechnicianPage(
        who,
        totals,
        mean(*totals.score),
        mean_difference(totals.score, past.score),
        per_hundred(totals.forbidden, totals.recordings),
        trend(points, who.id, members, long, asked.grain, chosen),
        tuple(_clause(row, known, own_view) for row in rows),
        evidence,
        good,
        bad,
        notes(session, who.id),
        orders.get(who.id, 0),
    )


def _long(period: Period, grain: Grain) -> Period:
    """Return the whole weeks (at least 12) or months (at least 6) that the trend shows."""
    if grain is Grain.WEEK:
        last = period.last + dt.timedelta(days=6 - period.last.weekday())
        first = min(period.first - dt.timedelta(days=period.first.weekday()), last - dt.timedelta(days=7 * 12 - 1))
        return Period(first, last)
    first = period.first.replace(day=1)
    while len(periods(Period(first, period.last), grain)) < TREND_MONTHS:
        first = (first - dt.timedelta(days=1)).replace(day=1)
    after = (period.last.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return Period(first, after - dt.timedelta(days=1))


def _clause(row: ItemRow, known: dict[tuple[str, str], tuple[StandardInfo, ItemInfo]], own_view: bool) -> ClauseRow:
    found = known.get((row.standard_id, row.item_id))
    shown = not own_view or row.colleagues >= FEW_COLLEAGUES
    return ClauseRow(row, found[1] if found else None, found[0].title if found else row.standard_id, shown)


def forbidden_quotes(
    session: Session,
    technician_id: int,
    asked: Asked,
    known: dict[tuple[str, str], tuple[StandardInfo, ItemInfo]],
) -> tuple[Quote, ...]:
    """Return the forbidden phrases that count against him in the period, newest first."""
    wanted = (
        select(Recording, Verdict)
        .join(Verdict, Verdict.recording_id == Recording.id)
        .where(
            Recording.technician_id == technician_id,
            Recording.deleted_at.is_(None),
            Recording.state == RecordingState.JUDGED,
            Recording.recorded_on >= asked.span.period.first,
            Recording.recorded_on <= asked.span.period.last,
            Verdict.kind == "forbidden",
            Verdict.final == "missed",
        )
        .order_by(Recording.recorded_at.desc())
        .limit(MOST_QUOTES)
    )
    if asked.reviewed is Reviewed.SIGNED:
        wanted = wanted.where(Recording.review_state == ReviewState.SIGNED)
    if asked.standard_id:
        wanted = wanted.where(Recording.standard_id == asked.standard_id)
    found = []
    for recording, verdict in session.execute(wanted):
        hit = next((h for h in verdict.evidence if not h.get("suspicion")), None)
        info = known.get((verdict.standard_id, verdict.item_id))
        found.append(
            Quote(
                recording.id,
                recording.recorded_at,
                verdict.standard_id,
                verdict.item_id,
                info[1].text if info else verdict.item_id,
                hit["start_s"] if hit else None,
                hit["quote"] if hit else "",
                reviewed=recording.review_state is ReviewState.SIGNED,
            )
        )
    return tuple(found)


def _clips(
    session: Session,
    who: Person,
    members: frozenset[int],
    known: dict[tuple[str, str], tuple[StandardInfo, ItemInfo]],
    own_view: bool,
) -> tuple[tuple[Quote, ...], tuple[Quote, ...]]:
    """Return good examples (his own, and those of colleagues who consent) and his own clips to work on."""
    wanted = (
        select(Clip, Technician.name, Recording.recorded_at)
        .join(Technician, Technician.id == Clip.technician_id)
        .join(Recording, Recording.id == Clip.recording_id)
        .where(
            Recording.deleted_at.is_(None),
            or_(
                Clip.technician_id == who.id,
                Clip.good & Clip.technician_id.in_(members) & Technician.example_consent,
            ),
        )
        .order_by(Clip.id.desc())
        .limit(50)
    )
    good: list[Quote] = []
    bad: list[Quote] = []
    for clip, name, at in session.execute(wanted):
        info = known.get((clip.standard_id, clip.item_id))
        shown = name if not own_view or clip.technician_id == who.id else ""
        quote = Quote(
            clip.recording_id,
            at,
            clip.standard_id,
            clip.item_id,
            info[1].text if info else clip.item_id,
            clip.start_s,
            clip.quote,
            shown,
            clip.id,
        )
        (good if clip.good else bad).append(quote)
    return tuple(good), tuple(bad)


def notes(session: Session, technician_id: int) -> tuple[Note, ...]:
    """Return the notes about a technician, newest first."""
    wanted = (
        select(CoachingNote, User.name)
        .join(User, User.id == CoachingNote.author_id)
        .where(CoachingNote.technician_id == technician_id)
        .order_by(CoachingNote.id.desc())
        .limit(50)
    )
    return tuple(
        Note(n.id, n.at, author, n.text, n.action, n.due_on, n.done_at) for n, author in session.execute(wanted)
    )


def worst_first(clauses: Sequence[ClauseRow]) -> list[ClauseRow]:
    """Return the clauses, flagged as worse than the team's first, then by the person's rate."""
    return sorted(
        clauses,
        key=lambda c: (
            not (c.row.difference.beyond_chance and (c.row.difference.value or 0.0) < 0),
            1.0 if c.row.own.value is None else c.row.own.value,
            c.row.standard_id,
        ),
    )
