"""Whose scorecard it is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.models import Team, Technician

FEW_COLLEAGUES = 3  # with fewer, the team's rate would name a person: technicians are not shown it


@dataclass(frozen=True, slots=True)
class Person:
    """A technician as his pages name him."""

    id: int
    staff_no: str
    name: str
    team_id: int | None
    team: str
    example_consent: bool


def person(session: Session, technician_id: int) -> Person | None:
    row = session.execute(
        select(Technician, Team.name)
        .outerjoin(Team, Team.id == Technician.team_id)
        .where(Technician.id == technician_id)
    ).first()
    if row is None:
        return None
    one, team = row
    return Person(one.id, one.staff_no, one.name, one.team_id, team or "", one.example_consent)
