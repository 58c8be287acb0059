"""Whether somebody wants the site to learn, whether it is at it, and what it learnt last: one value of the site."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from web.db import now
from web.intake.erasure import FORGET
from web.models import SiteValue

NAME = "learning"
LONGEST = timedelta(hours=2)  # of one learning; after that whoever was at it is gone


@dataclass(frozen=True, slots=True)
class Row:
    """One meaning: of `held` decisions that were held back so many are read rightly before and after."""

    meaning: str
    lines: int
    held: int
    before: int
    after: int
    taken: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What was learnt at one time from how many decisions."""

    at: datetime
    decisions: int
    rows: tuple[Row, ...]

    @property
    def taken(self) -> int:
        return sum(row.taken for row in self.rows)


@dataclass(frozen=True, slots=True)
class Standing:
    """`state`: idle | asked | running | failed; `failure` is a sentence with its advice."""

    state: str
    user_id: int | None
    username: str
    failure: str
    report: Report | None

    @property
    def busy(self) -> bool:
        return self.state in ("asked", "running")


def standing(session: Session) -> Standing:
    """How it stands now; a learning that takes too long has failed."""
    value = _value(session)
    state = "failed" if value.get("state") == "running" and _overdue(value) else value.get("state", "idle")
    report = value.get("report")
    return Standing(
        state, value.get("user_id"), value.get("username", ""), value.get("failure", ""), report and _report(report)
    )


def ask(session: Session, user_id: int, username: str) -> bool:
    """Have the worker learn; False where it is asked or at it already."""
    if standing(session).busy:
        return False
    _put(session, state="asked", user_id=user_id, username=username, failure="")
    return True


def forget(session: Session) -> None:
    """Have it learnt again without what was erased; where nobody has ever had it learnt there is nothing to forget."""
    flag = session.get(SiteValue, FORGET)
    if flag is None:
        return
    state = standing(session)
    if state.report is None or not state.busy:
        if state.report is not None:
            _put(session, state="asked", user_id=None, username="", failure="")
        session.delete(flag)


def begin(session: Session, host: str) -> bool:
    """Take what was asked for; False where nothing is. `host` names the worker."""
    if _value(session).get("state") != "asked":
        return False
    _put(session, state="running", host=host, since=now().isoformat())
    return True


def give_back(session: Session, host: str) -> None:
    """Have what a worker of this name was at when it ended learnt again."""
    value = _value(session)
    if value.get("state") == "running" and value.get("host") == host:
        _put(session, state="asked")


def end(session: Session, report: Report) -> None:
    stored = {**asdict(report), "at": report.at.isoformat()}
    _put(session, state="idle", failure="", report=stored)


def fail(session: Session, failure: str) -> None:
    _put(session, state="failed", failure=failure)


def _value(session: Session) -> dict[str, Any]:
    row = session.get(SiteValue, NAME)
    return dict(row.value) if row else {}


def _put(session: Session, **changed: Any) -> None:
    session.merge(SiteValue(name=NAME, value={**_value(session), **changed}))
    session.flush()


def _overdue(value: dict[str, Any]) -> bool:
    return datetime.fromisoformat(value["since"]) < now() - LONGEST


def _report(stored: dict[str, Any]) -> Report:
    rows = tuple(Row(**row) for row in stored["rows"])
    return Report(datetime.fromisoformat(stored["at"]), stored["decisions"], rows)
