"""Whose turn it is to be put to the model, and what becomes of the answers.

A claim is a lease: a worker that dies gives it up by the clock, and two never ask about the same recording. What the server
does wrong (it is away, it refuses the key) counts against no recording; then all wait. Nonsense counts against the one, three
times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from web.intake.private import discreet
from web.kit.site import Site
from web.kit.standards import named, standard
from web.models import (
    AnalysisDocument,
    Opinion,
    OpinionRun,
    Recording,
    RecordingState,
    ReviewState,
    SiteValue,
    Verdict,
)
from web.models.vocabulary import How
from web.opinions.asking import Clause, Question, forbidden, question
from web.opinions.checking import Proposal

DAYS = 30  # what came in longer ago is asked about no more
TRIES = 3
LEASE = timedelta(minutes=15)
AGAIN = timedelta(minutes=2)
REST = timedelta(minutes=5)  # of the server, after it failed
STANDING = "opinions"  # site value: {"failed_at", "failure"} while the server is away


@dataclass(frozen=True, slots=True)
class Claim:
    """A recording that is this process's to ask about."""

    recording_id: int
    analysis_id: int


def is_waiting(session: Session, now: datetime) -> bool:
    """Whether a recording waits, and the server is not resting after a failure."""
    return not _rests(session, now) and session.execute(_waiting(now)).first() is not None


def claim(session: Session, now: datetime) -> Claim | None:
    """Take the newest recording that waits; None where none does or the server rests."""
    row = None if _rests(session, now) else session.execute(_waiting(now)).first()
    if row is None:
        return None
    run = session.get(OpinionRun, row.id)
    if run is None:
        run = OpinionRun(recording_id=row.id, analysis_id=row.analysis_id, state="asking", tries=0)
        session.add(run)
    elif run.analysis_id != row.analysis_id:
        run.analysis_id, run.tries = row.analysis_id, 0
    run.state, run.until = "asking", now + LEASE
    return Claim(row.id, row.analysis_id)


def asked(session: Session, here: Site, claimed: Claim) -> Question:
    """What to ask about it, masked. Raises TooLongError."""
    document = session.scalar(select(AnalysisDocument.body).where(AnalysisDocument.analysis_id == claimed.analysis_id))
    rows = session.execute(_open(claimed.recording_id)).all()
    texts = {item["id"]: named(item.get("text", "")) for item in (document or {}).get("items") or []}
    info = standard(here.lexicons, rows[0].standard_id) if rows else None
    when = {item.id: item.when_text for item in info.items} if info else {}
    clauses = [
        Clause(row.item_id, texts.get(row.item_id) or row.item_id, when.get(row.item_id, ""), forbidden(row.kind))
        for row in rows
    ]
    return question(clauses, discreet(document).get("transcript") or [] if document else [])


def keep(session: Session, claimed: Claim, model: str, found: Sequence[Proposal], withheld: int, now: datetime) -> None:
    """Write what was proposed in place of what was before; nothing where the recording has been judged anew meanwhile."""
    run = session.get(OpinionRun, claimed.recording_id)
    if run is None or run.analysis_id != claimed.analysis_id:
        return
    session.execute(delete(Opinion).where(Opinion.recording_id == claimed.recording_id))
    session.add_all(
        Opinion(
            recording_id=claimed.recording_id,
            item_id=one.item_id,
            analysis_id=claimed.analysis_id,
            at=now,
            model=model,
            verdict=one.verdict,
            why=one.why,
            quotes=[{"line": q.line, "start_s": q.start_s, "end_s": q.end_s, "text": q.text} for q in one.quotes],
        )
        for one in found
    )
    run.state, run.until, run.model, run.failure, run.withheld = "done", now, model, "", withheld
    session.execute(delete(SiteValue).where(SiteValue.name == STANDING))


def fail(session: Session, claimed: Claim, why: str, now: datetime, *, last: bool = False) -> None:
    """An answer that is none: asked again a little later, three times in all; `last`: never again."""
    run = session.get(OpinionRun, claimed.recording_id)
    if run is not None and run.analysis_id == claimed.analysis_id:
        run.tries = TRIES if last else run.tries + 1
        run.state, run.until, run.failure = "failed", now + AGAIN, why[:200]


def put_back(session: Session, claimed: Claim, why: str, now: datetime) -> None:
    """The server is away: the recording waits as before, and all rest a while."""
    run = session.get(OpinionRun, claimed.recording_id)
    if run is not None and run.analysis_id == claimed.analysis_id:
        run.state, run.until = "failed", now
    session.merge(SiteValue(name=STANDING, value={"failed_at": now.isoformat(), "failure": why[:200]}))


def trouble(session: Session) -> str:
    """Why the server is not asked at present; "" where it is."""
    value = session.scalar(select(SiteValue.value).where(SiteValue.name == STANDING))
    return str(value["failure"]) if value else ""


def _rests(session: Session, now: datetime) -> bool:
    value = session.scalar(select(SiteValue.value).where(SiteValue.name == STANDING))
    return value is not None and datetime.fromisoformat(value["failed_at"]) + REST > now


def _open(recording_id: Any) -> Any:
    return select(Verdict.item_id, Verdict.kind, Verdict.standard_id).where(
        Verdict.recording_id == recording_id, Verdict.how == How.PERSON.value, Verdict.human.is_(None)
    )


def _waiting(now: datetime) -> Any:
    over = (
        (OpinionRun.state == "done")
        | ((OpinionRun.state == "failed") & (OpinionRun.tries >= TRIES))
        | (OpinionRun.until > now)
    )
    return (
        select(Recording.id, Recording.analysis_id)
        .where(
            Recording.state == RecordingState.JUDGED,
            Recording.deleted_at.is_(None),
            Recording.words_erased_at.is_(None),
            Recording.review_state != ReviewState.SIGNED,
            Recording.uploaded_at >= now - timedelta(days=DAYS),
            exists(_open(Recording.id)),
            ~exists().where(
                OpinionRun.recording_id == Recording.id, OpinionRun.analysis_id == Recording.analysis_id, over
            ),
        )
        .order_by(Recording.id.desc())
        .limit(1)
    )
