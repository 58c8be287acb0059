"""A session is started: recordings chosen by hand or drawn at random, people asked, a day to be done by."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from web.kit import audit
from web.kit.access import STAFF, visible
from web.kit.calendar import Period
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.marks import mark
from web.kit.recording_line import columns_of, with_people
from web.kit.refusals import InvalidError
from web.kit.site import site
from web.kit.sound import silence
from web.kit.standards import standard
from web.models import (
    CalibrationRater,
    CalibrationRecording,
    CalibrationSession,
    NoticeKind,
    Recording,
    Technician,
    User,
    UserRole,
    Verdict,
)
from web.models.vocabulary import How
from web.notices.tell import tell
from web.summaries.judged import judged_in

MOST_OFFERED = 100
MOST_RECORDINGS, MOST_RATERS, MOST_TITLE = 30, 12, 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recording that can be chosen."""

    id: int
    technician: str
    team: str
    order_no: str
    recorded_at: datetime
    duration_s: float | None
    silence: str | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form asks for. `draw`: how many to draw at random, 0 where `chosen` are taken; `items`: () is all clauses."""

    title: str
    standard_id: str
    period: Period
    due_on: date | None
    raters: Sequence[int]
    chosen: Sequence[int]
    draw: int
    items: Sequence[str]


def people(session: Session) -> tuple[tuple[int, str, UserRole, int | None], ...]:
    """Who can take part: id, name, role, team."""
    statement = select(User.id, User.name, User.role, User.team_id).where(User.active, User.role.in_(STAFF))
    return tuple((i, name, role, team) for i, name, role, team in session.execute(statement.order_by(User.id)))


def candidates(session: Session, viewer: Viewer, standard_id: str, period: Period) -> tuple[Candidate, ...]:
    """The recordings of a standard and a period, the newest first."""
    statement = _eligible(viewer, standard_id, period).with_only_columns(
        *columns_of(Candidate, silence=silence(viewer))
    )
    statement = with_people(statement).order_by(Recording.recorded_at.desc(), Recording.id.desc()).limit(MOST_OFFERED)
    return tuple(Candidate(**row._asdict()) for row in session.execute(statement))


def start(session: Session, viewer: Viewer, wish: Wish, today: date) -> CalibrationSession:
    """Add the session and ask its people. Raises InvalidError with what is missing."""
    title = " ".join(wish.title.split())
    if not title:
        raise InvalidError(_("请给这次校准起个名字，例如“十一月问候语”。"))
    if len(title) > MOST_TITLE:
        raise InvalidError(_("名字最多 %(n)s 个字。", n=MOST_TITLE))
    if standard(site().lexicons, wish.standard_id) is None:
        raise InvalidError(_("请选择一份标准。"))
    if wish.due_on is None or wish.due_on < today:
        raise InvalidError(_("截止日期要填，而且不能早于今天。"))
    known = {number: (name, role, team) for number, name, role, team in people(session)}
    users = [number for number in dict.fromkeys(wish.raters) if number in known]
    if not 2 <= len(users) <= MOST_RATERS:
        raise InvalidError(_("请选 2 到 %(n)s 位参加的人。", n=MOST_RATERS))
    ids = _drawn(session, viewer, wish) if wish.draw else _chosen(session, viewer, wish)
    _all_see_all(session, {user: known[user] for user in users}, ids)
    row = CalibrationSession(
        title=title, standard_id=wish.standard_id, lead_id=viewer.id, drawn=bool(wish.draw), due_on=wish.due_on
    )
    session.add(row)
    session.flush()
    for position, number in enumerate(ids):
        clauses = _clauses(session, number, wish.items)
        if not clauses:
            raise InvalidError(_("选的条款在这些录音里没有可判的，请重选条款。"))
        session.add(CalibrationRecording(session_id=row.id, recording_id=number, position=position, clauses=clauses))
    session.add_all(CalibrationRater(session_id=row.id, user_id=user) for user in users)
    session.flush()
    audit.record(
        session, "calibration-started", "calibration", row.id, standard=row.standard_id, recordings=len(ids),
        count=len(users),
    )  # fmt: skip
    tell(session, NoticeKind.CALIBRATION_ASKED, users, by=viewer.id, calibration=row.id, due=wish.due_on.isoformat())
    return row


def _drawn(session: Session, viewer: Viewer, wish: Wish) -> list[int]:
    if wish.draw > MOST_RECORDINGS:
        raise InvalidError(_("一次最多 %(n)s 段录音。", n=MOST_RECORDINGS))
    ids = list(session.scalars(_eligible(viewer, wish.standard_id, wish.period).order_by(Recording.id)))
    if len(ids) < wish.draw:
        raise InvalidError(_("这段时间里只有 %(n)s 段可用的录音，不够抽 %(m)s 段。", n=len(ids), m=wish.draw))
    return secrets.SystemRandom().sample(ids, wish.draw)


def _chosen(session: Session, viewer: Viewer, wish: Wish) -> list[int]:
    wanted = list(dict.fromkeys(wish.chosen))
    if not 1 <= len(wanted) <= MOST_RECORDINGS:
        raise InvalidError(_("请勾选 1 到 %(n)s 段录音，或者随机抽取。", n=MOST_RECORDINGS))
    there = set(session.scalars(_eligible(viewer, wish.standard_id, wish.period).where(Recording.id.in_(wanted))))
    if set(wanted) - there:
        raise InvalidError(_("有的录音已不在这个标准和时间范围里，请重新勾选。"))
    return wanted


def _all_see_all(session: Session, known: dict[int, Any], ids: Sequence[int]) -> None:
    """A manager of one team takes part only where all recordings are his team's: who sees less cannot be compared."""
    of = select(Technician.team_id).join(Recording, Recording.technician_id == Technician.id)
    teams = set(session.scalars(of.where(Recording.id.in_(ids))))
    short = [
        name for name, role, team in known.values() if role is UserRole.MANAGER and team is not None and teams != {team}
    ]
    if short:
        raise InvalidError(
            _("%(who)s 只能看本班组的录音，这次的录音里有别的班组：请换人或换录音。", who=mark("、").join(short))
        )


def _clauses(session: Session, recording_id: int, items: Sequence[str]) -> list[dict[str, str | None]]:
    """What is asked of a recording: what ears or people judge, with the machine's verdict as it stands now."""
    statement = select(Verdict).where(
        Verdict.recording_id == recording_id, Verdict.how != How.LINK.value, ~Verdict.optional
    )
    if items:
        statement = statement.where(Verdict.item_id.in_(items))
    return [
        {"item": v.item_id, "kind": v.kind, "how": v.how, "machine": v.machine}
        for v in session.scalars(statement.order_by(Verdict.position))
    ]


def _eligible(viewer: Viewer, standard_id: str, period: Period) -> Select[Any]:
    statement: Select[Any] = select(Recording.id).where(judged_in(period), Recording.standard_id == standard_id)
    return visible(statement, viewer)
