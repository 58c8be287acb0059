"""The review panel of one recording, in six queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from web.db import now
from web.intake.analysis import ItemResult, StoredAnalysis, hits_of
from web.intake.seen import seen_by
from web.kit.access import OFFICE, told_decided, visible
from web.kit.login import Viewer
from web.kit.policies import rules_on
from web.kit.site import site
from web.kit.standards import clauses, named, standard
from web.links import reasons
from web.models import (
    Analysis,
    AnalysisDocument,
    Appeal,
    Decision,
    Job,
    JobState,
    Recording,
    RecordingState,
    ReviewState,
    SignOff,
    User,
    UserRole,
    Verdict,
)
from web.models.vocabulary import How
from web.opinions.standing import Suggestion, suggestions
from web.review.lines import UNSURE_ROLE, AppealNote, ClauseLine, Entry
from web.review.panel import Panel, SignedEdition
from web.review.sealed import sealed_by
from web.review.told import told, told_edition
from web.summaries.confirmed import Confirmed, confirmed

Note = TypeVar("Note", Entry, AppealNote)
BLIND = "blind_review"  # the preference that hides the machine's verdicts until one has answered


def panel(
    session: Session, recording_id: int, viewer: Viewer, documents: Mapping[int, StoredAnalysis] | None = None
) -> Panel | None:
    """`documents`: analyses that are read already. None where the viewer may not see the recording or nothing has been judged."""
    waiting = exists().where(Job.recording_id == Recording.id, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
    statement: Any = (
        select(Recording, Analysis, waiting, sealed_by(viewer))
        .join(Analysis, Analysis.id == Recording.analysis_id)
        .where(Recording.id == recording_id)
    )
    if documents is None:
        statement = statement.add_columns(AnalysisDocument.body).join(
            AnalysisDocument, AnalysisDocument.analysis_id == Analysis.id
        )
    row = session.execute(visible(statement, viewer)).first()
    if row is None:
        return None
    recording, analysis, busy, sealed = row[:4]
    if documents is None:
        body = seen_by(session, viewer, recording.id, row.body)
        document = StoredAnalysis(body, f"analysis {analysis.id}")
    else:
        document = documents[analysis.id]
    office = viewer.role in OFFICE
    signed = recording.review_state is ReviewState.SIGNED
    counts = recording.state is not RecordingState.EXCLUDED
    rules = rules_on(analysis.standard_id, recording.recorded_on) if told_decided(viewer) else None
    open_shown = rules is None or rules.suspicions_shown
    return Panel(
        recording_id=recording.id,
        revision=recording.revision,
        analysis_id=analysis.id,
        standard_version=analysis.standard_version,
        model=analysis.model,
        score=recording.score,
        machine_score=None if told_decided(viewer) else recording.machine_score,
        signed=signed,
        signed_at=recording.signed_at,
        started=recording.review_state is ReviewState.STARTED,
        busy=busy,
        blind=office and not signed and viewer.preferences.get(BLIND) is True,
        tells_machine=not told_decided(viewer),
        sealed=sealed is not None,
        drawn=recording.sampled,
        may_decide=office and counts and not signed,
        may_sign=office and counts,
        appeal_until=_appeal_until(recording, viewer),
        lines=tuple(
            told(x, viewer, suspicions=open_shown) for x in _lines(session, recording, document.costed, office)
        ),
        editions=tuple(told_edition(e, viewer) for e in _editions(session, recording.id)),
    )


def appeal_end(signed_at: datetime) -> datetime:
    """The moment after which a verdict signed then can no longer be contested."""
    return signed_at + timedelta(days=site().web.appeal_days)


def _appeal_until(recording: Recording, viewer: Viewer) -> datetime | None:
    mine = viewer.role is UserRole.TECHNICIAN and viewer.technician_id == recording.technician_id
    if not mine or recording.signed_at is None or recording.review_state is not ReviewState.SIGNED:
        return None
    end = appeal_end(recording.signed_at)
    return end if now() <= end else None


def _lines(session: Session, recording: Recording, analysis: StoredAnalysis, office: bool) -> tuple[ClauseLine, ...]:
    items = analysis.items
    info = standard(site().lexicons, analysis.judgement.standard.id)
    when = {i.id: i.when_text for i in info.items} if info else {}
    unsure = (recording.role_confidence or 0.0) < UNSURE_ROLE
    history, appeals = _history(session, recording.id), _appeals(session, recording.id)
    shares, standard_id = confirmed(session), analysis.judgement.standard.id
    asked = recording.analysis_id if office and site().web.opinion_url else None
    proposed = suggestions(session, recording.id, asked) if asked is not None else {}
    verdicts = select(Verdict).where(Verdict.recording_id == recording.id).order_by(Verdict.position)
    return tuple(
        _line(
            v,
            items.get(v.item_id),
            when.get(v.item_id, ""),
            unsure,
            history,
            appeals,
            shares.get((standard_id, v.item_id)),
            proposed.get(v.item_id),
        )
        for v in session.scalars(verdicts)
    )


def _line(
    v: Verdict,
    item: ItemResult | None,
    when_text: str,
    unsure: bool,
    history: Mapping[str, list[Entry]],
    appeals: Mapping[str, list[AppealNote]],
    share: Confirmed | None,
    suggestion: Suggestion | None,
) -> ClauseLine:
    """`item` is None where a document does not name the clause."""
    link = v.evidence[0] if v.how == How.LINK and v.evidence else None
    machine_reason = named(item.reason) if item else ""
    return ClauseLine(
        item_id=v.item_id,
        position=v.position,
        clause=clauses(item.clause) if item else "",
        text=named(item.text) if item and item.text else v.item_id,
        when_text=when_text,
        kind=v.kind,
        how=v.how,
        weight=v.weight,
        penalty=item.penalty if item else 0.0,
        cap=item.cap if item else None,
        machine=v.machine,
        human=v.human,
        final=v.final,
        final_credit=v.final_credit,
        machine_credit=v.machine_credit,
        suspicion=v.suspicion,
        reason=reasons.reason(link["link"], link["values"]) if link else machine_reason,
        hits=() if v.how == How.LINK else hits_of(v.evidence),
        hit_count=v.hit_count,
        nearest=item.nearest if item else None,
        searched=item.searched if item else (),
        proof_id=link.get("recording_id") if link else None,
        decision_id=v.decision_id,
        analysis_id=v.analysis_id,
        unsure_role=unsure,
        optional=v.optional,
        confirmed=share,
        suggestion=suggestion,
        history=tuple(history.get(v.item_id, ())),
        appeals=tuple(appeals.get(v.item_id, ())),
    )


def _by_clause(session: Session, kind: type[Note], statement: Select[Any]) -> dict[str, list[Note]]:
    notes: dict[str, list[Note]] = defaultdict(list)
    for row in session.execute(statement):
        notes[row.item_id].append(kind(**row._asdict()))
    return notes


def _history(session: Session, recording_id: int) -> dict[str, list[Entry]]:
    statement = (
        select(
            *(
                getattr(Decision, name)
                for name in ("id", "item_id", "at", "action", "machine", "before", "after", "note")
            ),
            User.name.label("by"),
            User.id.label("by_id"),
        )
        .join(User, User.id == Decision.user_id)
        .where(Decision.recording_id == recording_id)
        .order_by(Decision.id.desc())
    )
    return _by_clause(session, Entry, statement)


def _appeals(session: Session, recording_id: int) -> dict[str, list[AppealNote]]:
    resolver = aliased(User)
    statement = (
        select(
            *(getattr(Appeal, name) for name in ("id", "item_id", "at", "text", "state", "resolved_at", "resolution")),
            User.name.label("by"),
            func.coalesce(resolver.name, "").label("resolved_by"),
        )
        .join(User, User.id == Appeal.user_id)
        .outerjoin(resolver, resolver.id == Appeal.resolved_by_id)
        .where(Appeal.recording_id == recording_id)
        .order_by(Appeal.id.desc())
    )
    return _by_clause(session, AppealNote, statement)


def _editions(session: Session, recording_id: int) -> tuple[SignedEdition, ...]:
    reopener = aliased(User)
    statement = (
        select(
            *(
                getattr(SignOff, name)
                for name in ("at", "score", "machine_score", "note", "reopened_at", "reopen_reason")
            ),
            User.name.label("by"),
            func.coalesce(reopener.name, "").label("reopened_by"),
        )
        .join(User, User.id == SignOff.user_id)
        .outerjoin(reopener, reopener.id == SignOff.reopened_by_id)
        .where(SignOff.recording_id == recording_id)
        .order_by(SignOff.edition.desc())
    )
    return tuple(SignedEdition(**row._asdict()) for row in session.execute(statement))
