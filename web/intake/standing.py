"""What stands for a recording: people's decisions beside the machine's verdicts, and the score, counters and risk they make."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.analysis import ItemResult, score
from web.intake.risk import Grounds, risk
from web.intake.stale import mark_stale
from web.models import Decision, Recording, Verdict
from web.models.vocabulary import NOT_SEEN, How, Kind, VerdictWord

WITHDRAWN = "withdraw"


def settle(session: Session, recording: Recording, judged: Iterable[ItemResult]) -> None:
    """Bring verdicts, score, counters and risk in line with people's decisions. `judged`: the current analysis's items."""
    verdicts = list(
        session.scalars(select(Verdict).where(Verdict.recording_id == recording.id).order_by(Verdict.position))
    )
    decided = _decided(session, recording.id)
    for verdict in verdicts:
        _decide(verdict, decided.get(verdict.item_id))
    items = {item.id: item for item in judged}
    result = score([_decided_as(v, items.get(v.item_id), v.final, v.final_credit) for v in verdicts])
    rules = [v for v in verdicts if v.how == How.RULE]
    open_rules = [v for v in rules if v.human is None]
    missed = [v for v in verdicts if v.final == VerdictWord.MISSED]
    recording.score = result.value
    # links judged since belong to the machine's score as well, so that the two differ by what people decided alone
    recording.machine_score = score(
        [_decided_as(v, items.get(v.item_id), v.machine, v.machine_credit) for v in verdicts]
    ).value
    recording.judged_count, recording.not_judged_count = result.judged, result.not_judged
    recording.missed_count = sum(v.kind == Kind.REQUIRED for v in missed)
    recording.forbidden_count = sum(v.kind == Kind.FORBIDDEN for v in missed)
    recording.suspicion_count = sum(v.suspicion and v.machine == VerdictWord.CANNOT_JUDGE for v in open_rules)
    recording.risk = risk(
        Grounds(
            forbidden=sum(v.kind == Kind.FORBIDDEN and v.final == VerdictWord.MISSED for v in open_rules),
            suspicions=recording.suspicion_count,
            score=result.value,
            role_confidence=recording.role_confidence,
            unheard_share=(recording.unheard_s or 0.0) / recording.speech_s if recording.speech_s else 0.0,
            not_judged_share=result.not_judged / len(rules) if rules else 0.0,
        )
    )
    mark_stale(session, recording)
    session.flush()


def _decided(session: Session, recording_id: int) -> dict[str, Decision]:
    """The last decision on each clause; a withdrawn one leaves none."""
    last: dict[str, Decision] = {}
    for decision in session.scalars(
        select(Decision).where(Decision.recording_id == recording_id).order_by(Decision.id)
    ):
        last[decision.item_id] = decision
    return {item_id: d for item_id, d in last.items() if d.action != WITHDRAWN and d.after is not None}


def _decide(verdict: Verdict, decision: Decision | None) -> None:
    """Put the person's verdict beside the machine's and choose the final one."""
    if decision is None:
        verdict.human = verdict.human_credit = verdict.decision_id = None
        verdict.final, verdict.final_credit = verdict.machine, verdict.machine_credit
        return
    verdict.decision_id, verdict.human = decision.id, decision.after
    word = decision.after or ""
    verdict.human_credit = credit_of(word, decision.after_credit, verdict.machine, verdict.machine_credit)
    verdict.final, verdict.final_credit = verdict.human, verdict.human_credit


def credit_of(word: str, stated: float | None, machine: str | None, machine_credit: float | None) -> float | None:
    """The credit of a person's verdict: the stated one, else the machine's where both agree, else all or nothing."""
    if word not in (VerdictWord.MET, VerdictWord.MISSED):
        return None
    if stated is not None:
        return stated
    if word == machine and machine_credit is not None:
        return machine_credit
    return 1.0 if word == VerdictWord.MET else 0.0


def _decided_as(verdict: Verdict, item: ItemResult | None, word: str | None, credit: float | None) -> ItemResult:
    """`item` is None where the document does not name the clause: then it costs nothing. What nobody saw is in no score."""
    known = item or ItemResult(
        verdict.item_id, Kind(verdict.kind), How(verdict.how), "", "", None, None, verdict.weight, ""
    )
    return replace(known, verdict=None if word in (None, NOT_SEEN) else VerdictWord(word), credit=credit)
