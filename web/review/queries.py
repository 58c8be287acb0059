"""The review panel of one recording, in five queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from web.db import now
from web.intake.terms import with_terms
from web.kit.access import OFFICE, visible
from web.kit.login import Viewer
from web.kit.site import site
from web.kit.standards import standard
from web.links import reasons
from web.models import (
    Analysis,
    AnalysisDocument,
    Appeal,
    Decision,
    Job,
    JobState,
    Recording,
    ReviewState,
    SignOff,
    User,
    UserRole,
    Verdict,
)
from web.models.vocabulary import How
from web.review.lines import UNSURE_ROLE, AppealNote, Entry, Line, hit_of
from web.review.panel import Edition, Panel

BLIND = "blind_review"  # the preference that hides the machine's verdicts until one has answered


def panel(session: Session, recording_id: int, viewer: Viewer) -> Panel | None:
    """Return the panel; None where the viewer may not see the recording or nothing has been judged."""
    waiting = exists().where(Job.recording_id == Recording.id, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
    statement = (
        select(Recording, Analysis, AnalysisDocument.body, waiting)
        .join(Analysis, Analysis.id == Recording.analysis_id)
        .join(AnalysisDocument, AnalysisDocument.analysis_id == Analysis.id)
        .where(Recording.id == recording_id)
    )
    row = session.execute(visible(statement, viewer)).first()
    if row is None:
        return None
    recording, analysis, body, busy = row
    office = viewer.role in OFFICE
    signed = recording.review_state is ReviewState.SIGNED
    return Panel(
        recording_id=recording.id,
        revision=recording.revision,
        analysis_id=analysis.id,
        standard_version=analysis.standard_version,
        model=analysis.model,
        score=recording.score,
        machine_score=recording.machine_score,
        signed=signed,
        signed_at=recording.signed_at,
        started=recording.review_state is ReviewState.STARTED,
        busy=busy,
        blind=office and not signed and viewer.preferences.get(BLIND) is True,
        may_decide=office and not signed,
        may_sign=office,
        appeal_until=_appeal_until(recording, viewer),
        lines=_lines(session, recording, with_terms(body)),
        editions=_editions(session, recording.id),
    )


def appeal_end(signed_at: datetime) -> datetime:
    """Return the moment after which a verdict signed then can no longer be contested."""
    return signed_at + timedelta(days=site().web.appeal_days)


def _appeal_until(recording: Recording, viewer: Viewer) -> datetime | None:
    mine = viewer.role is UserRole.TECHNICIAN and viewer.technician_id == recording.technician_id
    if not mine or recording.signed_at is None or recording.review_state is not ReviewState.SIGNED:
        return None
    end = appeal_end(recording.signed_at)
    return end if now() <= end else None


def _lines(session: Session, recording: Recording, body: Mapping[str, Any]) -> tuple[Line, ...]:
    told = {item["id"]: item for item in body["items"]}
    terms = body["terms"]
    info = standard(site().settings.lexicons, body["standard"]["id"])
    when = {i.id: i.when_text for i in info.items} if info else {}
    unsure = (recording.role_confidence or 0.0) < UNSURE_ROLE
    history, appeals = _history(session, recording.id), _appeals(session, recording.id)
    found = session.scalars(select(Verdict).where(Verdict.recording_id == recording.id).order_by(Verdict.position))
    return tuple(
        _line(v, told.get(v.item_id, {}), terms.get(v.item_id, {}), when.get(v.item_id, ""), unsure, history, appeals)
        for v in found
    )


def _line(
    v: Verdict,
    told: Mapping[str, Any],
    terms: Mapping[str, Any],
    when_text: str,
    unsure: bool,
    history: Mapping[str, list[Entry]],
    appeals: Mapping[str, list[AppealNote]],
) -> Line:
    link = v.evidence[0] if v.how == How.LINK and v.evidence else None
    nearest = told.get("nearest")
    return Line(
        item_id=v.item_id,
        position=v.position,
        clause=told.get("clause", ""),
        text=told.get("text", v.item_id),
        when_text=when_text,
        kind=v.kind,
        how=v.how,
        weight=v.weight,
        penalty=terms.get("penalty") or 0.0,
        cap=terms.get("cap"),
        machine=v.machine,
        human=v.human,
        final=v.final,
        final_credit=v.final_credit,
        suspicion=v.suspicion,
        reason=reasons.told(link["link"], link["values"]) if link else told.get("reason", ""),
        hits=() if v.how == How.LINK else tuple(hit_of(h) for h in v.evidence),
        hit_count=v.hit_count,
        nearest=hit_of(nearest) if nearest else None,
        searched=tuple((s["start_s"], s["end_s"]) for s in told.get("searched", ())),
        proof_id=link.get("recording_id") if link else None,
        decision_id=v.decision_id,
        analysis_id=v.analysis_id,
        unsure_role=unsure,
        history=tuple(history.get(v.item_id, ())),
        appeals=tuple(appeals.get(v.item_id, ())),
    )


def _history(session: Session, recording_id: int) -> dict[str, list[Entry]]:
    statement = (
        select(Decision, User.name)
        .join(User, User.id == Decision.user_id)
        .where(Decision.recording_id == recording_id)
        .order_by(Decision.id.desc())
    )
    found: dict[str, list[Entry]] = defaultdict(list)
    for d, name in session.execute(statement):
        found[d.item_id].append(Entry(d.id, d.at, name, d.user_id, d.action, d.machine, d.before, d.after, d.note))
    return found


def _appeals(session: Session, recording_id: int) -> dict[str, list[AppealNote]]:
    resolver = aliased(User)
    statement = (
        select(Appeal, User.name, resolver.name)
        .join(User, User.id == Appeal.user_id)
        .outerjoin(resolver, resolver.id == Appeal.resolved_by_id)
        .where(Appeal.recording_id == recording_id)
        .order_by(Appeal.id.desc())
    )
    found: dict[str, list[AppealNote]] = defaultdict(list)
    for a, by, resolved_by in session.execute(statement):
        found[a.item_id].append(
            AppealNote(a.id, a.item_id, a.at, by, a.text, a.state, a.resolved_at, resolved_by or "", a.resolution)
        )
    return found


def _editions(session: Session, recording_id: int) -> tuple[Edition, ...]:
    reopener = aliased(User)
    statement = (
        select(SignOff, User.name, reopener.name)
        .join(User, User.id == SignOff.user_id)
        .outerjoin(reopener, reopener.id == SignOff.reopened_by_id)
        .where(SignOff.recording_id == recording_id)
        .order_by(SignOff.edition.desc())
    )
    return tuple(
        Edition(
            s.edition,
            s.at,
            name,
            s.user_id,
            s.score,
            s.machine_score,
            s.note,
            s.reopened_at,
            other or "",
            s.reopen_reason,
        )
        for s, name, other in session.execute(statement)
    )
