"""An appeal is answered: by QA in the first round, by a manager in the second. Belongs into a writing transaction.

Upheld, wholly or in part, is a decision like any other and a new edition of what was signed: verdict, score and figures
follow. A month that was published stays as it was; who may publish is told that a correction is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from web.db import now
from web.hooks import outbox
from web.intake import rows
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.kit.login import Viewer
from web.kit.recordings import recording_for
from web.kit.refusals import GoneError, InvalidError, StaleError
from web.kit.site import site
from web.models import Appeal, AppealStep, NoticeKind, PublishedMonth, Recording, ReviewState, User, UserRole
from web.models.vocabulary import Kind, VerdictWord
from web.notices.tell import tell
from web.review import queries
from web.review.appealing import OPEN, PARTLY, REJECTED, SECOND, UPHELD, checked, concerned
from web.review.decisions import MAX_NOTE, add
from web.review.lines import ClauseLine
from web.review.signing import add_edition, replace_edition

SHARES = (0.25, 0.5, 0.75)  # of a clause's points that an appeal upheld in part may bring


@dataclass(frozen=True, slots=True)
class Answer:
    """What a form answers: `outcome` upheld (with the verdict that takes its place) | partly (with the share) | rejected."""

    outcome: str
    verdict: str
    share: float | None
    text: str


def resolve(session: Session, viewer: Viewer, appeal_id: int, answer: Answer) -> Appeal:
    """Answer in the first round. Raises GoneError, StaleError (already answered), InvalidError."""
    row = session.get(Appeal, appeal_id)
    if row is None:
        raise GoneError
    if row.state != OPEN:
        raise StaleError
    made = _answer(session, viewer, row, answer, "answered")
    final = row.state == UPHELD
    row.contest_until = None if final else made.at + timedelta(days=site().web.appeal_days)
    facts = {"item": row.item_id, "upheld": final, "outcome": row.state, "appeal": row.id}
    tell(session, NoticeKind.APPEAL_ANSWERED, [row.user_id], by=viewer.id, recording=row.recording_id, **facts)
    return row


def decide(session: Session, viewer: Viewer, appeal_id: int, answer: Answer) -> Appeal:
    """Decide the second round, for good.

    Raises GoneError where the manager may not see the recording, StaleError (already decided), InvalidError, also for
    one who signed or answered it.
    """
    row = session.get(Appeal, appeal_id)
    if row is None or viewer.role is not UserRole.MANAGER:
        raise GoneError
    recording_for(session, viewer, row.recording_id)
    if row.state != SECOND:
        raise StaleError
    involved = concerned(session, row)
    if viewer.id in involved:
        raise InvalidError(_("这段录音由您签核或答复过，要由另一位主管裁定。"))
    _answer(session, viewer, row, answer, "decided")
    facts = {"item": row.item_id, "outcome": row.state, "appeal": row.id}
    told = [row.user_id, *sorted(involved)]
    tell(session, NoticeKind.APPEAL_DECIDED, told, by=viewer.id, recording=row.recording_id, **facts)
    return row


def _answer(session: Session, viewer: Viewer, row: Appeal, answer: Answer, what: str) -> AppealStep:
    panel = queries.panel(session, row.recording_id, viewer)
    line = panel.line(row.item_id) if panel else None
    if line is None:
        raise GoneError
    if answer.outcome not in (UPHELD, PARTLY, REJECTED):
        raise InvalidError(_("请选择申诉成立、部分成立或不成立。"))
    text = checked(answer.text, _("请写明处理理由，技师会看到。"))
    step = AppealStep(appeal_id=row.id, at=now(), user_id=viewer.id, what=what, outcome=answer.outcome, text=text)
    if answer.outcome != REJECTED:
        _correct(session, viewer, row, line, step, *_instead(line, answer))
    row.state, row.resolved_by_id, row.resolved_at, row.resolution = answer.outcome, viewer.id, step.at, text
    session.add(step)
    session.flush()
    outbox.appeal_answered(session, row)
    done = f"appeal-{answer.outcome}" if what == "answered" else "appeal-decided"
    audit.record(session, done, "recording", row.recording_id, item=row.item_id, appeal=row.id, outcome=answer.outcome)
    return step


def _instead(line: ClauseLine, answer: Answer) -> tuple[str, float | None]:
    """The verdict and its credit that take the place of what stands."""
    if answer.outcome == PARTLY:
        if line.kind != Kind.REQUIRED:
            raise InvalidError(_("禁语只有说了和没有说，不能部分成立。"))
        if answer.share not in shares(line.kind, line.final_credit):
            raise InvalidError(_("部分成立要选按多少计分，而且要比现在多。"))
        return (VerdictWord.MET if answer.share >= 0.5 else VerdictWord.MISSED).value, answer.share
    if answer.verdict not in line.choices or (answer.verdict == line.final and not line.partly):
        raise InvalidError(_("申诉成立要改判，请选择新的结论。"))
    return answer.verdict, 1.0 if answer.verdict == VerdictWord.MET else None


def shares(kind: str, credit: float | None) -> tuple[float, ...]:
    """The shares of its points that an appeal in part can bring to a clause that has `credit` of them now."""
    return tuple(share for share in SHARES if share > (credit or 0.0)) if kind == Kind.REQUIRED else ()


def _correct(
    session: Session,
    viewer: Viewer,
    row: Appeal,
    line: ClauseLine,
    step: AppealStep,
    verdict: str,
    credit: float | None,
) -> None:
    """Put the verdict right. A signed recording gets a new edition; one reopened meanwhile is signed when it is reviewed."""
    recording = session.get_one(Recording, row.recording_id)
    step.before, step.after, step.after_credit, step.score_before = line.final, verdict, credit, recording.score
    add(session, viewer, recording, line, "appeal", verdict, step.text[:MAX_NOTE], credit)
    if recording.review_state is ReviewState.SIGNED:
        with in_source():
            why = _("申诉成立：%(why)s", why=step.text)
        replace_edition(session, viewer, recording, why)
        add_edition(session, viewer, recording, why[:MAX_NOTE])
    else:
        rows.refresh(session, recording.id)
    step.score_after = recording.score
    month = f"{recording.recorded_on:%Y-%m}"
    if session.scalar(select(exists().where(PublishedMonth.month == month))):
        step.month = month
        publishers = select(User.id).where(
            User.active,
            or_(User.role == UserRole.ADMIN, (User.role == UserRole.MANAGER) & User.team_id.is_(None)),
        )
        tell(session, NoticeKind.MONTH_OUTDATED, session.scalars(publishers), recording=recording.id, month=month)
