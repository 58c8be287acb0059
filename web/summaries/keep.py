"""Keeping the stored summaries up to date: after changes for the days concerned, or everything anew."""

from __future__ import annotations

import datetime as dt
import logging
from itertools import groupby

import pandas as pd
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from web.db import Database
from web.figures.build import item_periods, score_days
from web.figures.frames import DAY_SUMS, ITEM_COUNTS
from web.kit.aside import Batch
from web.kit.calendar import POSSIBLE, Grain, Period, period_name, whole
from web.models import (
    ALL_KINDS,
    ItemPeriod,
    Recording,
    ScorePeriod,
    StaleDay,
)
from web.summaries import impossible_days, remembered, sources, words
from web.summaries.judged import recorded_in

log = logging.getLogger(__name__)
STEP = "summaries"
MOST_DAYS = 62  # of one technician at once
ROWS = 5_000  # rows an insert


def refresh_stale(db: Database) -> int:
    """Compute the summaries again that changes have made stale; return how many technicians' days.

    Reading and computing hold no write lock; only the few rows of one technician are written at a time. Days that cannot
    be computed are set aside and stay stale; the others of the same technician are done.
    """
    done = 0
    while count := _pass(db):  # what became stale meanwhile
        done += count
    return done


def _pass(db: Database) -> int:
    batch = Batch(db, STEP)
    with db.reading() as session:
        stale = session.execute(
            select(StaleDay.technician_id, StaleDay.day, StaleDay.stamp).order_by(StaleDay.technician_id, StaleDay.day)
        ).all()
    batch.forget_others(_key(technician_id, day) for technician_id, day, _stamp in stale)
    due = set(batch.due(_key(technician_id, day) for technician_id, day, _stamp in stale))
    done, impossible = 0, False
    for technician_id, rows in groupby(stale, key=lambda row: row.technician_id):
        days = {row.day: row.stamp for row in rows if _key(technician_id, row.day) in due}
        strange = {day: stamp for day, stamp in days.items() if not POSSIBLE.first <= day <= POSSIBLE.last}
        if strange:
            _fresh(db, technician_id, strange)
            impossible = True
        usual = [(day, stamp) for day, stamp in days.items() if day not in strange]
        for first in range(0, len(usual), MOST_DAYS):
            done += _refreshed(db, batch, technician_id, dict(usual[first : first + MOST_DAYS]))
    if impossible:
        impossible_days.tell(db)
    return done


def rebuild(db: Database) -> int:
    """Compute all summaries anew from the recordings, a technician a transaction; return how many recordings they hold."""
    batch = Batch(db, "rebuild")
    with db.reading() as session:
        known = [Recording.technician_id, ScorePeriod.technician_id, ItemPeriod.technician_id, StaleDay.technician_id]
        everybody = {i for column in known for i in session.scalars(select(column).distinct()) if i is not None}
    count = 0
    for technician_id in sorted(everybody):
        with batch.row(_key(technician_id), f"技师 #{technician_id}"):
            count += _rebuilt(db, technician_id)
    words.rebuild(db)
    impossible_days.tell(db)
    return count


def _key(technician_id: int, day: dt.date | None = None) -> str:
    return f"{technician_id}" if day is None else f"{technician_id}/{day}"


def _refreshed(db: Database, batch: Batch, technician_id: int, stale: dict[dt.date, str]) -> int:
    """Days of one technician: together, and where that fails one by one. Return how many could be done."""
    try:
        _refresh(db, technician_id, stale)
        batch.forget(_key(technician_id, day) for day in stale)
        return len(stale)
    except OperationalError:  # the database is at fault, no day is
        raise
    except Exception:
        log.info("the days of technician %d are summed up one by one", technician_id)
    done = 0
    for day, stamp in stale.items():
        with batch.row(_key(technician_id, day), f"技师 #{technician_id} {day}"):
            _refresh(db, technician_id, {day: stamp})
            done += 1
    return done


def _refresh(db: Database, technician_id: int, stale: dict[dt.date, str]) -> None:
    with db.reading() as session:
        fresh = _computed(session, technician_id, set(stale))
    with db.writing() as session:
        for table, names, rows in fresh:
            session.execute(delete(table).where(table.technician_id == technician_id, table.period.in_(names)))
            _put(session, table, rows)
        words.put_of(session, technician_id, fresh[0][1])
        remembered.changed(session)
        _forget(session, technician_id, stale)


def _fresh(db: Database, technician_id: int, days: dict[dt.date, str]) -> None:
    with db.writing() as session:
        _forget(session, technician_id, days)


def _forget(session: Session, technician_id: int, stale: dict[dt.date, str]) -> None:
    """These days are no longer stale, but where somebody has changed them meanwhile."""
    session.execute(
        delete(StaleDay).where(
            StaleDay.technician_id == technician_id, StaleDay.day.in_(stale), StaleDay.stamp.in_(stale.values())
        )
    )


def _rebuilt(db: Database, technician_id: int) -> int:
    with db.reading() as session:
        own = Recording.technician_id == technician_id
        recordings = sources.frame(session, sources.recordings().where(own))
        verdicts = sources.frame(session, sources.verdicts().where(own))
        stale = session.execute(select(StaleDay.day, StaleDay.stamp).where(StaleDay.technician_id == technician_id))
        days: dict[dt.date, str] = {row.day: row.stamp for row in stale}
    with db.writing() as session:
        for table, rows in ((ScorePeriod, _scores(recordings)), (ItemPeriod, _items(verdicts))):
            session.execute(delete(table).where(table.technician_id == technician_id))
            _put(session, table, rows)
        remembered.changed(session)
        _forget(session, technician_id, days)
    return len(recordings)


def _computed(
    session: Session, technician_id: int, days: set[dt.date]
) -> list[tuple[type[ScorePeriod | ItemPeriod], set[str], pd.DataFrame]]:
    """One technician: the rows of the months and weeks in which the days lie, by table."""
    names = {period_name(day, grain) for day in days for grain in Grain}
    touched = [whole(day, grain) for day in days for grain in Grain]
    near = (
        Recording.technician_id == technician_id,
        recorded_in(Period(min(p.first for p in touched), max(p.last for p in touched))),
    )
    scores = _scores(sources.frame(session, sources.recordings().where(*near)))
    items = _items(sources.frame(session, sources.verdicts().where(*near)))
    return [
        (ScorePeriod, names, scores[scores["period"].isin(names)]),
        (ItemPeriod, names, items[items["period"].isin(names)]),
    ]


def _scores(recordings: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of score_periods: days added up to months and weeks."""
    days = score_days(recordings)
    parts = [days.assign(period=[period_name(day, grain) for day in days["day"]]) for grain in Grain]
    return _rolled(pd.concat(parts, ignore_index=True).drop(columns="day"), DAY_SUMS)


def _items(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of item_periods."""
    return _rolled(item_periods(verdicts), [*ITEM_COUNTS, "credit_sum"])


def _rolled(rows: pd.DataFrame, sums: list[str]) -> pd.DataFrame:
    """Add up equal keys, and over job kinds as well; single kinds stay for months only."""
    keys = [name for name in rows.columns if name not in sums]
    months = rows[~rows["period"].astype("str").str.contains("W")]
    both = pd.concat([months, rows.assign(job_kind=ALL_KINDS)], ignore_index=True)
    whole = both.groupby(keys, as_index=False, observed=True)[sums].sum()
    floats = [name for name in sums if whole[name].dtype.kind == "f"]
    return whole.round(dict.fromkeys(floats, 9))  # free of the order of adding


def _put(session: Session, table: type[ScorePeriod | ItemPeriod], frame: pd.DataFrame) -> None:
    rows = frame.to_dict("records")
    for first in range(0, len(rows), ROWS):
        session.connection().execute(insert(table.__table__), rows[first : first + ROWS])  # type: ignore[arg-type]  # it is a Table
