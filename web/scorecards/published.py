"""Reading what was published: the list of editions, one edition, one technician's card. Nothing here computes anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from web.kit.login import Viewer
from web.models import PublishedMonth, User, UserRole
from web.scorecards.difference import Difference
from web.scorecards.figures.intervals import NOTHING, Estimate, per_hundred
from web.scorecards.figures.team import Totals
from web.scorecards.month_document import Body, digest


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition in the list; `latest` where no correction followed."""

    month: str
    number: int
    at: dt.datetime
    by: str
    note: str
    changes: int
    latest: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """A technician's figures as published, of all recordings or of the signed ones."""

    totals: Totals
    score: Estimate
    forbidden: Estimate
    items: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A technician in a published month; `all` is None in a technician's own view, where only signed ones count."""

    id: int
    staff_no: str
    name: str
    team_id: int | None
    team: str
    orders: int
    all: Figures | None
    signed: Figures


@dataclass(frozen=True, slots=True)
class FrozenRecording:
    """A recording as it was published."""

    id: int
    technician: str
    order_no: str
    recorded_at: dt.datetime
    standard: str
    score: float | None
    machine_score: float | None
    signed: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class MonthPage:
    """One edition as the viewer may see it."""

    edition: Edition
    editions: int
    digest: str
    standards: tuple[tuple[str, str, str], ...]  # title, version, digest
    people: tuple[PersonCard, ...]
    chosen: PersonCard | None
    recordings: tuple[FrozenRecording, ...]  # of the chosen technician
    difference: Difference
    texts: dict[tuple[str, str], str]


NO_FIGURES = Figures(Totals(), NOTHING, NOTHING, ())


def editions(session: Session) -> tuple[Edition, ...]:
    """Return all editions, newest month first; the documents are not loaded."""
    wanted = (
        select(PublishedMonth, User.name)
        .join(User, User.id == PublishedMonth.published_by_id)
        .options(defer(PublishedMonth.body))
        .order_by(PublishedMonth.month.desc(), PublishedMonth.edition.desc())
    )
    latest = dict(
        session.execute(
            select(PublishedMonth.month, func.max(PublishedMonth.edition)).group_by(PublishedMonth.month)
        ).all()
    )
    return tuple(_edition(row, name, latest[row.month]) for row, name in session.execute(wanted))


def own_results(session: Session, technician_id: int, most: int = 24) -> tuple[tuple[Edition, PersonCard], ...]:
    """Return a technician's published months, the newest edition of each, signed recordings only."""
    found = [e for e in editions(session) if e.latest][:most]
    wanted = (
        select(PublishedMonth.month, PublishedMonth.body)
        .where(PublishedMonth.month.in_([e.month for e in found]))
        .order_by(PublishedMonth.edition)
    )
    bodies: dict[str, Body] = dict(session.execute(wanted).all())  # the last edition of a month stays
    cards = [(e, card(bodies[e.month], technician_id, own_view=True)) for e in found]
    return tuple((e, c) for e, c in cards if c is not None and c.signed.totals.recordings)


def latest_body(session: Session, month: str) -> tuple[Edition, Body] | None:
    """Return the newest edition of a month with its document, None where it was never published."""
    row = session.execute(
        select(PublishedMonth, User.name)
        .join(User, User.id == PublishedMonth.published_by_id)
        .where(PublishedMonth.month == month)
        .order_by(PublishedMonth.edition.desc())
        .limit(1)
    ).first()
    return None if row is None else (_edition(row[0], row[1], row[0].edition), row[0].body)


def card(body: Body, technician_id: int, *, own_view: bool) -> PersonCard | None:
    """Return a technician's card, None where he is not in the month."""
    one = next((t for t in body["technicians"] if t["id"] == technician_id), None)
    return None if one is None else _card(one, own_view=own_view)


def month_page(session: Session, viewer: Viewer, month: str, number: int, technician: int | None) -> MonthPage | None:
    """Return an edition: staff see all (a manager his team), a technician his own signed figures. None: no such one."""
    row = session.execute(
        select(PublishedMonth, User.name)
        .join(User, User.id == PublishedMonth.published_by_id)
        .where(PublishedMonth.month == month, PublishedMonth.edition == number)
    ).first()
    if row is None:
        return None
    count = session.scalar(select(func.max(PublishedMonth.edition)).where(PublishedMonth.month == month)) or number
    body: Body = row[0].body
    own_view = viewer.role is UserRole.TECHNICIAN
    people = tuple(
        _card(one, own_view=own_view) for one in body["technicians"] if _may_see(viewer, one["id"], one["team_id"])
    )
    wanted = viewer.technician_id if own_view else technician
    chosen = next((p for p in people if p.id == wanted), None)
    ids = {p.id for p in people}
    return MonthPage(
        _edition(row[0], row[1], count),
        count,
        digest(body),
        tuple((s["title"], s["version"], s["digest"]) for s in body["standards"]),
        people,
        chosen,
        () if chosen is None else _recordings(body, chosen, own_view=own_view),
        _narrowed(row[0].difference, ids, own_view=own_view),
        {(s["id"], i["id"]): i["text"] for s in body["standards"] for i in s["items"]},
    )


def _edition(row: PublishedMonth, name: str, latest: int) -> Edition:
    changes = len((row.difference or {}).get("recordings", []))
    return Edition(row.month, row.edition, row.published_at, name, row.note, changes, row.edition == latest)


def _may_see(viewer: Viewer, technician_id: int, team_id: int | None) -> bool:
    if viewer.role is UserRole.TECHNICIAN:
        return technician_id == viewer.technician_id
    return viewer.role is not UserRole.MANAGER or viewer.team_id in (None, team_id)


def _card(one: dict[str, Any], *, own_view: bool) -> PersonCard:
    figures = {scope: _figures(found) for scope, found in one["figures"].items()}
    return PersonCard(
        one["id"],
        one["staff_no"],
        one["name"],
        one["team_id"],
        one["team"],
        one["orders"],
        None if own_view else figures.get("all", NO_FIGURES),
        figures.get("signed", NO_FIGURES),
    )


def _figures(found: dict[str, Any]) -> Figures:
    sums = {name: value for name, value in found.items() if name not in ("score", "items")}
    totals = Totals(**sums)
    return Figures(
        totals, Estimate(**found["score"]), per_hundred(totals.forbidden, totals.recordings), tuple(found["items"])
    )


def _recordings(body: Body, chosen: PersonCard, *, own_view: bool) -> tuple[FrozenRecording, ...]:
    return tuple(
        FrozenRecording(
            r["id"],
            chosen.name,
            r["order_no"],
            dt.datetime.fromisoformat(r["recorded_at"]),
            body["standards"][r["standard"]]["title"],
            r["score"],
            r["machine_score"],
            r["signed"],
            r["sha256"],
        )
        for r in body["recordings"]
        if r["technician"] == chosen.id and (r["signed"] or not own_view)
    )


def _narrowed(found: Difference, ids: set[int], *, own_view: bool) -> Difference:
    """Return what of a difference concerns these technicians; a technician sees signed recordings only."""
    if not found:
        return {}
    return {
        "technicians": [t for t in found["technicians"] if t["id"] in ids],
        "recordings": [r for r in found["recordings"] if r["technician"] in ids and (not own_view or any(r["signed"]))],
    }
