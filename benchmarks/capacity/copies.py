"""A large archive in minutes: the first BLOCK recordings of `benchmarks.pages.fill`, copied by SQL with shifted numbers.

Ten blocks are a year of one company of `TECHNICIANS` people; each further ten are another company of that size in the same
year, with its own people. Texts repeat, numbers, days, orders and people do not.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, func, select, text, update
from sqlalchemy.orm import Session

from benchmarks.pages.fill import DAYS, REVIEWED, TEAMS, TECHNICIANS, fill_rows
from benchmarks.pages.talk import talks
from web.kit.site import Site
from web.models import (
    Analysis,
    AnalysisDocument,
    CustomerWord,
    Decision,
    Job,
    Recording,
    SpokenText,
    Team,
    Technician,
    Verdict,
    WorkOrder,
)

BLOCK, BLOCKS_A_YEAR = 10_000, 10
_TABLES = (WorkOrder, Recording, Analysis, AnalysisDocument, Decision, Verdict, Job, CustomerWord, SpokenText)
_NUMBERS = {
    "work_orders": ("id",), "recordings": ("id", "work_order_id"), "analyses": ("id", "recording_id"),
    "analysis_documents": ("analysis_id",), "decisions": ("recording_id", "analysis_id"),
    "verdicts": ("recording_id", "analysis_id"), "jobs": ("id", "recording_id"),
    "customer_words": ("recording_id",), "spoken_texts": ("recording_id",),
}  # fmt: skip
# by which block 0 is found without reading the whole table
_KEYS = dict.fromkeys(("verdicts", "customer_words", "spoken_texts"), "recording_id") | {
    "analysis_documents": "analysis_id"
}
_DAYS = ("appointment_at", "uploaded_at", "recorded_at", "recorded_on", "signed_at", "at", "created_at", "finished_at")


@dataclass(frozen=True, slots=True)
class Shift:
    """How far block `number` lies from block 0."""

    number: int

    @property
    def recordings(self) -> int:
        return self.number * BLOCK

    @property
    def days(self) -> int:
        return self.number % BLOCKS_A_YEAR * (DAYS // BLOCKS_A_YEAR)

    @property
    def companies(self) -> int:
        return self.number // BLOCKS_A_YEAR


def grow(here: Site, count: int) -> float:
    """Fill the archive up to `count` recordings, a multiple of BLOCK above it; return the seconds. Summaries are not computed."""
    begun = time.perf_counter()
    fill_rows(here, min(count, BLOCK))
    with here.db.reading() as session:
        there = session.scalar(select(func.count()).select_from(Recording)) or 0
    if count % BLOCK and count > BLOCK:
        raise ValueError(f"{count} recordings are no multiple of {BLOCK}")
    blocks = range(there // BLOCK, count // BLOCK)
    if here.db.is_sqlite and blocks:
        with _bare(Path(str(here.db.engine.url.database))) as connection:
            for number in blocks:
                _copy_in_sqlite(connection, Shift(number))
    else:
        for number in blocks:
            with here.db.writing() as session:
                _copy_in_postgresql(session, Shift(number))
    if not here.db.is_sqlite:
        _count_on(here)
    return time.perf_counter() - begun


@contextlib.contextmanager
def _bare(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that may lose everything in a crash, and the tables without the indexes that only queries need."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "cache_size=-1000000", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    names = ",".join(f"'{model.__tablename__}'" for model in _TABLES)
    wanted = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({names})"  # noqa: S608  # names of our own tables and whole numbers
    indexes = connection.execute(wanted).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    try:
        yield connection
    finally:
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


def _copy_in_sqlite(connection: sqlite3.Connection, shift: Shift) -> None:
    terms = {talk.lines: talk.terms for talk in talks()}
    connection.execute("BEGIN")
    for statement in _people(shift):
        connection.execute(statement)
    for model in _TABLES:
        connection.execute(_statement(model, shift, sqlite=True))
    said = connection.execute(f"SELECT recording_id, lines FROM spoken_texts WHERE recording_id <= {BLOCK} ORDER BY 1")  # noqa: S608  # names of our own tables and whole numbers
    connection.executemany(
        "INSERT INTO spoken_index (rowid, terms) VALUES (?, ?)",
        ((number + shift.recordings, terms[lines]) for number, lines in said.fetchall()),
    )
    connection.execute("COMMIT")


def _copy_in_postgresql(session: Session, shift: Shift) -> None:
    for statement in _people(shift):
        session.execute(text(statement))
    for model in _TABLES:
        if model is Recording:  # names an analysis, which names the recording
            later = _statement(model, shift, sqlite=False, without=("analysis_id",))
            session.execute(text(later))
        else:
            session.execute(text(_statement(model, shift, sqlite=False)))
    new = Recording.id.between(shift.recordings + 1, shift.recordings + BLOCK)
    session.execute(update(Recording).where(new).values(analysis_id=Recording.id))
    index = f"INSERT INTO spoken_index SELECT recording_id + {shift.recordings}, terms FROM spoken_index WHERE recording_id <= {BLOCK}"  # noqa: S608  # names of our own tables and whole numbers
    session.execute(text(index))


def _people(shift: Shift) -> list[str]:
    """The company of a block: its teams and technicians, where they are not there yet."""
    teams, people = shift.companies * TEAMS, shift.companies * TECHNICIANS
    made = []
    for model, own, values in (
        (Team, TEAMS, {"id": f"id + {teams}", "name": f"'第 ' || (id + {teams}) || ' 组'"}),
        (
            Technician,
            TECHNICIANS,
            {
                "id": f"id + {people}",
                "staff_no": f"'' || (1000 + id + {people})",
                "name": f"'技师' || (id + {people})",
                "team_id": f"team_id + {teams}",
            },
        ),
    ):
        shifted = int(str(values["id"]).rpartition("+ ")[2])
        if not shifted:
            continue
        names = [column.name for column in model.__table__.columns]
        columns = ", ".join(f'"{name}"' for name in names)
        chosen = ", ".join(values.get(name, f'"{name}"') for name in names)
        table = model.__tablename__
        made.append(
            f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {table} WHERE id <= {own}"  # noqa: S608  # names of our own tables and whole numbers
            f" AND NOT EXISTS (SELECT 1 FROM {table} WHERE id = {shifted} + 1)"
        )
    return made


def _statement(model: Any, shift: Shift, *, sqlite: bool, without: tuple[str, ...] = ()) -> str:
    """INSERT … SELECT of the rows of block 0, shifted."""
    table = model.__tablename__
    columns = [column for column in model.__table__.columns if column.name not in without]
    chosen = ", ".join(_shifted(table, column, shift, sqlite) for column in columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    key, most = _KEYS.get(table, "id"), BLOCK
    if table == "decisions":
        most = (BLOCK + 1) * REVIEWED - 1
    return f'INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} WHERE "{key}" BETWEEN 1 AND {most} ORDER BY "{key}"'  # noqa: S608  # names of our own tables and whole numbers


def _shifted(table: str, column: Column[Any], shift: Shift, sqlite: bool) -> str:
    name, by = column.name, shift.recordings
    if name in _NUMBERS[table] or (table, name) == ("recordings", "analysis_id"):
        return f"{name} + {by}"
    if (table, name) in (("decisions", "id"), ("verdicts", "decision_id")):
        return f"{name} + {by * REVIEWED}"
    if name == "technician_id":
        return f"{name} + {shift.companies * TECHNICIANS}"
    if name == "order_no":
        return f"'WO-' || (id + {by})"
    if name == "original_name":
        return f"'上门_' || (id + {by}) || '.mp3'"
    if name == "sha256":
        return f"substr(sha256, 1, 50) || '-' || (id + {by})"
    if name in _DAYS:
        if not sqlite:
            whole = f"\"{name}\" + interval '{shift.days} days'"
            return f"({whole})::date" if name == "recorded_on" else whole
        form = "%Y-%m-%d" if name == "recorded_on" else "%Y-%m-%d %H:%M:%S.000000"
        return f"strftime('{form}', \"{name}\", '+{shift.days} days')"
    return f'"{name}"'


def _count_on(here: Site) -> None:
    """Rows were given their numbers: tell PostgreSQL's sequences."""
    with here.db.writing() as session:
        for model in (Team, Technician, WorkOrder, Recording, Analysis, Decision, Job):
            table = model.__tablename__
            session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"))  # noqa: S608  # names of our own tables and whole numbers
