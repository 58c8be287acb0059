"""The rows that summaries are made of: judged recordings and their verdicts, as the driver gives them."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pandas as pd
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from web.kit.calendar import POSSIBLE
from web.models import Recording, ReviewState, Verdict, WorkOrder
from web.summaries.judged import due, judged, recorded_in

Rows = Select[*tuple[Any, ...]]


def _judged(statement: Rows) -> Rows:
    return statement.outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id).where(
        judged(), recorded_in(POSSIBLE)
    )


def recordings() -> Rows:
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


def verdicts() -> Rows:
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
        .where(due())
    )


def frame(session: Session, statement: Rows) -> pd.DataFrame:
    """Return the rows as the driver gives them: a year of verdicts is two million, and each costs what it passes through."""
    connection = session.connection()
    text = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    columns = [str(column.name) for column in statement.selected_columns]
    with closing(connection.exec_driver_sql(text)) as result:
        made = pd.DataFrame(result.cursor.fetchall(), columns=columns)
    if len(made):
        made["job_kind"] = made["job_kind"].fillna("")
    made["reviewed"] = made.pop("review_state") == ReviewState.SIGNED.value
    return made
