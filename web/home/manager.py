"""The home of a manager: who needs coaching on what, how it goes, what is contested. Of his team where he has one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from web.digest.week import last_weeks
from web.figures.coaching import Need, needs
from web.figures.frames import Reviewed, Selection, choose, within
from web.figures.intervals import Difference, Estimate, hundred_difference, mean, mean_difference, per_hundred
from web.figures.team import Totals, totals
from web.kit.access import visible
from web.kit.calendar import Span
from web.kit.login import Viewer
from web.kit.sound import audible
from web.kit.standards import ItemInfo, StandardInfo
from web.models import CoachingNote, Recording, Verdict
from web.review.agreement import Agreement, agreement
from web.scorecards.quotes import clauses_of, decisive_hit
from web.summaries import frames
from web.summaries.judged import judged_in
from web.summaries.query import ScorecardQuery
from web.summaries.remembered import remembered

MOST_NEEDS = 6
AGREEMENT_DAYS = 90  # as the page of agreement shows first


@dataclass(frozen=True, slots=True)
class CoachingLine:
    """A need with what it takes to act on it: the clause, the newest recording to hear, when it was last spoken about."""

    need: Need
    name: str
    info: ItemInfo
    standard: str
    recording_id: int | None
    start_s: float | None
    coached_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ManagerHome:
    """`span`: the last whole weeks; figures of both periods are of all recordings, signed or not."""

    span: Span
    totals: Totals
    score: Estimate
    score_change: Difference
    forbidden: Estimate
    forbidden_change: Difference
    lines: tuple[CoachingLine, ...]
    agreement: Agreement


def manager_home(
    session: Session,
    viewer: Viewer,
    now: dt.datetime,
    today: dt.date,
    standards: tuple[StandardInfo, ...],
    minimum: int,
) -> ManagerHome:
    """Seven queries, fewer while no summary has changed."""
    span = last_weeks(today)
    query = ScorecardQuery(span)
    people = frames.technicians(session)
    members = frames.members(people, frames.team_shown(viewer, query))
    days = choose(frames.days_of(session, (span.before, span), query, members), query.selection(members))
    current, past = totals(within(days, span.period)), totals(within(days, span.before.period))
    found = _needs(session, span, members, standards, minimum)
    names = {int(i): str(name) for i, name in zip(people["id"], people["name"], strict=True)}
    return ManagerHome(
        span=span,
        totals=current,
        score=mean(*current.score),
        score_change=mean_difference(current.score, past.score),
        forbidden=per_hundred(current.forbidden, current.recordings),
        forbidden_change=hundred_difference((current.forbidden, current.recordings), (past.forbidden, past.recordings)),
        lines=_lines(session, viewer, span, found, names, standards),
        agreement=agreement(session, viewer, now - dt.timedelta(days=AGREEMENT_DAYS), sampled_only=True).total,
    )


@remembered
def _needs(
    session: Session, span: Span, members: frozenset[int], standards: tuple[StandardInfo, ...], minimum: int
) -> tuple[Need, ...]:
    query = ScorecardQuery(span)
    counted = pd.concat(
        [frames.items(session, tuple(one.names), query, members) for one in (span, span.before)], ignore_index=True
    )
    # what a technician can be coached on: his own words and acts, not what other recordings of the order tell
    clauses = {key for key, info in clauses_of(standards).items() if info.how != "link"}
    chosen = Selection(Reviewed.ALL, technician_ids=members)
    return needs(counted, span.names[0], span.before.names[0], chosen, clauses, MOST_NEEDS, minimum)


def _lines(
    session: Session,
    viewer: Viewer,
    span: Span,
    found: Sequence[Need],
    names: dict[int, str],
    standards: Sequence[StandardInfo],
) -> tuple[CoachingLine, ...]:
    clauses, titles = clauses_of(standards), {s.id: s.title for s in standards}
    heard, coached = _heard(session, viewer, span, found), _coached(session, [n.technician_id for n in found])
    lines = []
    for need in found:
        key = (need.technician_id, need.standard_id, need.item_id)
        recording_id, start_s = heard.get(key, (None, None))
        lines.append(
            CoachingLine(
                need=need,
                name=names.get(need.technician_id, ""),
                info=clauses[need.standard_id, need.item_id],
                standard=titles[need.standard_id],
                recording_id=recording_id,
                start_s=start_s,
                coached_at=coached.get(need.technician_id),
            )
        )
    return tuple(lines)


def _heard(
    session: Session, viewer: Viewer, span: Span, found: Sequence[Need]
) -> dict[tuple[int, str, str], tuple[int, float | None]]:
    """The newest recording behind each need, if there is one of those that can be heard, and the second of its evidence."""
    if not found:
        return {}
    pairs = or_(
        *(
            and_(
                Recording.technician_id == need.technician_id,
                Verdict.standard_id == need.standard_id,
                Verdict.item_id == need.item_id,
            )
            for need in found
        )
    )
    heard = func.max(case((audible(viewer), Recording.id)))
    newest = (
        select(func.coalesce(heard, func.max(Recording.id)))
        .join(Verdict, Verdict.recording_id == Recording.id)
        .where(judged_in(span.period), Verdict.final == "missed", pairs)
        .group_by(Recording.technician_id, Verdict.standard_id, Verdict.item_id)
    )
    rows = session.execute(
        visible(
            select(Recording.technician_id, Verdict.standard_id, Verdict.item_id, Recording.id, Verdict.evidence)
            .join(Verdict, Verdict.recording_id == Recording.id)
            .where(Recording.id.in_(newest), Verdict.final == "missed", pairs),
            viewer,
        ).order_by(Recording.id)
    )
    return {(row[0], row[1], row[2]): (row[3], decisive_hit(row[4]).get("start_s")) for row in rows}


def _coached(session: Session, people: Sequence[int]) -> dict[int, dt.datetime]:
    rows: Any = session.execute(
        select(CoachingNote.technician_id, func.max(CoachingNote.at))
        .where(CoachingNote.technician_id.in_(people))
        .group_by(CoachingNote.technician_id)
    )
    return dict(rows.all())
