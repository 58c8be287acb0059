"""Erasing for good: sound, words and quotations of a recording, wherever copies of them are kept.

What stays when only sound and words go (their time is over, or somebody asked): verdicts, scores and who decided them.
Backups made earlier still hold what they held; they end with their own retention.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from web.db import now as present
from web.intake import findable
from web.intake.doom import doom
from web.kit.documents import digest_of_document
from web.models import (
    Analysis,
    AnalysisDocument,
    Appeal,
    AppealStep,
    CalibrationAgreement,
    CalibrationAnswer,
    CalibrationRecording,
    Clip,
    CustomerWord,
    Decision,
    Handover,
    Job,
    Opinion,
    OpinionRun,
    Presence,
    PrivateWords,
    PublishedMonth,
    Recording,
    RecordingFigures,
    SecondAnswer,
    SecondReview,
    SignOff,
    SiteValue,
    SpokenNumber,
    StandardRunDifference,
    StandardRunRecording,
    TakenFile,
    TranscriptEdit,
    Upload,
    Verdict,
)
from web.models.vocabulary import How

PUBLISHED_DIGEST = "published_digest"  # of a month's document, once a quotation was erased from it
FORGET = "learning-forget"  # the site value that asks for learning anew without what was erased
NAMELESS = "（已删除）"
WORDS = (
    "transcript",
    "dropped",
    "checks",
    "sounds",
    "warnings",
    "hearing_warnings",
)  # of a document: lists of what was heard


def erase_audio(session: Session, recording: Recording, now: datetime | None = None) -> None:
    """Have the sound removed: the file with waveform and playable copy, the muted copy, the clips."""
    doom(session, recording.stored_key)
    recording.stored_key = ""
    recording.audio_erased_at = recording.audio_erased_at or now or present()
    private = session.get(PrivateWords, recording.id)
    if private is not None:
        doom(session, private.stored_key)
        private.stored_key = ""
    for clip in session.scalars(select(Clip).where(Clip.recording_id == recording.id)):
        doom(session, clip.stored_key)
        session.delete(clip)
    session.flush()


def erase_words(session: Session, recording: Recording, now: datetime | None = None) -> None:
    """Have all words go: transcripts, quotations, corrections, notes, the file's name; verdicts and score stay."""
    own = recording.id
    for row in session.scalars(
        select(AnalysisDocument)
        .join(Analysis, Analysis.id == AnalysisDocument.analysis_id)
        .where(Analysis.recording_id == own)
    ):
        row.body = without_words(row.body)
    for verdict in session.scalars(select(Verdict).where(Verdict.recording_id == own, Verdict.how != How.LINK.value)):
        verdict.evidence = []
    for table in (TranscriptEdit, CustomerWord, PrivateWords, SpokenNumber, Opinion, OpinionRun):
        session.execute(delete(table).where(table.recording_id == own))
    findable.erase(session, own)
    session.execute(update(Clip).where(Clip.recording_id == own).values(quote=""))
    session.execute(update(StandardRunDifference).where(StandardRunDifference.recording_id == own).values(quote=""))
    _erase_notes(session, recording)
    recording.original_name, recording.note = NAMELESS, ""
    recording.words_erased_at = recording.words_erased_at or now or present()
    _ask_to_forget(session, own)
    session.flush()


def erase_deleted(session: Session, recording: Recording, now: datetime | None = None) -> None:
    """Erase all of a deleted recording but the bare fact that it was there, and who decided what (the audit needs it)."""
    own = recording.id
    erase_audio(session, recording, now)
    erase_words(session, recording, now)
    documents = select(Analysis.id).where(Analysis.recording_id == own)
    session.execute(delete(AnalysisDocument).where(AnalysisDocument.analysis_id.in_(documents)))
    for table in (Verdict, RecordingFigures, Presence, TakenFile):
        session.execute(delete(table).where(table.recording_id == own))
    for part in (CalibrationAgreement, CalibrationAnswer, CalibrationRecording):
        session.execute(delete(part).where(part.recording_id == own))
    for found in (StandardRunDifference, StandardRunRecording):
        session.execute(delete(found).where(found.recording_id == own))
    for desk in (SecondAnswer, SecondReview, Handover):  # answers before the review that they belong to
        session.execute(delete(desk).where(desk.recording_id == own))
    session.execute(update(SignOff).where(SignOff.recording_id == own).values(verdicts={}))
    recording.facts, recording.roles = {}, {}
    session.flush()


def without_words(document: Mapping[str, Any]) -> dict[str, Any]:
    """An Analysis document with its verdicts and figures, but nothing of what was said."""
    facts = {
        name: {**fact, "hits": []} if isinstance(fact, dict) else fact
        for name, fact in (document.get("facts") or {}).items()
    }
    items = [{**item, "hits": [], "nearest": None, "reason": ""} for item in document.get("items") or []]
    figures = {**(document.get("figures") or {}), "keywords": []}
    return {
        **document,
        **{name: [] for name in WORDS if name in document},
        "file": "",
        "facts": facts,
        "items": items,
        "figures": figures,
    }


def _erase_notes(session: Session, recording: Recording) -> None:
    """Free text that people wrote about the recording, and its file's name elsewhere."""
    own = recording.id
    session.execute(update(Decision).where(Decision.recording_id == own).values(note=""))
    session.execute(update(Appeal).where(Appeal.recording_id == own).values(text="", resolution=""))
    appeals = select(Appeal.id).where(Appeal.recording_id == own)
    session.execute(update(AppealStep).where(AppealStep.appeal_id.in_(appeals)).values(text=""))
    agreed = update(CalibrationAgreement).where(CalibrationAgreement.recording_id == own)
    session.execute(agreed.values(sentence="", note=""))
    session.execute(update(SignOff).where(SignOff.recording_id == own).values(note="", reopen_reason=""))
    session.execute(
        update(Upload).where(Upload.recording_id == own).values(original_name=NAMELESS, details={}, fingerprint="")
    )
    session.execute(update(Job).where(Job.recording_id == own).values(error="", advice="", detail=""))


def erase_quotes(session: Session, ids: Collection[int]) -> None:
    """Take the recordings' quotations and notes out of published months; the figures stay, and the digest they were known by.

    Call it before their words are erased: whoever is interrupted in between begins again.
    """
    for month in session.scalars(select(PublishedMonth)):
        people = [
            {**one, "forbidden": [{**q, "quote": ""} if q["recording"] in ids else q for q in one["forbidden"]]}
            for one in month.body["technicians"]
        ]
        if people != month.body["technicians"]:
            month.body = with_people(month.body, people)
        changes = (month.difference or {}).get("recordings", [])
        if any(one["id"] in ids for one in changes):
            month.difference = {
                **month.difference,
                "recordings": [_without_notes(one) if one["id"] in ids else one for one in changes],
            }


def with_people(body: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A month's document with other technicians' entries, known by the digest that it was published with."""
    known_by = body.get(PUBLISHED_DIGEST) or digest_of_document(body)
    return {**body, "technicians": list(people), PUBLISHED_DIGEST: known_by}


def _without_notes(change: dict[str, Any]) -> dict[str, Any]:
    return {**change, "items": [{**item, "note": ""} if "note" in item else item for item in change.get("items", [])]}


def _ask_to_forget(session: Session, recording_id: int) -> None:
    """Readers that learnt from decisions about the recording are taught anew without its words."""
    decided = session.scalar(select(Decision.id).where(Decision.recording_id == recording_id).limit(1))
    if decided is not None:
        session.merge(SiteValue(name=FORGET, value=True))
