"""The team page to take away: workbook and CSV."""

from __future__ import annotations

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit import audit
from web.kit.downloads import attachment
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.policies import minimum
from web.kit.site import reader, site
from web.kit.standards import standards
from web.scorecards.blueprint import blueprint, query_now
from web.scorecards.export.comma import comma_separated
from web.scorecards.export.workbook import workbook
from web.scorecards.outputs import SHEETS, ExportRequest, book_sheets, one_sheet
from web.summaries.query import ScorecardQuery

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/export.xlsx")
def export() -> ResponseReturnValue:
    """What the team page shows as a workbook, with the evidence."""
    wanted = _request()
    sheets = book_sheets(reader(), wanted, _public("scorecards.team", wanted.query), _recording)
    local = wanted.moment.astimezone(wanted.zone).replace(tzinfo=None)
    _log(wanted.query, "xlsx", len(sheets[3].rows))
    return attachment(workbook(sheets, _("评分卡"), local), XLSX, _("评分卡_%(span)s.xlsx", span=_span(wanted.query)))


@blueprint.get("/export.csv")
def export_csv() -> ResponseReturnValue:
    """按人员 (sheet=people) or 按条款 (sheet=items) as CSV."""
    name = request.args.get("sheet", SHEETS[0])
    if name not in SHEETS:
        abort(404)
    wanted = _request()
    sheet = one_sheet(reader(), wanted, name)
    _log(wanted.query, f"csv {name}", len(sheet.rows))
    file_name = _("评分卡_%(sheet)s_%(span)s.csv", sheet=sheet.title, span=_span(wanted.query))
    return attachment(comma_separated(sheet), "text/csv; charset=utf-8", file_name)


def _request() -> ExportRequest:
    here, query = site(), query_now()
    return ExportRequest(
        viewer=viewer(),
        query=query,
        standards=standards(here.lexicons),
        zone=here.zone,
        minimum=minimum(query.standard_id),
        moment=now(),
    )


def _public(endpoint: str, query: ScorecardQuery) -> str:
    return f"{site().web.public_url.rstrip('/')}{url_for(endpoint)}?{query.address()}"


def _recording(number: int, start_s: float | None) -> str:
    second = None if start_s is None else round(start_s, 1)
    return f"{site().web.public_url.rstrip('/')}{url_for('recordings.show', recording_id=number, t=second)}"


def _span(query: ScorecardQuery) -> str:
    """The period as a file name tells it: the month, else its days."""
    if len(query.span.names) == 1:
        return query.span.names[0]
    return _("%(first)s至%(last)s", first=query.span.period.first, last=query.span.period.last)


def _log(query: ScorecardQuery, form: str, rows: int) -> None:
    with site().db.writing() as session:
        audit.record(session, "export", "scorecards", "", form=form, rows=rows, asked=query.address())
