"""How people talk: talk share, rate, interruptions and silence as distributions, with one person's place in them.

Only recordings of one standard are put together: a call is spoken otherwise than a visit. A place judges nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.models import Recording, RecordingFigures, RecordingState, ReviewState, WorkOrder
from web.scorecards import frames
from web.scorecards.asked import Asked
from web.scorecards.figures.frames import Period, Reviewed
from web.scorecards.figures.spread import Spread, spread
from web.scorecards.technician_page import FEW_COLLEAGUES, Person

FIGURES = ("talk_share", "syllables_per_minute", "interruptions", "silence_share")
COUNTS = {"interruptions"}
SHARES = {"talk_share", "silence_share"}
MOST_WEEKS = 12  # how somebody talked half a year ago is no news, and a page would have to read the archive


@dataclass(frozen=True, slots=True)
class TalkPage:
    """All that the page shows; `spreads` in the order of FIGURES, those that no recording has left out."""

    person: Person | None
    team_id: int | None  # whose recordings are put together; None: everybody's
    standard_id: str
    period: Period
    shortened: bool
    spreads: tuple[Spread, ...]
    colleagues_shown: bool


def talk_page(
    session: Session, who: Person | None, team_id: int | None, asked: Asked, minimum: int, *, own_view: bool
) -> TalkPage:
    """Return the page, of all technicians or of one among his team (everybody, where he has none)."""
    if own_view:  # as everywhere on his own page
        asked = replace(asked, reviewed=Reviewed.SIGNED)
    people = frames.technicians(session)
    team_id = who.team_id if who is not None else team_id
    members = frames.members(people, team_id)
    standard_id = asked.standard_id or next(iter(frames.standards_heard(session, asked.span)), "")
    period = _newest(asked.span.period)
    values = _values(session, replace(asked, standard_id=standard_id), period, members)
    spreads = tuple(
        spread(values, name, None if who is None else who.id, minimum, whole=name in COUNTS) for name in FIGURES
    )
    # a distribution of two people's recordings would show one of them the other
    shown = not own_view or len(members) > FEW_COLLEAGUES
    return TalkPage(
        who,
        team_id,
        standard_id,
        period,
        period != asked.span.period,
        tuple(s for s in spreads if s.n),
        shown,
    )


def chart_values(one: Spread, own_name: str) -> dict[str, object]:
    """Return what the chart draws: the own median's bin marked."""
    return {
        "kind": "distribution",
        "bins": [bin_name(one, i, short=True) for i in range(len(one.counts))],
        "counts": list(one.counts),
        "own": one.own_median,
        "ownBin": own_bin(one),
        "ownName": own_name,
    }


def bin_name(one: Spread, number: int, *, short: bool = False) -> str:
    """Return what a bin holds: a count, or from where to where; `short` its lower edge only."""
    factor, digits = scale(one.figure)
    low, high = factor * one.edges[number], factor * one.edges[number + 1]
    if one.figure in COUNTS and high - low == 1.0:
        return f"{low:.0f}"
    return f"{low:.{digits}f}" if short else f"{low:.{digits}f}–{high:.{digits}f}"


def own_bin(one: Spread) -> int | None:
    """Return the bin of the own median, None without one."""
    if one.own_median is None:
        return None
    within = [i for i, edge in enumerate(one.edges[:-1]) if edge <= one.own_median]
    return within[-1] if within else 0


def scale(figure: str) -> tuple[float, int]:
    """Return the factor and the decimals with which a figure is written: shares in percent."""
    return (100.0, 0) if figure in SHARES else (1.0, 1) if figure == "interruptions" else (1.0, 0)


def _newest(period: Period) -> Period:
    first = period.last - dt.timedelta(days=7 * MOST_WEEKS - 1)
    return period if period.first >= first else Period(first, period.last)


def _values(session: Session, asked: Asked, period: Period, members: frozenset[int]) -> pd.DataFrame:
    columns = [getattr(RecordingFigures, name) for name in FIGURES]
    wanted = (
        select(Recording.technician_id, *columns)
        .join(RecordingFigures, RecordingFigures.recording_id == Recording.id)
        .where(
            Recording.recorded_on >= period.first,
            Recording.recorded_on <= period.last,
            Recording.state == RecordingState.JUDGED,
            Recording.deleted_at.is_(None),
            Recording.standard_id == asked.standard_id,
            Recording.technician_id.in_(members),
        )
    )
    if asked.reviewed is Reviewed.SIGNED:
        wanted = wanted.where(Recording.review_state == ReviewState.SIGNED)
    if asked.job_kind:
        wanted = wanted.join(WorkOrder, WorkOrder.id == Recording.work_order_id).where(
            WorkOrder.job_kind == asked.job_kind
        )
    rows = [tuple(row) for row in session.execute(wanted)]
    return pd.DataFrame(rows, columns=["technician_id", *FIGURES])
