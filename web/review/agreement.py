"""How often people and the machine agree, clause by clause (一致率), with its uncertainty.

Only clauses that the machine judged and a person then judged as well; the last decision counts, withdrawn ones and those
left to the machine in bulk do not.
Cohen's kappa (Educ. Psychol. Meas. 20 (1960) 37) takes away the agreement that chance alone would give; it is not told
where one of the two gave the same verdict throughout.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Session

from web.figures.intervals import Estimate, rate
from web.figures.rules import kappa
from web.kit.access import visible
from web.kit.login import Viewer
from web.models import Decision, Recording
from web.summaries.compared import compared


@dataclass(frozen=True, slots=True)
class Agreement:
    """A clause: share of agreement with Wilson's interval, kappa, and the two ways to differ.

    `accused`: the machine said missed (or forbidden words said), the person did not; `let_off` the other way round.
    """

    standard_id: str
    item_id: str
    share: Estimate
    kappa: float | None
    blind: int
    accused: int
    let_off: int
    differ: int


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """All clauses, those that agree least first, and all of them together."""

    total: Agreement
    lines: tuple[Agreement, ...]


def agreement(session: Session, viewer: Viewer, since: datetime, sampled_only: bool) -> AgreementPage:
    """Return the agreement of all decisions since a moment, on the random sample only or on all recordings."""
    keys = (Recording.standard_id, Decision.item_id, Decision.machine, Decision.after, Decision.action)
    statement = compared(since, sampled_only, *keys, func.count()).group_by(*keys)
    pairs: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    blind: Counter[tuple[str, str]] = Counter()
    for standard_id, item_id, machine, after, action, count in session.execute(visible(statement, viewer)):
        key = (standard_id or "", item_id)
        pairs[key][machine, after] += count
        blind[key] += count if action == "answer" else 0
    lines = [_line(*key, found, blind[key]) for key, found in pairs.items()]
    everything: Counter[tuple[str, str]] = sum(pairs.values(), Counter())
    return AgreementPage(
        _line("", "", everything, sum(blind.values())),
        tuple(sorted(lines, key=lambda x: (x.share.value if x.share.value is not None else 1.0, -x.share.n))),
    )


def _line(standard_id: str, item_id: str, pairs: Counter[tuple[str, str]], blind: int) -> Agreement:
    n = sum(pairs.values())
    same = sum(count for (machine, person), count in pairs.items() if machine == person)
    return Agreement(
        standard_id,
        item_id,
        rate(same, n),
        kappa(pairs),
        blind,
        sum(count for (machine, person), count in pairs.items() if machine == "missed" != person),
        sum(count for (machine, person), count in pairs.items() if person == "missed" != machine),
        n - same,
    )
