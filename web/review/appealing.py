"""A technician contests a verdict of his signed recording, accepts the answer or goes on. Belongs into a writing transaction.

First round: QA answers (`answering.resolve`). Who is not content with that goes on to the second, which a manager decides
who neither signed nor answered (`answering.decide`); then it is over. What somebody did is a row of `AppealStep`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from web.db import now
from web.hooks import outbox
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.refusals import GoneError, InvalidError, StaleError
from web.kit.site import site
from web.models import Appeal, AppealStep, NoticeKind, Recording, SignOff, Technician, User, UserRole
from web.notices.tell import tell, with_role
from web.review import queries

OPEN, SECOND = "open", "second"
UPHELD, PARTLY, REJECTED = "upheld", "partly", "rejected"
MAX_TEXT = 1000


def appeal(session: Session, viewer: Viewer, recording_id: int, item_id: str, text: str) -> Appeal:
    """Contest a verdict. Raises GoneError for what is not his or not signed, InvalidError with the reason else."""
    panel = queries.panel(session, recording_id, viewer)
    line = panel.line(item_id) if panel else None
    if panel is None or line is None:
        raise GoneError
    if panel.appeal_until is None:
        raise InvalidError(_("申诉期已过，不能再申诉。"))
    if not line.costs:
        raise InvalidError(_("这一条没有扣分，不需要申诉。"))
    if not panel.can_appeal(line):
        raise InvalidError(_("这一条已经申诉过。"))
    text = checked(text, _("请写明申诉理由。"))
    moment = now()
    row = Appeal(
        recording_id=recording_id, item_id=item_id, user_id=viewer.id, at=moment, text=text, due_at=due(moment)
    )
    session.add(row)
    session.flush()
    session.add(AppealStep(appeal_id=row.id, at=moment, user_id=viewer.id, what="filed", text=text))
    audit.record(session, "appealed", "recording", recording_id, item=item_id, appeal=row.id)
    judges = with_role(session, UserRole.QA)
    tell(session, NoticeKind.APPEAL_FILED, judges, by=viewer.id, recording=recording_id, item=item_id)
    outbox.appeal_filed(session, row)
    return row


def accept(session: Session, viewer: Viewer, appeal_id: int) -> Appeal:
    """Be content with the answer; once more changes nothing. Raises GoneError, StaleError where there is none to accept."""
    row = own(session, viewer, appeal_id)
    if row.accepted_at is not None:
        return row
    if not may_react(row, now()):
        raise StaleError
    row.accepted_at = now()
    session.add(AppealStep(appeal_id=row.id, at=row.accepted_at, user_id=viewer.id, what="accepted"))
    audit.record(session, "appeal-accepted", "recording", row.recording_id, item=row.item_id, appeal=row.id)
    _tell(session, NoticeKind.APPEAL_ACCEPTED, [row.resolved_by_id or 0], viewer, row)
    return row


def contest(session: Session, viewer: Viewer, appeal_id: int, text: str) -> Appeal:
    """Go on to the second round. Raises GoneError, StaleError where it stands there already, InvalidError with the reason."""
    row = own(session, viewer, appeal_id)
    if row.state == SECOND:
        raise StaleError
    if row.round > 1:
        raise InvalidError(_("主管已经裁定，这条申诉到此为止。"))
    if row.state not in (PARTLY, REJECTED) or row.accepted_at is not None:
        raise InvalidError(_("这条申诉还没有答复，或者您已接受答复，不能再申诉。"))
    if not may_react(row, now()):
        raise InvalidError(_("再申诉的期限已过。"))
    text = checked(text, _("请写明为什么不同意答复。"))
    moment = now()
    row.state, row.round, row.due_at = SECOND, 2, due(moment)
    session.add(AppealStep(appeal_id=row.id, at=moment, user_id=viewer.id, what="contested", text=text))
    session.flush()
    audit.record(session, "appeal-contested", "recording", row.recording_id, item=row.item_id, appeal=row.id)
    judges = deciders(session, row) or with_role(session, UserRole.ADMIN)  # who can add a manager
    _tell(session, NoticeKind.APPEAL_CONTESTED, [*judges, row.resolved_by_id or 0], viewer, row)
    outbox.appeal_filed(session, row)
    return row


def own(session: Session, viewer: Viewer, appeal_id: int) -> Appeal:
    """An appeal of the viewer's own, also while its recording is reopened. Raises GoneError."""
    row = session.get(Appeal, appeal_id)
    recording = session.get(Recording, row.recording_id) if row is not None else None
    if row is None or row.user_id != viewer.id or recording is None or recording.deleted_at is not None:
        raise GoneError
    return row


def may_react(row: Appeal, moment: datetime) -> bool:
    """Whether the technician can still accept the answer or go on."""
    answered = row.round == 1 and row.state in (PARTLY, REJECTED) and row.accepted_at is None
    return answered and row.contest_until is not None and moment <= row.contest_until


def due(moment: datetime) -> datetime:
    """When what was asked now is to be answered."""
    return moment + timedelta(days=site().web.appeal_answer_days)


def checked(text: str, empty: str) -> str:
    """A text that somebody must give. Raises InvalidError: `empty`, or that it is too long."""
    text = text.strip()
    if not text:
        raise InvalidError(empty)
    if len(text) > MAX_TEXT:
        raise InvalidError(_("理由最多 %(n)s 个字，现在有 %(now)s 个。", n=MAX_TEXT, now=len(text)))
    return text


def concerned(session: Session, row: Appeal) -> set[int]:
    """Who signed the recording or has answered the appeal: none of them decides the second round."""
    signers = session.scalars(select(SignOff.user_id).where(SignOff.recording_id == row.recording_id))
    answered = select(AppealStep.user_id).where(AppealStep.appeal_id == row.id, AppealStep.what == "answered")
    signer = session.scalar(select(Recording.signed_by_id).where(Recording.id == row.recording_id))
    return {*signers, *session.scalars(answered), *([] if signer is None else [signer])}


def deciders(session: Session, row: Appeal) -> list[int]:
    """The managers who can decide the second round: of the technician's team or of all, not concerned."""
    team = (
        select(Technician.team_id)
        .join(Recording, Recording.technician_id == Technician.id)
        .where(Recording.id == row.recording_id)
    ).scalar_subquery()
    managers = select(User.id).where(
        User.active, User.role == UserRole.MANAGER, or_(User.team_id.is_(None), User.team_id == team)
    )
    return sorted(set(session.scalars(managers)) - concerned(session, row))


def _tell(session: Session, kind: NoticeKind, users: list[int], by: Viewer, row: Appeal) -> None:
    known = [user for user in users if user]
    tell(session, kind, known, by=by.id, recording=row.recording_id, item=row.item_id, appeal=row.id)
