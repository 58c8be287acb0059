"""How rules stand beside people: counted by the worker, read by pages in one row.

Of the random sample only, as `figures.rules` wants it: its decisions by what machine and person said and by the band of
the recording's score, and beside them how many verdicts of the whole sample lie in each cell. About the machine, not
about people: everybody's recordings together. `until` names the last decision that was counted, so that the list behind
a figure holds as many decisions as the figure says though people go on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from web.db import Database, now
from web.figures.rules import RuleAccuracy, accuracy
from web.kit.access import visible
from web.kit.login import Viewer
from web.models import Appeal, Decision, Recording, RecordingState, SiteValue, Verdict
from web.models.vocabulary import VerdictWord
from web.summaries.compared import compared
from web.summaries.upheld import against_rule

NAME = "rules"
DAYS = 365
GOOD_SCORE = 80.0  # as the risk has it (`web.intake.risk`): under it, or without a score, a recording comes first
BAND = case((Recording.machine_score >= GOOD_SCORE, "good"), else_="low")
Counts = dict[str, dict[str, dict[str, int]]]  # standard -> clause -> words of the key -> number


@dataclass(frozen=True, slots=True)
class Rules:
    """What is known of one standard's rules by clause, as of the decision `until`."""

    until: int
    by_item: dict[str, RuleAccuracy]


def since(at: datetime) -> datetime:
    """The moment from which on decisions count: days are counted whole, so that a list made later holds the same."""
    return datetime.combine((at - timedelta(days=DAYS)).date(), time.min, at.tzinfo)


def keep(db: Database) -> None:
    """Count again, and write what is counted where it is no longer the same."""
    with db.reading() as session:
        fresh, known = _counted(session), session.scalar(_kept())
    if fresh != known:
        with db.writing() as session:
            session.merge(SiteValue(name=NAME, value=fresh))


def rules(session: Session, standard_id: str) -> Rules:
    """The accuracy of a standard's rules; one row is read."""
    return rules_of(session, [standard_id])[standard_id]


def rules_of(session: Session, standard_ids: Iterable[str]) -> dict[str, Rules]:
    """The accuracy of the rules of several standards, by standard; one row is read."""
    kept: dict[str, Any] = session.scalar(_kept()) or {}
    return {name: _of(kept, name) for name in standard_ids}


def _of(kept: dict[str, Any], standard_id: str) -> Rules:
    decided = kept.get("decided", {}).get(standard_id, {})
    sample = kept.get("sample", {}).get(standard_id, {})
    return Rules(
        kept.get("until", 0),
        {item: accuracy(_keys(decided.get(item, {})), _keys(sample.get(item, {}))) for item in {*decided, *sample}},
    )


def upheld_recordings(session: Session, viewer: Viewer, standard_id: str) -> dict[str, int]:
    """{item id: recordings that the viewer may see in which an appeal was upheld against the rule}; one query."""
    statement = (
        select(Appeal.item_id, func.count(Appeal.recording_id.distinct()))
        .select_from(Appeal)
        .join(Recording, Recording.id == Appeal.recording_id)
        .where(against_rule(), Recording.standard_id == standard_id)
        .group_by(Appeal.item_id)
    )
    return dict(session.execute(visible(statement, viewer)).all())


def _kept() -> Any:
    return select(SiteValue.value).where(SiteValue.name == NAME)


def _counted(session: Session) -> dict[str, Any]:
    until = session.scalar(select(func.max(Decision.id))) or 0
    begin = since(now())
    keys = (Recording.standard_id, Decision.item_id, Decision.machine, Decision.after, BAND)
    decided = (
        compared(begin, True, *keys, func.count(), until=until)
        .where(Recording.deleted_at.is_(None), Recording.standard_id.is_not(None))
        .group_by(*keys)
    )
    cells = (Recording.standard_id, Verdict.item_id, Verdict.machine, BAND)
    sample = (
        select(*cells, func.count())
        .select_from(Recording)
        .join(Verdict, Verdict.recording_id == Recording.id)
        .where(
            Recording.sampled.is_(True),
            Recording.state == RecordingState.JUDGED,
            Recording.deleted_at.is_(None),
            Recording.standard_id.is_not(None),
            Recording.recorded_on >= begin.date(),
            Verdict.machine.is_not(None),
            Verdict.machine != VerdictWord.CANNOT_JUDGE.value,
        )
        .group_by(*cells)
    )
    return {
        "until": until,
        "decided": _tree(session.execute(decided)),
        "sample": _tree(session.execute(sample)),
    }


def _tree(rows: Iterable[Any]) -> Counts:
    found: defaultdict[str, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for standard_id, item_id, *key, n in rows:
        found[standard_id][item_id][" ".join(key)] = n
    return {
        standard: {item: dict(sorted(own.items())) for item, own in sorted(items.items())}
        for standard, items in sorted(found.items())
    }


def _keys(counts: dict[str, int]) -> Any:
    return {tuple(key.split(" ")): n for key, n in counts.items()}
