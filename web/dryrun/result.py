"""What a run's page shows: the figures of its summary by name, and the recordings behind each of them. Reads, writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from web.dryrun.difference import Way
from web.dryrun.tally import FROZEN, SIGNED, empty
from web.kit.login import Viewer
from web.kit.paging import Paging, paging
from web.kit.sound import silence
from web.kit.standards import StandardInfo
from web.models import (
    Recording,
    StandardRun,
    StandardRunDifference,
    StandardRunRecording,
    Team,
    Technician,
    WorkOrder,
)

PAGE = 20
FAILED = "failed"
SHOWS = ("", SIGNED, FROZEN, FAILED)  # what moves, and what does not


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recordings of a run: what moves ("") or one of SHOWS, of one clause, read otherwise in one way, of one technician."""

    show: str = ""
    standard_id: str = ""
    item_id: str = ""
    way: str = ""
    technician_id: int | None = None  # 0: of nobody


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause with how many recordings read it otherwise in each way."""

    standard_id: str
    item_id: str
    clause: str
    text: str
    kind: str
    ways: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.ways.values())


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A technician's recordings in the run; the means are over those with points under both standards."""

    id: int
    name: str
    team: str
    recordings: int
    differing: int
    before: float | None
    after: float | None

    @property
    def moved(self) -> float:
        return 0.0 if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a run under one standard: how many recordings have any, their mean, and how many lie in each bin."""

    scored: int
    mean: float | None
    bins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """A run's summary. `agreed`: clauses that people judged, of these as before, of these as under the draft."""

    recordings: int
    differing: int
    verdicts: int
    drift: int
    signed: tuple[int, int]
    frozen: tuple[int, int]
    before: Points
    after: Points
    agreed: tuple[int, int, int]
    clauses: tuple[ClauseLine, ...]
    people: tuple[PersonLine, ...]


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause of a recording that reads otherwise, with where to hear it (as `_parts/hear.html` asks for it)."""

    recording_id: int
    item_id: str
    clause: str
    text: str
    kind: str
    way: str
    before: str | None
    after: str | None
    decided: bool
    start_s: float | None
    end_s: float | None
    quote: str
    silence: str | None


@dataclass(frozen=True, slots=True)
class RecordingLine:
    """A recording that would stand otherwise, or could not be judged."""

    id: int
    name: str
    recorded_at: dt.datetime
    technician: str
    order_no: str
    before: float | None
    after: float | None
    kept: str
    failure: str
    changes: tuple[ClauseChange, ...]


@dataclass(frozen=True, slots=True)
class RecordingPage:
    lines: tuple[RecordingLine, ...]
    place: Paging


def figures(session: Session, run: StandardRun, known: Sequence[StandardInfo]) -> Figures:
    """One query. `known`: the standards of the draft, and those that stand where a clause is gone."""
    summary: dict[str, Any] = {**empty(), **run.summary}
    kept = summary["kept"]
    return Figures(
        summary["recordings"],
        summary["differing"],
        summary["verdicts"],
        summary["drift"],
        _pair(kept, SIGNED),
        _pair(kept, FROZEN),
        _points(summary["before"]),
        _points(summary["after"]),
        (summary["agreed"][0], summary["agreed"][1], summary["agreed"][2]),
        _clauses(summary["items"], known),
        _people(session, summary["technicians"]),
    )


def recordings(
    session: Session, viewer: Viewer, run: StandardRun, wanted: Wanted, page: int, known: Sequence[StandardInfo]
) -> RecordingPage:
    """A page of recordings, most points moved first. Three queries."""
    total = session.scalar(_narrowed(select(func.count()), run.id, wanted)) or 0
    place = paging(page, total, PAGE)
    return RecordingPage(tuple(_lines(session, viewer, run, wanted, known, place.offset, PAGE)), place)


def every(
    session: Session, viewer: Viewer, run: StandardRun, wanted: Wanted, known: Sequence[StandardInfo]
) -> Iterator[RecordingLine]:
    """All of them, page by page: for a file."""
    offset = 0
    while lines := list(_lines(session, viewer, run, wanted, known, offset, 500)):
        yield from lines
        offset += len(lines)


def _lines(
    session: Session,
    viewer: Viewer,
    run: StandardRun,
    wanted: Wanted,
    known: Sequence[StandardInfo],
    offset: int,
    size: int,
) -> Iterator[RecordingLine]:
    moved = func.abs(func.coalesce(StandardRunRecording.after, 0.0) - func.coalesce(StandardRunRecording.before, 0.0))
    chosen = _narrowed(
        select(
            StandardRunRecording,
            Recording.original_name,
            Recording.recorded_at,
            func.coalesce(Technician.name, ""),
            func.coalesce(WorkOrder.order_no, ""),
            silence(viewer),
        ),
        run.id,
        wanted,
    )
    found = session.execute(
        chosen.outerjoin(Technician, Technician.id == StandardRunRecording.technician_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .order_by(moved.desc(), StandardRunRecording.recording_id.desc())
        .limit(size)
        .offset(offset)
    ).all()
    silent = {row.recording_id: why for row, _, _, _, _, why in found}
    changed = _changes(session, run.id, silent, known, {row.recording_id: row.standard_id for row, *_ in found})
    for row, name, recorded_at, technician, order_no, _ in found:
        yield RecordingLine(
            row.recording_id,
            name,
            recorded_at,
            technician,
            order_no,
            row.before,
            row.after,
            row.kept,
            row.failure,
            tuple(changed.get(row.recording_id, ())),
        )


def _changes(
    session: Session,
    run_id: int,
    silent: Mapping[int, str | None],
    known: Sequence[StandardInfo],
    standard_ids: Mapping[int, str],
) -> dict[int, list[ClauseChange]]:
    named = _named(known)
    rows = session.scalars(
        select(StandardRunDifference)
        .where(StandardRunDifference.run_id == run_id, StandardRunDifference.recording_id.in_(silent))
        .order_by(StandardRunDifference.recording_id, StandardRunDifference.position)
    )
    found: dict[int, list[ClauseChange]] = {}
    for row in rows:
        clause, text = named.get((standard_ids[row.recording_id], row.item_id), ("", row.item_id))
        found.setdefault(row.recording_id, []).append(
            ClauseChange(
                row.recording_id,
                row.item_id,
                clause,
                text,
                row.kind,
                row.way,
                row.before,
                row.after,
                row.decided,
                row.start_s,
                row.end_s,
                row.quote,
                silent[row.recording_id],
            )
        )
    return found


def _narrowed(statement: Select[Any], run_id: int, wanted: Wanted) -> Select[Any]:
    statement = (
        statement.select_from(StandardRunRecording)
        .join(Recording, Recording.id == StandardRunRecording.recording_id)
        .where(StandardRunRecording.run_id == run_id, Recording.deleted_at.is_(None), _shown(wanted.show))
    )
    if wanted.technician_id is not None:
        who = wanted.technician_id or None
        statement = statement.where(StandardRunRecording.technician_id.is_not_distinct_from(who))
    if wanted.item_id or wanted.way:
        statement = statement.where(_differs(run_id, wanted))
    return statement


def _shown(show: str) -> ColumnElement[bool]:
    if show == FAILED:
        return StandardRunRecording.failure != ""
    return and_(StandardRunRecording.kept == show, StandardRunRecording.failure == "")


def _differs(run_id: int, wanted: Wanted) -> ColumnElement[bool]:
    found = exists().where(
        StandardRunDifference.run_id == run_id,
        StandardRunDifference.recording_id == StandardRunRecording.recording_id,
        StandardRunDifference.decided.is_(False),
    )
    if wanted.item_id:
        found = found.where(
            StandardRunDifference.item_id == wanted.item_id, StandardRunRecording.standard_id == wanted.standard_id
        )
    if wanted.way:
        found = found.where(StandardRunDifference.way == wanted.way)
    return found.correlate(StandardRunRecording)


def _pair(kept: Mapping[str, Sequence[int]], name: str) -> tuple[int, int]:
    recordings, differing = kept.get(name, (0, 0))
    return recordings, differing


def _points(stored: Mapping[str, Any]) -> Points:
    scored = stored["scored"]
    return Points(scored, stored["sum"] / scored if scored else None, tuple(stored["bins"]))


def _named(known: Sequence[StandardInfo]) -> dict[tuple[str, str], tuple[str, str]]:
    """Clause and words of every item; the first standard that knows it says so."""
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for info in known:
        for item in info.items:
            named.setdefault((info.id, item.id), (item.clause, item.text))
    return named


def _clauses(items: Mapping[str, dict[str, int]], known: Sequence[StandardInfo]) -> tuple[ClauseLine, ...]:
    named = _named(known)
    kinds = {(info.id, item.id): item.kind for info in known for item in info.items}
    order = {key: place for place, key in enumerate(named)}
    lines = []
    for name, ways in items.items():
        standard_id, _, item_id = name.partition("/")
        key = standard_id, item_id
        clause, text = named.get(key, ("", item_id))
        in_order: dict[str, int] = {str(way.value): ways[way.value] for way in Way if way.value in ways}
        lines.append(ClauseLine(standard_id, item_id, clause, text, kinds.get(key, "required"), in_order))
    return tuple(sorted(lines, key=lambda line: order.get((line.standard_id, line.item_id), len(order))))


def _people(session: Session, technicians: Mapping[str, Sequence[float]]) -> tuple[PersonLine, ...]:
    rows = session.execute(
        select(Technician.id, Technician.name, func.coalesce(Team.name, ""))
        .outerjoin(Team, Team.id == Technician.team_id)
        .where(Technician.id.in_([int(name) for name in technicians]))
    )
    names = {number: (name, team) for number, name, team in rows}
    lines = []
    for number, (count, differing, scored, before, after) in technicians.items():
        name, team = names.get(int(number), ("", ""))
        means = (before / scored, after / scored) if scored else (None, None)
        lines.append(PersonLine(int(number), name, team, int(count), int(differing), *means))
    return tuple(sorted(lines, key=lambda line: (-abs(line.moved), line.name)))
