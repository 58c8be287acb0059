"""Everything that the page of one recording shows, loaded in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from web.db import now
from web.kit.access import OFFICE, visible
from web.kit.login import Viewer
from web.models import (
    Analysis,
    AnalysisDocument,
    Job,
    JobState,
    Presence,
    Recording,
    RecordingState,
    ReviewState,
    Team,
    Technician,
    TranscriptEdit,
    User,
    Verdict,
    WorkOrder,
)
from web.recordings import turns
from web.recordings.figures import Figure, figures
from web.recordings.filters import Filter
from web.review.queries import BLIND

PRESENT_S = 60.0  # a page says every 20 s that it is open: after three silences nobody is there
ACTIVE = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time that was dropped or not heard, with what is known of it."""

    start_s: float
    end_s: float
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about the job: whether it holds, who says so, and where it was heard."""

    name: str
    value: bool
    given: bool
    at_s: float | None
    quote: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice: its role as judged, and how sure the machine was of it."""

    id: str
    role: str
    confidence: float
    speech_s: float
    by_person: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said and how it was judged; empty where the machine is not done."""

    lines: tuple[turns.Line, ...] = ()
    marks: tuple[turns.Mark, ...] = ()
    unheard: tuple[Piece, ...] = ()
    dropped: tuple[Piece, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    facts: tuple[Fact, ...] = ()
    figures: tuple[Figure, ...] = ()
    keywords: tuple[tuple[str, int, float], ...] = ()  # word, count, first second
    warnings: tuple[str, ...] = ()
    coverage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordingPage:
    """The page of a recording. `neighbours`: the ids before and after it in the list that the viewer came from."""

    id: int
    revision: int
    name: str
    size_bytes: int
    media_type: str
    has_audio: bool
    state: RecordingState
    review_state: ReviewState
    recorded_at: datetime
    duration_s: float | None
    unheard_s: float
    standard_id: str | None
    analysis_id: int | None
    analysis_number: int
    analysis_origin: str
    analysed_at: datetime | None
    judged_standard: str
    judged_version: str
    engine: str
    model: str
    technician_id: int | None
    technician: str
    staff_no: str
    team: str
    order_id: int | None
    order_no: str
    job_kind: str
    address_note: str
    note: str
    technician_channel: int | None
    facts_given: Mapping[str, bool]
    order_facts: Mapping[str, bool]
    machine_score: float | None
    score: float | None
    missed: int
    forbidden: int
    suspicions: int
    not_judged: int
    role_confidence: float | None
    signed_at: datetime | None
    signed_by: str
    job_id: int | None
    text_edited_at: datetime | None
    neighbours: tuple[int | None, int | None]
    others: tuple[str, ...]
    may_edit: bool
    blind: bool  # then nothing on the page tells what the machine found
    talk: Talk

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed by this viewer, now."""
        return not self.may_edit or self.review_state is ReviewState.SIGNED

    @property
    def words_wait(self) -> bool:
        """Whether corrected words have not been judged yet."""
        return (
            self.text_edited_at is not None and self.analysed_at is not None and self.text_edited_at > self.analysed_at
        )


def load(session: Session, viewer: Viewer, recording_id: int, asked: Filter | None = None) -> RecordingPage | None:
    """Return the page, None where there is no such recording or the viewer may not see it."""
    row = session.execute(_statement(viewer, recording_id, asked or Filter())).first()
    if row is None:
        return None
    r, a, technician, team, order, signer, job_id, before, after = row
    edits, edited_at = _edits(session, r.id)
    return RecordingPage(
        id=r.id,
        revision=r.revision,
        name=r.original_name,
        size_bytes=r.size_bytes,
        media_type=r.media_type,
        has_audio=bool(r.stored_key),
        state=r.state,
        review_state=r.review_state,
        recorded_at=r.recorded_at,
        duration_s=r.duration_s,
        unheard_s=r.unheard_s or 0.0,
        standard_id=r.standard_id,
        analysis_id=None if a is None else a.id,
        analysis_number=0 if a is None else a.number,
        analysis_origin="" if a is None else a.origin,
        analysed_at=None if a is None else a.created_at,
        judged_standard="" if a is None else a.standard_id,
        judged_version="" if a is None else a.standard_version,
        engine="" if a is None else a.engine,
        model="" if a is None else a.model,
        technician_id=r.technician_id,
        technician="" if technician is None else technician.name,
        staff_no="" if technician is None else technician.staff_no,
        team=team or "",
        order_id=r.work_order_id,
        order_no="" if order is None else order.order_no,
        job_kind="" if order is None else order.job_kind,
        address_note="" if order is None else order.address_note,
        note=r.note,
        technician_channel=r.technician_channel,
        facts_given=dict(r.facts or {}),
        order_facts={} if order is None else dict(order.facts or {}),
        machine_score=r.machine_score,
        score=r.score,
        missed=r.missed_count,
        forbidden=r.forbidden_count,
        suspicions=r.suspicion_count,
        not_judged=r.not_judged_count,
        role_confidence=r.role_confidence,
        signed_at=r.signed_at,
        signed_by=signer or "",
        job_id=job_id,
        text_edited_at=edited_at,
        neighbours=(before, after),
        others=others(session, r.id, viewer),
        may_edit=viewer.role in OFFICE,
        blind=viewer.role in OFFICE
        and r.review_state is not ReviewState.SIGNED
        and viewer.preferences.get(BLIND) is True,
        talk=Talk() if a is None else _talk(session, r, a, edits),
    )


def others(session: Session, recording_id: int, viewer: Viewer) -> tuple[str, ...]:
    """Return the names of the others who have the recording open."""
    if viewer.role not in OFFICE:
        return ()
    since = now() - timedelta(seconds=PRESENT_S)
    statement = (
        select(User.name)
        .join(Presence, Presence.user_id == User.id)
        .where(Presence.recording_id == recording_id, Presence.user_id != viewer.id, Presence.seen_at > since)
        .order_by(User.name)
    )
    return tuple(session.scalars(statement))


def base_analysis_id(session: Session, recording_id: int) -> int | None:
    """Return the analysis whose utterances the lines count: the newest that heard the recording or was imported."""
    return session.scalar(
        select(Analysis.id)
        .where(Analysis.recording_id == recording_id, Analysis.origin != "rescored")
        .order_by(Analysis.number.desc())
        .limit(1)
    )


def effective_edits(session: Session, recording_id: int) -> dict[int, turns.Edit]:
    """Return what people made of the lines of the newest hearing."""
    return _edits(session, recording_id)[0]


def _statement(viewer: Viewer, recording_id: int, asked: Filter) -> Any:
    there, team, signer, job = aliased(Recording), Team, aliased(User), aliased(Job)
    here = (Recording.recorded_at, Recording.id)
    key = select(there.recorded_at).where(there.id == recording_id).scalar_subquery()

    def neighbour(later: bool) -> Any:
        side = or_(here[0] > key, here[1] > recording_id) if later else or_(here[0] < key, here[1] < recording_id)
        statement = asked.narrow(visible(select(Recording.id), viewer)).where(
            here[0] >= key if later else here[0] <= key, side
        )
        order = (here[0], here[1]) if later else (here[0].desc(), here[1].desc())
        return statement.order_by(*order).limit(1).correlate(None).scalar_subquery()

    newest = select(func.max(job.id)).where(job.recording_id == recording_id, job.state.in_(ACTIVE)).scalar_subquery()
    statement = (
        select(
            Recording,
            Analysis,
            Technician,
            team.name,
            WorkOrder,
            signer.name,
            newest,
            neighbour(True),
            neighbour(False),
        )
        .select_from(Recording)
        .outerjoin(Analysis, Analysis.id == Recording.analysis_id)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(team, team.id == Technician.team_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .outerjoin(signer, signer.id == Recording.signed_by_id)
        .where(Recording.id == recording_id)
    )
    return visible(statement, viewer)


def _edits(session: Session, recording_id: int) -> tuple[dict[int, turns.Edit], datetime | None]:
    base = (
        select(func.max(Analysis.id))
        .where(Analysis.recording_id == recording_id, Analysis.origin != "rescored")
        .scalar_subquery()
    )
    statement = (
        select(TranscriptEdit.line, TranscriptEdit.field, TranscriptEdit.after, TranscriptEdit.at, User.name)
        .join(User, User.id == TranscriptEdit.user_id)
        .where(TranscriptEdit.recording_id == recording_id, TranscriptEdit.analysis_id == base)
        .order_by(TranscriptEdit.id)
    )
    found: dict[int, turns.Edit] = {}
    edited_at = None
    for line, what, after, at, name in session.execute(statement):
        known = found.get(line, turns.Edit())
        text, role = (after, known.role) if what == "text" else (known.text, after)
        found[line] = turns.Edit(text, role, name, at)
        edited_at = at if what == "text" else edited_at
    return found, edited_at


def _talk(session: Session, r: Recording, current: Analysis, edits: Mapping[int, turns.Edit]) -> Talk:
    base = (
        select(func.max(Analysis.id))
        .where(Analysis.recording_id == r.id, Analysis.origin != "rescored")
        .scalar_subquery()
    )
    statement = select(AnalysisDocument.analysis_id, AnalysisDocument.body).where(
        or_(AnalysisDocument.analysis_id == current.id, AnalysisDocument.analysis_id == base)
    )
    documents: dict[int, Any] = {row.analysis_id: row.body for row in session.execute(statement)}
    judged = documents[current.id]
    heard = documents[min(documents)]
    finals = {
        item: (final, human is not None)
        for item, final, human in session.execute(
            select(Verdict.item_id, Verdict.final, Verdict.human).where(Verdict.recording_id == r.id)
        )
    }
    found = turns.evidence(judged["items"], turns.standings(judged["items"], finals))
    roles = dict(r.roles or {})
    return Talk(
        lines=tuple(turns.lines(heard["transcript"], judged["transcript"], edits, roles, found)),
        marks=tuple(turns.marks(found)),
        unheard=tuple(Piece(a, b) for a, b in judged.get("unheard", ())),
        dropped=tuple(Piece(d["start_s"], d["end_s"], d["text"], d["reason"]) for d in judged["dropped"]),
        speakers=tuple(
            Speaker(s["id"], roles.get(s["id"], s["role"]), s["confidence"], s["speech_s"], s["id"] in roles)
            for s in judged["speakers"]
        ),
        facts=tuple(
            Fact(
                name,
                fact["value"],
                fact["from"] == "given",
                fact["hits"][0]["start_s"] if fact.get("hits") else None,
                fact["hits"][0]["quote"] if fact.get("hits") else "",
            )
            for name, fact in judged["facts"].items()
        ),
        figures=figures(judged.get("figures") or {}),
        keywords=tuple(
            (k["word"], k["count"], k["first_s"]) for k in (judged.get("figures") or {}).get("keywords", ())
        ),
        warnings=tuple(judged.get("warnings", ())),
        coverage=judged["score"].get("coverage") or {},
    )
