"""From an Analysis to rows: the only writer of verdicts and of the counters, scores and risk on `Recording`.

Both functions belong into a writing transaction. The machine's verdict and the person's stand side by side; `final`
is the person's where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from web.intake import private
from web.intake.analysis import Figures, Hearing, Hit, ItemResult, StoredAnalysis, with_terms
from web.intake.standing import settle
from web.models import (
    Analysis,
    AnalysisDocument,
    CustomerWord,
    Recording,
    RecordingFigures,
    RecordingState,
    Verdict,
)
from web.models.vocabulary import MEANS, NOTHING, How, Role, VerdictWord

MOST_EVIDENCE = 20


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
    read = StoredAnalysis(document, f"recording {recording_id}")
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
    if origin != "rescored":
        private.mark(session, recording_id)
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
    if recording.state is not RecordingState.EXCLUDED:
        recording.state = RecordingState.JUDGED
    settle(session, recording, judgement.items)
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
        settle(session, recording, StoredAnalysis(body, f"recording {recording_id}").costed.judgement.items)


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
            verdict.machine_credit = {VerdictWord.MET.value: 1.0, VerdictWord.MISSED.value: 0.0}.get(word or "")
            changed += 1
    if changed:
        refresh(session, recording_id)
    return changed


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
        rests_on=rests_on(item.hits),
        suspicion=any(hit.suspicion for hit in item.hits),
        optional=item.optional,
        hit_count=len(item.hits),
        evidence=[_evidence(hit) for hit in item.hits[:MOST_EVIDENCE]],
    )


def rests_on(hits: Iterable[Hit]) -> str:
    """The least certain of a verdict's evidence: a clause of which one part was credited by its meaning rests on meaning."""
    return max((hit.by.value for hit in hits), key=MEANS.index, default=NOTHING)


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
        "by": hit.by.value,
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
