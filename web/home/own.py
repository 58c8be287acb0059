"""The home of a technician: what he does well, what to improve next, how it goes, what became of his appeals.

Of his own signed recordings only, and beside nobody: no colleague can be told from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from web.db import now
from web.figures.items import Item
from web.intake.private import hide
from web.kit.access import visible
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.kit.sound import audible
from web.kit.standards import StandardInfo
from web.models import APPEAL_WAITS, Appeal, Clip, Recording, ReviewState, Verdict
from web.review.appealing import may_react
from web.scorecards.person import Person
from web.scorecards.quotes import Clauses, clause_text, clauses_of, decisive_hit
from web.scorecards.technician_page import ClauseRow, PersonFigures, person_figures, team_of
from web.summaries.judged import asked_for
from web.summaries.query import ScorecardQuery

MOST_RESULTS, MOST_ANSWERS = 5, 3
ENOUGH = 3  # verdicts on a clause before it is called well done, or to be improved
TRIED = 4  # clauses of each kind among which one with something to hear is looked for
RECENT = 60  # verdicts on them


@dataclass(frozen=True, slots=True)
class Example:
    """A clause with his rate on it, and a recording of his own to hear: from `start_s` where there is evidence."""

    clause: ClauseRow
    recording_id: int
    recorded_at: dt.datetime
    start_s: float | None
    quote: str
    clip_id: int | None  # chosen by somebody as a good example


@dataclass(frozen=True, slots=True)
class Answer:
    """An appeal of his that was answered."""

    recording_id: int
    item_id: str
    clause: str
    state: str  # upheld | partly | rejected
    reacts: bool  # he can still accept it or go on
    resolution: str
    at: dt.datetime
    open_to_viewer: bool  # while the recording is signed


@dataclass(frozen=True, slots=True)
class Result:
    """One of his signed recordings."""

    id: int
    recorded_at: dt.datetime
    order_no: str
    job_kind: str
    score: float | None
    signed_at: dt.datetime
    missed: int
    forbidden: int


@dataclass(frozen=True, slots=True)
class OwnHome:
    figures: PersonFigures
    good: Example | None
    improve: Example | None
    answers: tuple[Answer, ...]
    results: tuple[Result, ...]


def own_home(
    session: Session,
    viewer: Viewer,
    who: Person,
    query: ScorecardQuery,
    standards: tuple[StandardInfo, ...],
    minimum: int,
) -> OwnHome:
    """Of the query's period; results and answers are the latest there are. Eight queries."""
    query = query.signed_only()
    figures = person_figures(session, who, team_of(session, who), query, standards, minimum, own_view=True)
    good, improve = _examples(session, viewer, who, query, figures.clauses)
    return OwnHome(figures, good, improve, _answers(session, viewer, clauses_of(standards)), _results(session, viewer))


def well_done(clauses: Sequence[ClauseRow]) -> list[ClauseRow]:
    """What was said or done as it should be, most surely so first; not having said a forbidden phrase is no example."""
    sure = [c for c in _told(clauses) if c.row.own.value and c.info is not None and c.info.kind == "required"]
    return sorted(sure, key=lambda c: (-(c.row.own.low or 0.0), -c.row.own.n, c.row.standard_id, c.row.item_id))


def to_improve(clauses: Sequence[ClauseRow]) -> list[ClauseRow]:
    """What fails, most surely so first."""
    failing = [c for c in _told(clauses) if c.row.own.value is not None and c.row.own.value < 1.0]
    return sorted(failing, key=lambda c: (c.row.own.high or 0.0, -c.row.own.n, c.row.standard_id, c.row.item_id))


def _told(clauses: Sequence[ClauseRow]) -> list[ClauseRow]:
    return [c for c in clauses if c.info is not None and c.info.how != "link" and c.row.own.n >= ENOUGH]


def _examples(
    session: Session, viewer: Viewer, who: Person, query: ScorecardQuery, clauses: Sequence[ClauseRow]
) -> tuple[Example | None, Example | None]:
    """One of each kind: the first clause of its order that has a recording to hear, with evidence where that proves it."""
    good, bad = well_done(clauses)[:TRIED], to_improve(clauses)[:TRIED]
    wanted = [
        and_(Verdict.standard_id == c.row.standard_id, Verdict.item_id == c.row.item_id, Verdict.final == final)
        for final, found in (("met", good), ("missed", bad))
        for c in found
    ]
    if not wanted:
        return None, None
    rows = session.execute(
        select(
            Verdict.standard_id, Verdict.item_id, Verdict.final, Verdict.evidence,
            Recording.id, Recording.recorded_at, Clip.id.label("clip_id"), Clip.start_s, Clip.quote,
        )
        .join(Recording, Recording.id == Verdict.recording_id)
        .outerjoin(Clip, and_(Clip.recording_id == Recording.id, Clip.item_id == Verdict.item_id, Clip.good.is_(True)))
        .where(asked_for(query), Recording.technician_id == who.id, or_(*wanted))
        .order_by(Clip.id.is_(None), ~audible(viewer), Recording.recorded_at.desc(), Recording.id.desc())
        .limit(RECENT)
    ).all()  # fmt: skip
    return _first(rows, good, "met"), _first(rows, bad, "missed")


def _first(rows: Sequence[Any], clauses: Sequence[ClauseRow], final: str) -> Example | None:
    by_clause: dict[Item, list[Any]] = {}
    for row in rows:
        if row.final == final:
            by_clause.setdefault((row.standard_id, row.item_id), []).append(row)
    for clause in clauses:
        for row in by_clause.get((clause.row.standard_id, clause.row.item_id), ()):
            hit = decisive_hit(row.evidence)
            if final == "met" and not hit and row.clip_id is None:
                continue  # nothing to hear
            chosen = final == "met" and row.clip_id is not None
            start_s, quote = (row.start_s, row.quote) if chosen else (hit.get("start_s"), hit.get("quote", ""))
            return Example(clause, row.id, row.recorded_at, start_s, hide(quote), row.clip_id if chosen else None)
    return None


def _answers(session: Session, viewer: Viewer, clauses: Clauses) -> tuple[Answer, ...]:
    """The latest answers to his appeals, also where the recording has been reopened since."""
    moment = now()
    rows = session.execute(
        select(Appeal, Recording.standard_id, Recording.review_state)
        .join(Recording, Recording.id == Appeal.recording_id)
        .where(Appeal.user_id == viewer.id, Appeal.state.not_in(APPEAL_WAITS), Recording.deleted_at.is_(None))
        .order_by(Appeal.resolved_at.desc(), Appeal.id.desc())
        .limit(MOST_ANSWERS)
    )
    return tuple(
        Answer(
            recording_id=appeal.recording_id,
            item_id=appeal.item_id,
            clause=clause_text(clauses, standard_id or "", appeal.item_id),
            state=appeal.state,
            reacts=may_react(appeal, moment),
            resolution=hide(appeal.resolution),
            at=appeal.resolved_at or appeal.at,
            open_to_viewer=state is ReviewState.SIGNED,
        )
        for appeal, standard_id, state in rows
    )


def _results(session: Session, viewer: Viewer) -> tuple[Result, ...]:
    """The recordings that were signed last."""
    statement = with_people(select(*columns_of(Result)).select_from(Recording)).order_by(
        func.coalesce(Recording.signed_at, Recording.recorded_at).desc(), Recording.id.desc()
    )
    rows = session.execute(visible(statement, viewer).limit(MOST_RESULTS))
    return tuple(Result(**row._asdict()) for row in rows)
