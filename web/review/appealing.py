"""A technician contests a verdict of his signed recording; QA answers. Belongs into a writing transaction."""

from __future__ import annotations

from sqlalchemy.orm import Session

from web.db import now
from web.intake import rows
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.refusals import GoneError, InvalidError, StaleError
from web.models import Appeal, NoticeKind, Recording, ReviewState, UserRole
from web.notices.tell import tell, with_role
from web.review import queries
from web.review.decisions import MAX_NOTE, add
from web.review.signing import add_edition, replace_edition

OPEN, UPHELD, REJECTED = "open", "upheld", "rejected"
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
    text = text.strip()
    if not text:
        raise InvalidError(_("请写明申诉理由。"))
    if len(text) > MAX_TEXT:
        raise InvalidError(_("理由最多 %(n)s 个字，现在有 %(now)s 个。", n=MAX_TEXT, now=len(text)))
    row = Appeal(recording_id=recording_id, item_id=item_id, user_id=viewer.id, at=now(), text=text)
    session.add(row)
    session.flush()
    audit.record(session, "appealed", "recording", recording_id, item=item_id, appeal=row.id)
    judges = with_role(session, UserRole.QA)
    tell(session, NoticeKind.APPEAL_FILED, judges, by=viewer.id, recording=recording_id, item=item_id)
    return row


def resolve(session: Session, viewer: Viewer, appeal_id: int, answer: str, verdict: str, resolution: str) -> Appeal:
    """Answer an appeal: `upheld` with the verdict that takes its place, or `rejected`; always with a reason.

    An appeal that is upheld makes a new edition of a signed recording; one that was reopened meanwhile is signed when
    its review is done. Raises GoneError, StaleError (already answered), InvalidError.
    """
    row = session.get(Appeal, appeal_id)
    if row is None:
        raise GoneError
    if row.state != OPEN:
        raise StaleError
    resolution = resolution.strip()
    panel = queries.panel(session, row.recording_id, viewer)
    line = panel.line(row.item_id) if panel else None
    if line is None:
        raise GoneError
    if answer not in (UPHELD, REJECTED):
        raise InvalidError(_("请选择申诉成立或不成立。"))
    if not resolution:
        raise InvalidError(_("请写明处理理由，技师会看到。"))
    if len(resolution) > MAX_TEXT:
        raise InvalidError(_("理由最多 %(n)s 个字，现在有 %(now)s 个。", n=MAX_TEXT, now=len(resolution)))
    if answer == UPHELD:
        partly = line.final == "met" and line.final_credit is not None and line.final_credit < 1.0
        if verdict not in line.choices or (verdict == line.final and not partly):
            raise InvalidError(_("申诉成立要改判，请选择新的结论。"))
        recording = session.get_one(Recording, row.recording_id)
        add(
            session,
            viewer,
            recording,
            line,
            "appeal",
            verdict,
            resolution[:MAX_NOTE],
            1.0 if verdict == "met" else None,
        )
        if recording.review_state is ReviewState.SIGNED:
            why = _("申诉成立：%(why)s", why=resolution)
            replace_edition(session, viewer, recording, why)
            add_edition(session, viewer, recording, why[:MAX_NOTE])
        else:
            rows.refresh(session, recording.id)
    row.state, row.resolved_by_id, row.resolved_at, row.resolution = answer, viewer.id, now(), resolution
    session.flush()
    audit.record(session, f"appeal-{answer}", "recording", row.recording_id, item=row.item_id, appeal=row.id)
    facts = {"item": row.item_id, "upheld": answer == UPHELD}
    tell(session, NoticeKind.APPEAL_ANSWERED, [row.user_id], by=viewer.id, recording=row.recording_id, **facts)
    return row
