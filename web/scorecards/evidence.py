"""What counts against people, verdict by verdict, with the words it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.private import hide
from web.kit.access import visible
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.pages import duration
from web.kit.standards import StandardInfo
from web.models import Decision, Recording, Technician, User, Verdict, WorkOrder
from web.scorecards.quotes import decisive_hit
from web.summaries.frames import team_shown
from web.summaries.judged import asked_for
from web.summaries.query import ScorecardQuery

MOST = 20_000  # lines: more than anybody reads, few enough for a workbook that opens at once


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A verdict with what it rests on. `recorded_at`: naive, in the site's zone; `link`: (page at the second, its text)."""

    recording: str
    order_no: str
    staff_no: str
    name: str
    recorded_at: dt.datetime
    standard: str
    clause: str
    item: str
    verdict: str
    decided_by: str  # 机器 or the person's name
    quote: str
    start_s: float | None
    link: tuple[str, str]


@dataclass(frozen=True, slots=True)
class EvidenceList:
    """The newest `MOST` lines; `more` says that there are others."""

    lines: tuple[EvidenceLine, ...]
    more: bool


def evidence(
    session: Session,
    viewer: Viewer,
    query: ScorecardQuery,
    standards: tuple[StandardInfo, ...],
    zone: ZoneInfo,
    link: Callable[[int, float | None], str],
    most: int = MOST,
) -> EvidenceList:
    """The missed and the forbidden of what the team page shows, newest first; one query.

    `link` gives the address of a recording's page at a second (None: at its beginning).
    """
    wanted = (
        select(
            Recording.id,
            WorkOrder.order_no,
            Technician.staff_no,
            Technician.name,
            Recording.recorded_at,
            Verdict.standard_id,
            Verdict.item_id,
            Verdict.kind,
            Verdict.human,
            User.name.label("decided_by"),
            Verdict.evidence,
        )
        .join(Verdict, Verdict.recording_id == Recording.id)
        .join(Technician, Technician.id == Recording.technician_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .outerjoin(Decision, Decision.id == Verdict.decision_id)
        .outerjoin(User, User.id == Decision.user_id)
        .where(asked_for(query), Verdict.final == "missed")
        .order_by(Recording.recorded_at.desc(), Recording.id.desc(), Verdict.position)
        .limit(most + 1)
    )
    if (team_id := team_shown(viewer, query)) is not None:
        wanted = wanted.where(Technician.team_id == team_id)
    clauses = {(s.id, i.id): (s.title, i.clause, i.text) for s in standards for i in s.items}
    machine, verdict_names = _("机器"), {"forbidden": _("说了禁语"), "required": _("未达标")}
    rows = session.execute(visible(wanted, viewer)).all()
    lines = []
    for row in rows[:most]:
        title, clause, text = clauses.get((row.standard_id, row.item_id), (row.standard_id, "", row.item_id))
        hit = decisive_hit(row.evidence)
        start_s = hit.get("start_s")
        lines.append(
            EvidenceLine(
                recording=str(row.id),
                order_no=row.order_no or "",
                staff_no=row.staff_no,
                name=row.name,
                recorded_at=row.recorded_at.astimezone(zone).replace(tzinfo=None),
                standard=title,
                clause=clause,
                item=text,
                verdict=verdict_names[row.kind],
                decided_by=machine if row.human is None else row.decided_by or "",
                quote=hide(hit.get("quote", "")),
                start_s=start_s,
                link=(link(row.id, start_s), _("打开") if start_s is None else duration(start_s)),
            )
        )
    return EvidenceList(tuple(lines), len(rows) > most)
