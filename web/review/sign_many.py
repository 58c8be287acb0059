"""Signing what is green of a selection: where the machine found nothing wrong and leaves nothing to a person.

Nobody has listened to these: no decision is noted on their clauses, and no figure of agreement counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.access import visible
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.kit.refusals import GoneError, InvalidError, SignedError, StaleError
from web.kit.site import site, today
from web.models import Recording, ReviewState
from web.models.vocabulary import Kind, VerdictWord
from web.review import desk, queries, signing
from web.review.panel import Panel
from web.review.refusals import BlockedError

MOST = 200  # of a selection: each is looked at as its own page would be
NOTE = "批量签核"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recording of the selection. `why` it is not signed with the others; "" where it is."""

    id: int
    revision: int
    name: str
    technician: str
    recorded_at: datetime
    score: float | None
    review_state: ReviewState
    why: str = ""


def candidates(session: Session, viewer: Viewer, ids: Sequence[int]) -> tuple[Candidate, ...]:
    """The recordings of a selection that the viewer may see, each with what speaks against signing it unheard."""
    statement = with_people(select(*columns_of(Candidate)).select_from(Recording)).where(Recording.id.in_(ids))
    rows = session.execute(visible(statement, viewer).order_by(Recording.recorded_at, Recording.id))
    found = [Candidate(**row._asdict()) for row in rows]
    theirs = select(Recording.id).where(Recording.id.in_(ids), desk.held_by_another(viewer, today()))
    others = set(session.scalars(theirs))
    return tuple(replace(one, why=_why(session, viewer, one, one.id in others)) for one in found)


def sign_all(viewer: Viewer, chosen: Sequence[tuple[int, int]]) -> tuple[int, tuple[int, ...]]:
    """Sign recordings, (id, revision as seen), each in a transaction of its own.

    Return how many were signed, and the ids of those that no longer could be.
    """
    done, left = 0, []
    for recording_id, revision in chosen:
        try:
            with site().db.writing() as session:
                panel = queries.panel(session, recording_id, viewer)
                if panel is None or blemish(panel):
                    raise StaleError
                signing.sign(session, viewer, recording_id, revision, NOTE)
            done += 1
        except (GoneError, SignedError, StaleError, BlockedError, InvalidError):
            left.append(recording_id)
    return done, tuple(left)


def _why(session: Session, viewer: Viewer, one: Candidate, theirs: bool) -> str:
    if one.review_state is ReviewState.SIGNED:
        return _("已经签核")
    if theirs:
        return _("在别人名下")
    panel = queries.panel(session, one.id, viewer)
    return _("还没有判分") if panel is None else blemish(panel)


def blemish(panel: Panel) -> str:
    """What of a recording is not green, in words; "" where all is."""
    if panel.busy:
        return _("正在重新判分")
    if panel.must_see:
        return _("有 %(n)s 条要先复核", n=len(panel.must_see))
    missed = [x for x in panel.lines if x.final == VerdictWord.MISSED]
    said = sum(x.kind == Kind.FORBIDDEN for x in missed)
    if said:
        return _("说了禁语 %(n)s 条", n=said)
    if missed:
        return _("未达标 %(n)s 条", n=len(missed))
    open_ = sum(x.final == VerdictWord.CANNOT_JUDGE for x in panel.lines)
    if open_:
        return _("无法判断 %(n)s 条", n=open_)
    partly = sum(x.final_credit is not None and x.final_credit < 1.0 for x in panel.lines)
    return _("部分达标 %(n)s 条", n=partly) if partly else ""
