"""Scorecards to take away: workbook, CSV, a technician's month on paper."""

from __future__ import annotations

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit import audit
from web.kit.downloads import attachment
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.standards import standards
from web.models import UserRole
from web.scorecards.asked import Asked
from web.scorecards.export.comma import comma_separated
from web.scorecards.export.workbook import workbook
from web.scorecards.outputs import SHEETS, Question, book_sheets, one_sheet
from web.scorecards.print_page import month_card, month_of
from web.scorecards.publishing import months_over
from web.scorecards.team_page import today_in
from web.scorecards.technician_page import person
from web.scorecards.views import allowed_person, asked_now, blueprint

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/export.xlsx")
def export() -> ResponseReturnValue:
    """Give what the team page shows as a workbook, with the evidence."""
    question = _question()
    sheets = book_sheets(reader(), question, _public("scorecards.team", question.asked), _recording)
    local = question.moment.astimezone(question.zone).replace(tzinfo=None)
    name = _("评分卡_%(span)s.xlsx", span=_span(question.asked))
    _tell(question.asked, "xlsx", len(sheets[3].rows))
    return attachment(workbook(sheets, _("评分卡"), local), XLSX, name)


@blueprint.get("/export.csv")
def export_csv() -> ResponseReturnValue:
    """Give 按人员 (sheet=people) or 按条目 (sheet=items) as CSV."""
    wanted = request.args.get("sheet", SHEETS[0])
    if wanted not in SHEETS:
        abort(404)
    question = _question()
    sheet = one_sheet(reader(), question, wanted)
    _tell(question.asked, f"csv {wanted}", len(sheet.rows))
    name = _("评分卡_%(sheet)s_%(span)s.csv", sheet=sheet.title, span=_span(question.asked))
    return attachment(comma_separated(sheet), "text/csv; charset=utf-8", name)


@blueprint.get("/technicians/<int:technician_id>/print")
def print_page(technician_id: int) -> ResponseReturnValue:
    """Show a technician's month on one A4 page; he himself sees his own, signed recordings only."""
    here, asked = site(), asked_now()
    own_view = viewer().role is UserRole.TECHNICIAN
    if own_view:
        own = viewer().technician_id
        who = (person(reader(), own) if own == technician_id else None) or abort(404)
    else:
        who = allowed_person(technician_id)
    today = today_in(here.zone, now())
    month = month_of(asked, today)
    offered = [f"{today:%Y-%m}", *months_over(reader(), today, 12)]
    return render_template(
        "scorecards/print.html",
        card=month_card(reader(), here, who, asked, month, today, own_view=own_view),
        months=offered if month in offered else [month, *offered],
        own_view=own_view,
        over=today > Asked.read({"period": month}, today).span.period.last,
        appeal_days=here.web.appeal_days,
        minimum=here.web.min_recordings,
    )


def _question() -> Question:
    here = site()
    return Question(viewer(), asked_now(), standards(here.settings.lexicons), here.zone, here.web.min_recordings, now())


def _public(endpoint: str, asked: Asked) -> str:
    return f"{site().web.public_url.rstrip('/')}{url_for(endpoint)}?{asked.address()}"


def _recording(number: int, start_s: float | None) -> str:
    second = None if start_s is None else round(start_s, 1)
    return f"{site().web.public_url.rstrip('/')}{url_for('recordings.show', recording_id=number, t=second)}"


def _span(asked: Asked) -> str:
    """Return the period as a file name tells it: the month, else its days."""
    if len(asked.span.names) == 1:
        return asked.span.names[0]
    return _("%(first)s至%(last)s", first=asked.span.period.first, last=asked.span.period.last)


def _tell(asked: Asked, form: str, rows: int) -> None:
    with site().db.writing() as session:
        audit.record(session, "export", "scorecards", "", form=form, rows=rows, asked=asked.address())
