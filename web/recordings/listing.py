"""What the list of recordings shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from web.intake.private import hide
from web.kit.access import reads_private, visible
from web.kit.login import Viewer
from web.kit.paging import Paging, paging
from web.kit.recording_line import columns_of, with_people
from web.models import Recording, RecordingState, ReviewState, Team, Technician
from web.recordings.examples import Example, examples
from web.recordings.filters import Filter

PAGE = 50
COUNTED = 10_000  # beyond this the list says "more than": an exact number would cost every page its time
BULK_MAX = 10_000


@dataclass(frozen=True, slots=True)
class ListLine:
    id: int
    name: str
    recorded_at: datetime
    technician: str
    staff_no: str
    team: str
    order_no: str
    standard_id: str
    duration_s: float | None
    score: float | None
    machine_score: float | None
    state: RecordingState
    review_state: ReviewState
    signed_by: str
    missed: int
    forbidden: int
    suspicions: int
    not_judged: int
    unheard_s: float
    sampled: bool
    excluded: str  # why it counts nowhere; "" where it does


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list. `total` is exact up to `COUNTED`; `more` says that there are more than that.

    `examples`: by recording, what is heard first of what the filter asks for.
    """

    lines: tuple[ListLine, ...]
    number: int
    pages: int
    total: int
    more: bool
    examples: dict[int, Example]


def page(session: Session, viewer: Viewer, asked: Filter, number: int) -> ListPage:
    """Return a page of the recordings that the viewer may see."""
    place = paging(number, COUNTED, PAGE)
    wanted, found = _placed(session, viewer, asked, place)
    if not wanted and place.number > 1:  # an address outlives the rows it was made for
        _, found = _placed(session, viewer, asked, paging(1, COUNTED, PAGE))
        wanted, found = _placed(session, viewer, asked, paging(number, min(found, COUNTED), PAGE))
    place = paging(number, min(found, COUNTED), PAGE)
    rows = {row.id: _line(row, viewer) for row in session.execute(_joined().where(Recording.id.in_(wanted)))}
    heard = examples(session, viewer, asked, wanted)
    return ListPage(tuple(rows[i] for i in wanted), place.number, place.pages, place.total, found > COUNTED, heard)


def _placed(session: Session, viewer: Viewer, asked: Filter, place: Paging) -> tuple[list[int], int]:
    """The ids of one page and how many there are, at most `COUNTED` + 1; 0 where the page lies behind the last.

    One scan, counted in the database: of ten thousand rows handed over, each waits for Python's global lock.
    """
    found = asked.ordered(_ids(viewer, asked)).limit(COUNTED + 1).cte("found")
    statement = select(found.c.id, select(func.count()).select_from(found).scalar_subquery())
    rows = session.execute(statement.limit(place.size).offset(place.offset)).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


def every(session: Session, viewer: Viewer, asked: Filter) -> Iterator[ListLine]:
    """Give all recordings of a filter, for exports; only so many are in memory at a time."""
    statement = asked.ordered(asked.narrow(visible(_joined(), viewer))).execution_options(yield_per=1000)
    with session.execute(statement) as rows:  # whoever breaks off leaves the rest unread
        for row in rows:
            yield _line(row, viewer)


def behind(
    session: Session, viewer: Viewer, asked: Filter, last: int | None, count: int, newest_first: bool
) -> list[ListLine]:
    """Give so many recordings of a filter that come behind number `last` (None: from the beginning), by number."""
    statement = asked.narrow(visible(_joined(), viewer))
    if last is not None:
        statement = statement.where(Recording.id < last if newest_first else Recording.id > last)
    statement = statement.order_by(Recording.id.desc() if newest_first else Recording.id).limit(count)
    return [_line(row, viewer) for row in session.execute(statement)]


def chosen(session: Session, viewer: Viewer, ids: list[int]) -> Iterator[ListLine]:
    """Give those of the recordings that the viewer may see, newest first."""
    statement = visible(_joined(), viewer).where(Recording.id.in_(ids))
    statement = statement.order_by(Recording.recorded_at.desc(), Recording.id.desc())
    for row in session.execute(statement):
        yield _line(row, viewer)


def matching_ids(session: Session, viewer: Viewer, asked: Filter) -> list[int]:
    """Return the ids of all recordings of a filter, at most `BULK_MAX` + 1 of them."""
    return list(session.scalars(asked.ordered(_ids(viewer, asked)).limit(BULK_MAX + 1)))


def _line(row: Row[Any], viewer: Viewer) -> ListLine:
    line = ListLine(**row._asdict())
    return line if reads_private(viewer) else replace(line, name=hide(line.name))


def _ids(viewer: Viewer, asked: Filter) -> Select[tuple[int]]:
    return asked.narrow(visible(select(Recording.id), viewer))


def _joined() -> Select[Any]:
    return with_people(select(*columns_of(ListLine)).select_from(Recording))


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filter fields offer: ids with names."""

    technicians: tuple[tuple[int, str], ...]
    teams: tuple[tuple[int, str], ...]


def choices(session: Session, viewer: Viewer) -> Choices:
    """Return technicians and teams that the viewer may ask for."""
    people = select(Technician.id, Technician.name, Technician.staff_no).order_by(Technician.staff_no)
    teams = select(Team.id, Team.name).order_by(Team.name)
    if viewer.team_id is not None:
        people = people.where(Technician.team_id == viewer.team_id)
        teams = teams.where(Team.id == viewer.team_id)
    return Choices(
        tuple((i, f"{name} {no}") for i, name, no in session.execute(people)),
        tuple((i, name) for i, name in session.execute(teams)),
    )
