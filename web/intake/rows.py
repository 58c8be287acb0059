"""From an Analysis to rows: the only writer of verdicts and of the counters, scores and risk on `Recording`.

Both functions belong into a writing transaction. The machine's verdict and the person's stand side by side; `final`
is the person's where there is one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from analyzer.domain import Figures, Hearing, Hit, ItemResult
from analyzer.judging.score import score
from analyzer.serial import analysis_from_dict, judgement_from_dict
from web.intake.risk import Grounds, risk
from web.intake.terms import with_terms
from web.models import (
    Analysis,
    AnalysisDocument,
    CustomerWord,
    Decision,
    Recording,
    RecordingFigures,
    RecordingState,
    StaleDay,
    Verdict,
)
from web.models.vocabulary import How, Kind, Role, Word

MOST_EVIDENCE = 20
WITHDRAWN = "withdraw"


def record_analysis(
    session: Session,
    recording_id: int,
    document: dict[str, Any],
    origin: str,
    cause: str = "",
    user_id: int | None = None,
) -> int:
    """Store an Analysis JSON (schema 1) as the recording's current analysis; return its row's id.

    `origin`: heard | rescored | imported. Earlier analyses stay; verdict rows are replaced, people's decisions put
    into the new ones by clause id. Raises LookupError for no such recording, TranscriptError for a document that is no
    Analysis, LexiconError where it names a standard that is gone and brings no penalties.
    """
    recording = _recording(session, recording_id)
    document = with_terms(document)
    read = analysis_from_dict(document, f"recording {recording_id}")
    hearing, judgement = read.hearing, read.judgement
    last = session.scalar(
        select(Analysis.number).where(Analysis.recording_id == recording_id).order_by(Analysis.number.desc()).limit(1)
    )
    analysis = Analysis(
        recording_id=recording_id,
        number=(last or 0) + 1,
        origin=origin,
        cause=cause[:200],
        created_by_id=user_id,
        standard_id=judgement.standard.id,
        standard_version=judgement.standard.version,
        standard_digest=judgement.standard.digest,
        engine=hearing.engine.name[:64],
        model=hearing.engine.model[:64],
        score=judgement.score.value,
    )
    session.add(analysis)
    session.flush()
    session.add(AnalysisDocument(analysis_id=analysis.id, body=document))
    linked = _links(session, recording_id, analysis.standard_id)
    session.execute(delete(Verdict).where(Verdict.recording_id == recording_id))
    fresh = [_verdict(recording_id, analysis, position, item) for position, item in enumerate(judgement.items)]
    for verdict in fresh:
        if verdict.item_id in linked:  # what several recordings tell does not depend on this one's words
            verdict.machine, verdict.machine_credit, verdict.evidence = linked[verdict.item_id]
    session.add_all(fresh)
    _put_words(session, recording_id, judgement.figures)
    _put_figures(session, recording_id, judgement.figures)
    recording.analysis_id = analysis.id
    recording.standard_id = recording.standard_id or analysis.standard_id
    recording.duration_s, recording.speech_s, recording.unheard_s = (
        hearing.duration_s,
        hearing.speech_s,
        hearing.unheard_s,
    )
    recording.role_confidence = _role_confidence(hearing)
    recording.state = RecordingState.JUDGED
    _refresh(session, recording, judgement.items)
    return analysis.id


def refresh(session: Session, recording_id: int) -> None:
    """Bring verdicts, score, counters and risk in line with people's decisions; call it after adding one.

    Without a current analysis there is nothing to do. Raises LookupError for no such recording.
    """
    recording = _recording(session, recording_id)
    if recording.analysis_id is None:
        return
    session.flush()
    body = session.scalar(select(AnalysisDocument.body).where(AnalysisDocument.analysis_id == recording.analysis_id))
    if body is not None:
        _refresh(session, recording, judgement_from_dict(with_terms(body), f"recording {recording_id}").items)


def put_links(
    session: Session, recording_id: int, outcomes: Mapping[str, tuple[str | None, list[dict[str, Any]]]]
) -> int:
    """Put the machine's verdicts on link items (item id → verdict or None, and its proof); return how many changed."""
    changed = 0
    found = select(Verdict).where(Verdict.recording_id == recording_id, Verdict.how == How.LINK.value)
    for verdict in session.scalars(found):
        if verdict.item_id not in outcomes:
            continue
        word, proof = outcomes[verdict.item_id]
        if (verdict.machine, verdict.evidence) != (word, proof):
            verdict.machine, verdict.evidence = word, proof
            verdict.machine_credit = {Word.MET.value: 1.0, Word.MISSED.value: 0.0}.get(word or "")
            changed += 1
    if changed:
        refresh(session, recording_id)
    return changed


def mark_stale(session: Session, recording: Recording) -> None:
    """Have the summaries of the recording's technician and day computed again; call it before and after moving it."""
    if recording.technician_id is not None:
        mark_stale_day(session, recording.technician_id, recording.recorded_on)


def mark_stale_day(session: Session, technician_id: int, day: date) -> None:
    """Have the summaries of one technician's day computed again."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    stamp = uuid.uuid4().hex
    session.execute(
        insert(StaleDay)
        .values(day=day, technician_id=technician_id, stamp=stamp)
        .on_conflict_do_update(index_elements=["day", "technician_id"], set_={"stamp": stamp})
    )


def _recording(session: Session, recording_id: int) -> Recording:
    found = session.get(Recording, recording_id)
    if found is None:
        raise LookupError(f"no recording {recording_id}")
    return found


def _verdict(recording_id: int, analysis: Analysis, position: int, item: ItemResult) -> Verdict:
    return Verdict(
        recording_id=recording_id,
        item_id=item.id,
        analysis_id=analysis.id,
        standard_id=analysis.standard_id,
        position=position,
        kind=item.kind.value,
        how=item.how.value,
        weight=item.weight,
        machine=None if item.verdict is None else item.verdict.value,
        machine_credit=item.credit,
        suspicion=any(hit.suspicion for hit in item.hits),
        hit_count=len(item.hits),
        evidence=[_evidence(hit) for hit in item.hits[:MOST_EVIDENCE]],
    )


def _evidence(hit: Hit) -> dict[str, Any]:
    return {
        "start_s": hit.start_s,
        "end_s": hit.end_s,
        "role": hit.role.value,
        "quote": hit.quote,
        "phrase": hit.phrase,
        "similarity": hit.similarity,
        "suspicion": hit.suspicion,
        "note": hit.note,
    }


def _links(session: Session, recording_id: int, standard_id: str) -> dict[str, tuple[str | None, float | None, Any]]:
    found = session.execute(
        select(Verdict.item_id, Verdict.machine, Verdict.machine_credit, Verdict.evidence).where(
            Verdict.recording_id == recording_id,
            Verdict.standard_id == standard_id,
            Verdict.how == How.LINK.value,
        )
    )
    return {item_id: (machine, credit, evidence) for item_id, machine, credit, evidence in found}


def _put_words(session: Session, recording_id: int, figures: Figures) -> None:
    session.execute(delete(CustomerWord).where(CustomerWord.recording_id == recording_id))
    words = {k.word[:32]: k for k in figures.keywords}
    session.add_all(
        CustomerWord(recording_id=recording_id, word=word, count=k.count, first_s=k.first_s)
        for word, k in words.items()
    )


def _put_figures(session: Session, recording_id: int, figures: Figures) -> None:
    """Keep the figures that pages compare between people."""
    cuts = figures.interruptions
    session.merge(
        RecordingFigures(
            recording_id=recording_id,
            talk_share=figures.talk_share.get(Role.TECHNICIAN),
            syllables_per_minute=figures.syllables_per_minute.get(Role.TECHNICIAN),
            interruptions=None if cuts is None else sum(cut.by is Role.TECHNICIAN for cut in cuts),
            silence_share=figures.silence_share,
        )
    )


def _role_confidence(hearing: Hearing) -> float | None:
    """How sure it is who the technician is; None where nobody is."""
    return max((s.confidence for s in hearing.speakers if s.role is Role.TECHNICIAN), default=None)


def _refresh(session: Session, recording: Recording, judged: Iterable[ItemResult]) -> None:
    verdicts = list(
        session.scalars(select(Verdict).where(Verdict.recording_id == recording.id).order_by(Verdict.position))
    )
    decided = _decided(session, recording.id)
    for verdict in verdicts:
        _decide(verdict, decided.get(verdict.item_id))
    items = {item.id: item for item in judged}
    result = score([_decided_as(items[v.item_id], v.final, v.final_credit) for v in verdicts])
    rules = [v for v in verdicts if v.how == How.RULE]
    open_rules = [v for v in rules if v.human is None]
    missed = [v for v in verdicts if v.final == Word.MISSED]
    recording.score = result.value
    # links judged since belong to the machine's score as well, so that the two differ by what people decided alone
    recording.machine_score = score(
        [_decided_as(items[v.item_id], v.machine, v.machine_credit) for v in verdicts]
    ).value
    recording.judged_count, recording.not_judged_count = result.judged, result.not_judged
    recording.missed_count = sum(v.kind == Kind.REQUIRED for v in missed)
    recording.forbidden_count = sum(v.kind == Kind.FORBIDDEN for v in missed)
    recording.suspicion_count = sum(v.suspicion and v.machine == Word.CANNOT_JUDGE for v in open_rules)
    recording.risk = risk(
        Grounds(
            forbidden=sum(v.kind == Kind.FORBIDDEN and v.final == Word.MISSED for v in open_rules),
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
    """Return the last decision on each clause; a withdrawn one leaves none."""
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
    verdict.human_credit = _credit(verdict, decision)
    verdict.final, verdict.final_credit = verdict.human, verdict.human_credit


def _credit(verdict: Verdict, decision: Decision) -> float | None:
    """The stated credit, else the machine's where the person agrees with it, else all or nothing."""
    if decision.after not in (Word.MET, Word.MISSED):
        return None
    if decision.after_credit is not None:
        return decision.after_credit
    if decision.after == verdict.machine and verdict.machine_credit is not None:
        return verdict.machine_credit
    return 1.0 if decision.after == Word.MET else 0.0


def _decided_as(item: ItemResult, word: str | None, credit: float | None) -> ItemResult:
    return replace(item, verdict=None if word is None else Word(word), credit=credit)
