"""What people decided where the machine had judged: the one condition behind every figure of agreement and its examples."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from web.models import BULK, Decision, Recording
from web.models.vocabulary import VerdictWord
from web.summaries.judged import included


def compared(since: datetime, sampled_only: bool, *columns: Any, until: int | None = None) -> Select[Any]:
    """Columns of the decisions that stand since a moment where the machine had judged (`Decision`, `Recording`).

    On the random sample only or on all recordings. What was left to the machine in bulk is no judgement; where the machine
    could not judge there is nothing to agree with. `until`: as it stood when the decision of this id was the last.
    """
    later = aliased(Decision)
    superseded = exists().where(
        later.recording_id == Decision.recording_id, later.item_id == Decision.item_id, later.id > Decision.id
    )
    if until is not None:
        superseded = superseded.where(later.id <= until)
    statement = (
        select(*columns)
        .select_from(Decision)
        .join(Recording, Recording.id == Decision.recording_id)
        .where(
            Decision.at >= since,
            included(),
            Decision.action.not_in(("withdraw", BULK)),
            Decision.machine.is_not(None),
            Decision.machine != VerdictWord.CANNOT_JUDGE.value,
            Decision.after.is_not(None),
            ~superseded,
        )
    )
    if until is not None:
        statement = statement.where(Decision.id <= until)
    return statement.where(Recording.sampled.is_(True)) if sampled_only else statement
