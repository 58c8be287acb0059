"""The list of recordings as a CSV that Excel opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from flask import Response, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from web.kit import audit
from web.kit.csvfile import csv_lines
from web.kit.login import viewer
from web.kit.pages import duration, local_time
from web.kit.site import site
from web.kit.standards import standards
from web.recordings import listing
from web.recordings.blueprint import blueprint, listed
from web.recordings.words import exclusion_names, review_names, state_names

Lines = Callable[[Session], Iterable[listing.ListLine]]


@blueprint.get("/export.csv")
def export() -> ResponseReturnValue:
    who, question = viewer(), listed()
    return as_csv(lambda session: listing.every(session, who, question), None)


def as_csv(lines: Lines, count: int | None) -> Response:
    """Line by line, noted in the audit log: a hundred thousand recordings are never in memory together."""
    with site().db.writing() as session:
        audit.record(session, "export", "recordings", "", count=count, **listed().arguments())
    rows = stream_with_context(csv_lines(_rows(lines)))
    answer = Response(rows, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(_('录音清单.csv'))}"
    return answer


def _rows(lines: Lines) -> Iterator[list[object]]:
    states, reviews, why = state_names(), review_names(), exclusion_names()
    titles = {s.id: s.title for s in standards(site().lexicons)}
    yield [
        _("编号"), _("文件名"), _("录音时间"), _("技师"), _("工号"), _("班组"), _("工单"), _("标准"), _("时长"), _("得分"),
        _("机器得分"), _("未达标条数"), _("禁语条数"), _("疑似处数"), _("无法判断条数"), _("状态"), _("复核"), _("签核人"),
    ]  # fmt: skip
    with site().db.reading() as session:
        for r in lines(session):
            state = f"{states[r.state]}（{why[r.excluded]}）" if r.excluded else states[r.state]
            yield [
                r.id, r.name, local_time(r.recorded_at), r.technician, r.staff_no, r.team, r.order_no,
                titles.get(r.standard_id, r.standard_id), duration(r.duration_s), _points(r.score),
                _points(r.machine_score), r.missed, r.forbidden, r.suspicions, r.not_judged, state, reviews[r.review_state], r.signed_by,
            ]  # fmt: skip


def _points(score: float | None) -> str:
    return "" if score is None else f"{score:.1f}"
