"""What the machine's verdicts rest on, and how people judged them: the words as written, their sound, their meaning.

Each reviewed rule verdict counts once, under the least certain of its evidence: a clause of which one part was credited
by its meaning rests on meaning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.figures.intervals import Estimate, rate
from web.kit.access import visible
from web.kit.login import Viewer
from web.models import Decision, Recording, Verdict

NOTHING = "nothing"  # a verdict without any words: not said
MEANS = ("words", "sound", "meaning", NOTHING)  # from what is surest


@dataclass(frozen=True, slots=True)
class Means:
    """How people judged what rests on one kind of evidence.

    `agreed`: of the verdicts, with Wilson's interval. `accused` of them charged what the person did not find. Of
    `open` ones, left to a person, `said` were found to be said (or, of forbidden words, an offence).
    """

    name: str
    agreed: Estimate
    accused: int
    open: int
    said: int


def by_means(session: Session, viewer: Viewer, since: datetime, sampled_only: bool) -> tuple[Means, ...]:
    """Count the decisions that stand since a moment; one query. Kinds of evidence that nothing rests on are left out."""
    statement = (
        select(Verdict.kind, Verdict.machine, Verdict.human, Verdict.evidence)
        .join(Decision, Decision.id == Verdict.decision_id)
        .join(Recording, Recording.id == Verdict.recording_id)
        .where(Decision.at >= since, Verdict.how == "rule", Verdict.machine.is_not(None), Verdict.human.is_not(None))
    )
    if sampled_only:
        statement = statement.where(Recording.sampled.is_(True))
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for kind, machine, human, evidence in session.execute(visible(statement, viewer)):
        if human != "not_applicable" and machine != "not_applicable":
            found[_weakest(evidence)].append((kind, machine or "", human or ""))
    return tuple(_means(name, found[name]) for name in MEANS if name in found)


def _weakest(evidence: Iterable[Mapping[str, Any]]) -> str:
    """Which evidence a verdict rests on; hits of before there was any choice are words."""
    names = {str(hit.get("by", "words")) for hit in evidence}
    return max(names & set(MEANS), key=MEANS.index, default=NOTHING)


def _means(name: str, judged: list[tuple[str, str, str]]) -> Means:
    decided = [(machine, human) for _, machine, human in judged if machine != "cannot_judge"]
    left = [(kind, human) for kind, machine, human in judged if machine == "cannot_judge"]
    return Means(
        name,
        rate(sum(machine == human for machine, human in decided), len(decided)),
        sum(machine == "missed" != human for machine, human in decided),
        len(left),
        sum(human == ("missed" if kind == "forbidden" else "met") for kind, human in left),
    )
