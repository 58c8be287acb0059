"""What counts against people, verdict by verdict, with the words it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.access import visible
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.pages import duration
from web.kit.standards import StandardInfo
from web.models import Decision, Recording, RecordingState, ReviewState, Technician, User, Verdict, WorkOrder
from web.scorecards.asked import Asked
from web.scorecards.export.scorecard import EvidenceLine
from web.scorecards.figures.frames import Reviewed
from web.scorecards.frames import teams_of

MOST = 20_000  # lines: more than anybody reads, few enough for a workbook that opens at once


@dataclass(frozen=True, slots=True)
class Evidence:
    """The newest `MOST` lines; `more` says that there are others."""

    lines: tuple[EvidenceLine, ...]
    more: bool


def evidence(
    session: Session,
    viewer: Viewer,
    asked: Asked,
    standards: tuple[StandardInfo, ...],
    zone: ZoneInfo,
    link: Callable[[int, float | None], str],
    most: int = MOST,
) -> Evidence:
    """Return the missed and the forbidden of what the team page shows, newest first; one query.

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
            User.name,
            Verdict.evidence,
        )
        .join(Verdict, Verdict.recording_id == Recording.id)
        .join(Technician, Technician.id == Recording.technician_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .outerjoin(Decision, Decision.id == Verdict.decision_id)
        .outerjoin(User, User.id == Decision.user_id)
        .where(
            Recording.state == RecordingState.JUDGED,
            Recording.standard_id.is_not(None),
            Recording.recorded_on >= asked.span.period.first,
            Recording.recorded_on <= asked.span.period.last,
            Verdict.final == "missed",
        )
        .order_by(Recording.recorded_at.desc(), Recording.id.desc(), Verdict.position)
        .limit(most + 1)
    )
    if (team_id := teams_of(viewer, asked)) is not None:
        wanted = wanted.where(Technician.team_id == team_id)
    if asked.standard_id:
        wanted = wanted.where(Recording.standard_id == asked.standard_id)
    if asked.job_kind:
        wanted = wanted.where(WorkOrder.job_kind == asked.job_kind)
    if asked.reviewed is Reviewed.SIGNED:
        wanted = wanted.where(Recording.review_state == ReviewState.SIGNED)
    known = {(s.id, i.id): (s.title, i.clause, i.text) for s in standards for i in s.items}
    machine, words = _("机器"), {"forbidden": _("说了禁语"), "required": _("未达标")}
    rows = session.execute(visible(wanted, viewer)).all()
    lines = []
    for number, order_no, staff_no, name, at, standard_id, item_id, kind, human, person, hits in rows[:most]:
        title, clause, text = known.get((standard_id, item_id), (standard_id, "", item_id))
        hit = next((h for h in hits if not h.get("suspicion")), None)
        start = None if hit is None else hit.get("start_s")
        lines.append(
            EvidenceLine(
                str(number),
                order_no or "",
                staff_no,
                name,
                _local(at, zone),
                title,
                clause,
                text,
                words[kind],
                machine if human is None else person or "",
                "" if hit is None else hit.get("quote", ""),
                start,
                (link(number, start), _("打开") if start is None else duration(start)),
            )
        )
    return Evidence(tuple(lines), len(rows) > most)


def _local(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return at.astimezone(zone).replace(tzinfo=None)
