"""The demo archive's people in a database: teams, technicians, logins, orders, and what their manager noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.auth.passwords import hashed
from web.demo.people import COACHED_WEEK, WEEKS
from web.demo.values import DemoArchive
from web.models import CoachingNote, Team, Technician, User, UserRole, WorkOrder

PASSWORD = "tingjian-demo"  # noqa: S105 - of invented people, the README names it
TECHNICIAN_LOGIN = "9001"  # the staff number of whom the technician's login shows

# username, name, role
LOGINS = (
    ("admin", "演示管理员", UserRole.ADMIN),
    ("qa", "演示质检员小陈", UserRole.QA),
    ("qa2", "演示质检员小林", UserRole.QA),
    ("manager", "演示主管老周", UserRole.MANAGER),
    ("technician", "演示技师周志强", UserRole.TECHNICIAN),
)


@dataclass(frozen=True, slots=True)
class Company:
    """The rows' ids, by staff number and order number."""

    technicians: Mapping[str, int]
    orders: Mapping[str, int]


def settle(session: Session, archive: DemoArchive) -> Company:
    """Add what is not there yet. Nobody's login is changed: an account of the same name keeps its password."""
    teams = {t.name: t for t in session.scalars(select(Team).where(Team.name.in_(archive.teams)))}
    for name in archive.teams:
        if name not in teams:
            teams[name] = Team(name=name)
            session.add(teams[name])
    session.flush()
    technicians = _technicians(session, archive, {name: team.id for name, team in teams.items()})
    fresh = _logins(session, technicians)
    if fresh:
        _notes(session, archive, technicians)
    return Company(technicians, _orders(session, archive, technicians))


def _technicians(session: Session, archive: DemoArchive, teams: Mapping[str, int]) -> dict[str, int]:
    numbers = [t.staff_no for t in archive.technicians]
    rows = {t.staff_no: t for t in session.scalars(select(Technician).where(Technician.staff_no.in_(numbers)))}
    for who in archive.technicians:
        if who.staff_no not in rows:
            rows[who.staff_no] = Technician(
                staff_no=who.staff_no, name=who.name, team_id=teams[who.team], example_consent=who.example_consent
            )
            session.add(rows[who.staff_no])
    session.flush()
    return {staff_no: row.id for staff_no, row in rows.items()}


def _logins(session: Session, technicians: Mapping[str, int]) -> bool:
    """Add the demo's accounts; return whether the manager's was added."""
    taken = set(session.scalars(select(User.username).where(User.username.in_([name for name, _, _ in LOGINS]))))
    for username, name, role in LOGINS:
        if username in taken:
            continue
        session.add(
            User(
                username=username,
                name=name,
                role=role,
                password_hash=hashed(PASSWORD),
                technician_id=technicians[TECHNICIAN_LOGIN] if role is UserRole.TECHNICIAN else None,
                preferences={"demo": True},
            )
        )
    session.flush()
    return "manager" not in taken


def _orders(session: Session, archive: DemoArchive, technicians: Mapping[str, int]) -> dict[str, int]:
    known = {row.order_no: row.id for row in session.execute(select(WorkOrder.order_no, WorkOrder.id))}
    fresh = [
        WorkOrder(
            order_no=order.order_no,
            technician_id=technicians[order.staff_no],
            job_kind=order.job_kind,
            address_note=order.address_note,
            appointment_at=order.appointment_at,
            finished_at=order.finished_at,
            facts=dict(order.facts),
            created_at=(order.appointment_at or dt.datetime.now(dt.UTC)) - dt.timedelta(days=2),
        )
        for order in archive.orders
        if order.order_no not in known
    ]
    session.add_all(fresh)
    session.flush()
    return known | {row.order_no: row.id for row in fresh}


def _notes(session: Session, archive: DemoArchive, technicians: Mapping[str, int]) -> None:
    """What the manager agreed with the one who improves, and with the one who does not yet."""
    manager_id = session.scalars(select(User.id).where(User.username == "manager")).one()
    last = max(t.recorded_at for t in archive.transcripts)
    coached = last - dt.timedelta(weeks=WEEKS - COACHED_WEEK)
    session.add_all(
        [
            CoachingNote(
                technician_id=technicians["9001"],
                author_id=manager_id,
                at=coached,
                text="一起听了三段录音：进门没有报姓名，收费没有说明依据，走的时候没有留联系方式。",
                action="按规范把开场和道别练熟，两周后再听三段",
                due_on=(coached + dt.timedelta(weeks=2)).date(),
                done_at=coached + dt.timedelta(weeks=2),
            ),
            CoachingNote(
                technician_id=technicians["9002"],
                author_id=manager_id,
                at=last - dt.timedelta(days=6),
                text="最近几周得分一直往下走，询问和道别漏得多，聊了聊，说活儿排得太满。",
                action="下周少派两单，先把询问和道别补上",
                due_on=(last + dt.timedelta(days=8)).date(),
            ),
        ]
    )
