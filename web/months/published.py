"""Reading what was published: the list of editions, one edition, one technician's card. Nothing here computes anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer

from web.figures.intervals import NOTHING, Estimate, per_hundred
from web.figures.team import Totals
from web.kit.login import Viewer
from web.kit.standards import named
from web.models import PublishedMonth, User, UserRole
from web.months.difference import Difference
from web.months.document import Body, digest

MOST_OWN_MONTHS = 24


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
class PublishedFigures:
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
    all: PublishedFigures | None
    signed: PublishedFigures


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


NO_FIGURES = PublishedFigures(Totals(), NOTHING, NOTHING, ())


def editions(session: Session) -> tuple[Edition, ...]:
    """All editions, newest month first; the documents are not loaded."""
    rows = session.execute(
        _with_publisher()
        .options(defer(PublishedMonth.body))
        .order_by(PublishedMonth.month.desc(), PublishedMonth.edition.desc())
    ).all()
    latest: dict[str, int] = {}
    for row, _name in rows:
        latest.setdefault(row.month, row.edition)
    return tuple(_edition(row, name, latest[row.month]) for row, name in rows)


def own_results(session: Session, technician_id: int) -> tuple[tuple[Edition, PersonCard], ...]:
    """A technician's published months, the newest edition of each, signed recordings only."""
    newest = [e for e in editions(session) if e.latest][:MOST_OWN_MONTHS]
    bodies: dict[str, Body] = dict(  # the last edition of a month stays
        session.execute(
            select(PublishedMonth.month, PublishedMonth.body)
            .where(PublishedMonth.month.in_([e.month for e in newest]))
            .order_by(PublishedMonth.edition)
        ).all()
    )
    cards = [(e, card(bodies[e.month], technician_id, own_view=True)) for e in newest]
    return tuple((e, c) for e, c in cards if c is not None and c.signed.totals.recordings)


def latest_body(session: Session, month: str) -> tuple[Edition, Body] | None:
    """The newest edition of a month with its document, None where it was never published."""
    row = session.execute(
        _with_publisher().where(PublishedMonth.month == month).order_by(PublishedMonth.edition.desc()).limit(1)
    ).first()
    return None if row is None else (_edition(row[0], row[1], row[0].edition), row[0].body)


def card(body: Body, technician_id: int, *, own_view: bool) -> PersonCard | None:
    """A technician's card, None where he is not in the month."""
    one = next((t for t in body["technicians"] if t["id"] == technician_id), None)
    return None if one is None else _card(one, own_view=own_view)


def month_page(session: Session, viewer: Viewer, month: str, number: int, technician: int | None) -> MonthPage | None:
    """An edition: staff see all (a manager his team), a technician his own signed figures. None: no such one."""
    row = session.execute(
        _with_publisher().where(PublishedMonth.month == month, PublishedMonth.edition == number)
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
    return MonthPage(
        edition=_edition(row[0], row[1], count),
        editions=count,
        digest=digest(body),
        standards=tuple((s["title"], s["version"], s["digest"]) for s in body["standards"]),
        people=people,
        chosen=chosen,
        recordings=() if chosen is None else _recordings(body, chosen, own_view=own_view),
        difference=_narrowed(row[0].difference, {p.id for p in people}, own_view=own_view),
        texts={(s["id"], i["id"]): named(i["text"]) for s in body["standards"] for i in s["items"]},
    )


def _with_publisher() -> Select[PublishedMonth, str]:
    return select(PublishedMonth, User.name).join(User, User.id == PublishedMonth.published_by_id)


def _edition(row: PublishedMonth, name: str, latest: int) -> Edition:
    return Edition(
        month=row.month,
        number=row.edition,
        at=row.published_at,
        by=name,
        note=row.note,
        changes=len((row.difference or {}).get("recordings", [])),
        latest=row.edition == latest,
    )


def _may_see(viewer: Viewer, technician_id: int, team_id: int | None) -> bool:
    if viewer.role is UserRole.TECHNICIAN:
        return technician_id == viewer.technician_id
    return viewer.role is not UserRole.MANAGER or viewer.team_id in (None, team_id)


def _card(one: dict[str, Any], *, own_view: bool) -> PersonCard:
    figures = {scope: _figures(sums) for scope, sums in one["figures"].items()}
    return PersonCard(
        **{name: one[name] for name in ("id", "staff_no", "name", "team_id", "team", "orders")},
        all=None if own_view else figures.get("all", NO_FIGURES),
        signed=figures.get("signed", NO_FIGURES),
    )


def _figures(stored: dict[str, Any]) -> PublishedFigures:
    totals = Totals(**{name: value for name, value in stored.items() if name not in ("score", "items")})
    return PublishedFigures(
        totals=totals,
        score=Estimate(**stored["score"]),
        forbidden=per_hundred(totals.forbidden, totals.recordings),
        items=tuple(stored["items"]),
    )


def _recordings(body: Body, chosen: PersonCard, *, own_view: bool) -> tuple[FrozenRecording, ...]:
    return tuple(
        FrozenRecording(
            id=r["id"],
            technician=chosen.name,
            order_no=r["order_no"],
            recorded_at=dt.datetime.fromisoformat(r["recorded_at"]),
            standard=body["standards"][r["standard"]]["title"],
            score=r["score"],
            machine_score=r["machine_score"],
            signed=r["signed"],
            sha256=r["sha256"],
        )
        for r in body["recordings"]
        if r["technician"] == chosen.id and (r["signed"] or not own_view)
    )


def _narrowed(changes: Difference, ids: set[int], *, own_view: bool) -> Difference:
    """What of a difference concerns these technicians; a technician sees signed recordings only."""
    if not changes:
        return {}
    return {
        "technicians": [t for t in changes["technicians"] if t["id"] in ids],
        "recordings": [
            r for r in changes["recordings"] if r["technician"] in ids and (not own_view or any(r["signed"]))
        ],
    }
