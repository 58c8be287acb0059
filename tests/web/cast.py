"""The cast of the site's tests: 技师 王师傅 and 李师傅, 质检员 小陈, 主管 老周, 管理员, with builders of their rows."""

from __future__ import annotations

import functools
import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from web.models import (
    Analysis,
    AnalysisDocument,
    Recording,
    RecordingState,
    ReviewState,
    Team,
    Technician,
    User,
    UserRole,
    WorkOrder,
)

PASSWORD = "听检-测试-2026"  # of people who do not exist
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


@functools.cache
def password_hash() -> str:
    """A cheap hash: the tests log in hundreds of times."""
    return generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")


def company(session: Session) -> dict[str, Any]:
    """Two teams, two technicians, a user of each role; returns them by name."""
    east, west = Team(name="东区"), Team(name="西区")
    session.add_all([east, west])
    session.flush()
    wang = Technician(staff_no="1001", name="王师傅", team_id=east.id)
    li = Technician(staff_no="1002", name="李师傅", team_id=west.id)
    session.add_all([wang, li])
    session.flush()
    people = {
        "admin": User(username="admin", name="管理员", role=UserRole.ADMIN, password_hash=password_hash()),
        "qa": User(username="chen", name="小陈", role=UserRole.QA, password_hash=password_hash()),
        "qa2": User(username="lin", name="小林", role=UserRole.QA, password_hash=password_hash()),
        "manager": User(username="zhou", name="老周", role=UserRole.MANAGER, password_hash=password_hash()),
        "manager_east": User(
            username="zheng", name="老郑", role=UserRole.MANAGER, team_id=east.id, password_hash=password_hash()
        ),
        "technician": User(
            username="wang",
            name="王师傅",
            role=UserRole.TECHNICIAN,
            technician_id=wang.id,
            password_hash=password_hash(),
        ),
        "technician2": User(
            username="li", name="李师傅", role=UserRole.TECHNICIAN, technician_id=li.id, password_hash=password_hash()
        ),
    }
    session.add_all(people.values())
    session.flush()
    return {"east": east, "west": west, "wang": wang, "li": li, **people}


def order(session: Session, technician: Technician, order_no: str = "WO-1", **more: Any) -> WorkOrder:
    """A work order of a technician."""
    row = WorkOrder(order_no=order_no, technician_id=technician.id, **{"job_kind": "水管", **more})
    session.add(row)
    session.flush()
    return row


def recording(session: Session, technician: Technician | None = None, name: str = "上门.mp3", **more: Any) -> Recording:
    """A recording that has not been judged yet."""
    row = Recording(
        **{
            "sha256": hashlib.sha256(f"{name}{more}".encode()).hexdigest(),
            "original_name": name,
            "size_bytes": 1000,
            "standard_id": "property-visit",
            "technician_id": technician.id if technician else None,
            "recorded_at": MONDAY,
            "recorded_on": MONDAY.date(),
            "duration_s": 97.0,
            "state": RecordingState.QUEUED,
            **more,
        }
    )
    session.add(row)
    session.flush()
    return row


def judged(session: Session, technician: Technician | None, document: dict[str, Any], **more: Any) -> Recording:
    """A recording with a bare analysis row and its document (use web.intake.rows for verdict rows as well)."""
    row = recording(session, technician, **{"state": RecordingState.JUDGED, **more})
    standard = document["standard"]
    analysis = Analysis(
        recording_id=row.id,
        number=1,
        origin="heard",
        standard_id=standard["id"],
        standard_version=standard["version"],
        standard_digest=standard["digest"],
        score=document["score"]["value"],
    )
    session.add(analysis)
    session.flush()
    session.add(AnalysisDocument(analysis_id=analysis.id, body=document))
    row.analysis_id = analysis.id
    row.score = row.machine_score = document["score"]["value"]
    session.flush()
    return row


def sign(session: Session, row: Recording) -> None:
    """Mark a recording as signed (the bare state; use web.review for the real act)."""
    row.review_state = ReviewState.SIGNED
    session.flush()
