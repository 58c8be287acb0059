"""Keeping the stored summaries up to date: after changes for the days concerned, or everything anew."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import Any

import pandas as pd
from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from web.db import Database
from web.figures.build import item_periods, score_days
from web.figures.frames import DAY_SUMS, ITEM_COUNTS
from web.kit.calendar import Grain, Period, period_name, whole
from web.models import (
    ALL_KINDS,
    ItemPeriod,
    Recording,
    ReviewState,
    ScorePeriod,
    StaleDay,
    Verdict,
    WorkOrder,
)
from web.summaries import remembered, words
from web.summaries.judged import judged, recorded_in

Rows = Select[*tuple[Any, ...]]
MOST_DAYS = 62  # of one technician at once
ROWS = 5_000  # rows an insert


def refresh_stale(db: Database) -> int:
    """Compute the summaries again that changes have made stale; return how many technicians' days.

    Reading and computing hold no write lock; only the few rows of one technician are written at a time.
    """
    done = 0
    while True:
        with db.reading() as session:
            first = session.scalar(select(StaleDay.technician_id).limit(1))
            if first is None:
                return done
            stale = session.execute(
                select(StaleDay.day, StaleDay.stamp).where(StaleDay.technician_id == first).limit(MOST_DAYS)
            ).all()
            fresh = _computed(session, first, {day for day, _ in stale})
        with db.writing() as session:
            for table, names, rows in fresh:
                session.execute(delete(table).where(table.technician_id == first, table.period.in_(names)))
                _put(session, table, rows)
            words.put_of(session, first, fresh[0][1])
            remembered.changed(session)
            days, stamps = zip(*stale, strict=True)
            session.execute(
                delete(StaleDay).where(
                    StaleDay.technician_id == first, StaleDay.day.in_(days), StaleDay.stamp.in_(stamps)
                )
            )
        done += len(stale)


def rebuild(db: Database) -> int:
    """Compute all summaries anew from the recordings; return how many recordings they hold."""
    with db.writing() as session:
        recordings = _frame(session, _recordings())
        verdicts = _frame(session, _verdicts())
        for table in (ScorePeriod, ItemPeriod, StaleDay):
            session.execute(delete(table))
        _put(session, ScorePeriod, _scores(recordings))
        _put(session, ItemPeriod, _items(verdicts))
        words.rebuild(session)
        remembered.changed(session)
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
    scores = _scores(_frame(session, _recordings().where(*near)))
    items = _items(_frame(session, _verdicts().where(*near)))
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


def _judged(statement: Rows) -> Rows:
    return statement.outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id).where(judged())


def _recordings() -> Rows:
    return _judged(
        select(
            Recording.id.label("recording_id"),
            Recording.recorded_on.label("day"),
            Recording.technician_id,
            Recording.standard_id,
            WorkOrder.job_kind,
            Recording.review_state,
            Recording.score,
            Recording.forbidden_count.label("forbidden"),
            Recording.suspicion_count.label("suspicions"),
            Recording.judged_count.label("judged_items"),
            Recording.not_judged_count.label("unjudged_items"),
        ).select_from(Recording)
    )


def _verdicts() -> Rows:
    return _judged(
        select(
            Recording.id.label("recording_id"),
            Recording.technician_id,
            Recording.recorded_on.label("day"),
            Verdict.standard_id,
            Verdict.item_id,
            Verdict.kind,
            Verdict.how,
            Verdict.final,
            Verdict.final_credit,
            WorkOrder.job_kind,
            Recording.review_state,
            Verdict.weight,
        )
        .select_from(Recording)
        .join(Verdict, Verdict.recording_id == Recording.id)
    )


def _frame(session: Session, statement: Rows) -> pd.DataFrame:
    """Return the rows as the driver gives them: a year of verdicts is two million, and each costs what it passes through."""
    connection = session.connection()
    text = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    columns = [str(column.name) for column in statement.selected_columns]
    with closing(connection.exec_driver_sql(text)) as result:
        frame = pd.DataFrame(result.cursor.fetchall(), columns=columns)
    if len(frame):
        frame["job_kind"] = frame["job_kind"].fillna("")
    frame["reviewed"] = frame.pop("review_state") == ReviewState.SIGNED.value
    return frame


def _put(session: Session, table: type[ScorePeriod | ItemPeriod], frame: pd.DataFrame) -> None:
    rows = frame.to_dict("records")
    for first in range(0, len(rows), ROWS):
        session.connection().execute(insert(table.__table__), rows[first : first + ROWS])  # type: ignore[arg-type]  # it is a Table
