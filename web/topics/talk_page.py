"""How people talk: talk share, rate, interruptions and silence as distributions, with one person's place in them.

Only recordings of one standard are put together: a call is spoken otherwise than a visit. A place judges nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.figures.frames import empty
from web.figures.spread import Spread, spread
from web.kit.calendar import Period, Span, weeks_until
from web.models import Recording, RecordingFigures
from web.scorecards.person import FEW_COLLEAGUES, Person
from web.summaries import frames
from web.summaries.judged import asked_for
from web.summaries.query import ScorecardQuery

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
    session: Session, who: Person | None, team_id: int | None, query: ScorecardQuery, minimum: int, *, own_view: bool
) -> TalkPage:
    """The page, of all technicians or of one among his team (everybody, where he has none)."""
    if own_view:
        query = query.signed_only()
    team_id = who.team_id if who is not None else team_id
    members = frames.members(frames.technicians(session), team_id)
    standard_id = query.standard_id or next(iter(frames.standards_heard(session, query.span)), "")
    period = _newest(query.span.period)
    shown = replace(query, standard_id=standard_id, span=Span("", period, query.span.grain))
    values = _values(session, shown, members) if standard_id else empty(["technician_id", *FIGURES])
    own_id = None if who is None else who.id
    spreads = [spread(values, name, own_id, minimum, whole=name in COUNTS) for name in FIGURES]
    return TalkPage(
        person=who,
        team_id=team_id,
        standard_id=standard_id,
        period=period,
        shortened=period != query.span.period,
        spreads=tuple(s for s in spreads if s.n),
        # a distribution of two people's recordings would show one of them the other
        colleagues_shown=not own_view or len(members) > FEW_COLLEAGUES,
    )


def chart_values(one: Spread, own_name: str) -> dict[str, object]:
    """What the chart draws: the own median's bin marked."""
    return {
        "kind": "distribution",
        "bins": [bin_name(one, i, short=True) for i in range(len(one.counts))],
        "counts": list(one.counts),
        "own": one.own_median,
        "ownBin": own_bin(one),
        "ownName": own_name,
    }


def bin_name(one: Spread, number: int, *, short: bool = False) -> str:
    """What a bin holds: a count, or from where to where; `short` its lower edge only."""
    factor, digits = scale(one.figure)
    low, high = factor * one.edges[number], factor * one.edges[number + 1]
    if one.figure in COUNTS and high - low == 1.0:
        return f"{low:.0f}"
    return f"{low:.{digits}f}" if short else f"{low:.{digits}f}–{high:.{digits}f}"


def own_bin(one: Spread) -> int | None:
    """The bin of the own median, None without one."""
    if one.own_median is None:
        return None
    within = [i for i, edge in enumerate(one.edges[:-1]) if edge <= one.own_median]
    return within[-1] if within else 0


def scale(figure: str) -> tuple[float, int]:
    """The factor and the decimals with which a figure is written: shares in percent."""
    return (100.0, 0) if figure in SHARES else (1.0, 1) if figure == "interruptions" else (1.0, 0)


def _newest(period: Period) -> Period:
    return Period(max(period.first, weeks_until(period.last, MOST_WEEKS).first), period.last)


def _values(session: Session, query: ScorecardQuery, members: frozenset[int]) -> pd.DataFrame:
    columns = [getattr(RecordingFigures, name) for name in FIGURES]
    rows = session.execute(
        select(Recording.technician_id, *columns)
        .join(RecordingFigures, RecordingFigures.recording_id == Recording.id)
        .where(asked_for(query), Recording.technician_id.in_(members))
    )
    return pd.DataFrame([tuple(row) for row in rows], columns=["technician_id", *FIGURES])
