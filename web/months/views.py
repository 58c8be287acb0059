"""Published months: the list, one edition, publishing; a technician's month on paper."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit.calendar import month_days, period_named, today_in
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.values import number
from web.models import UserRole
from web.months import publishing
from web.months.difference import ABSENT
from web.months.print_page import month_card, month_to_print
from web.months.published import editions, month_page, own_results
from web.scorecards.blueprint import allowed_person, own_person, query_now
from web.summaries.query import ScorecardQuery, month_span

MOST_PRINTED = 12  # months offered for printing

blueprint = Blueprint("months", __name__, url_prefix="/scorecards")


@blueprint.get("/months")
def index() -> ResponseReturnValue:
    """What was published; with `month`, what publishing that month would store. A technician sees his own."""
    here, who = site(), viewer()
    if who.role is UserRole.TECHNICIAN:
        own = () if who.technician_id is None else own_results(reader(), who.technician_id)
        return render_template("months/index.html", own=own, own_view=True, of_month=_of_month)
    today = today_in(here.zone, now())
    month = request.args.get("month", "")
    draft = publishing.draft(reader(), here, month, today) if _may_publish() and month_days(month) else None
    return render_template(
        "months/index.html",
        editions=editions(reader()),
        offered=publishing.publishable(reader(), today),
        may_publish=_may_publish(),
        draft=draft,
        own_view=False,
        of_month=_of_month,
        **_names(),
    )


@blueprint.post("/months")
def publish() -> ResponseReturnValue:
    """Publish a month as it was shown; if it has changed since, show it again instead."""
    if not _may_publish():
        abort(403)
    here, month = site(), request.form.get("month", "")
    if month_days(month) is None:
        abort(400)
    note = request.form.get("note", "").strip()
    back = redirect(url_for("months.index", month=month))
    draft = publishing.settled_draft(here, month, today_in(here.zone, now()))
    if draft.refusal:
        return back  # the page says why
    if draft.edition > 1 and not note:
        flash(_("更正已发布的月份，请写明原因。"), "danger")
        return back
    if len(note) > publishing.MOST_NOTE:
        flash(_("说明最多 %(n)s 个字。", n=publishing.MOST_NOTE), "danger")
        return back
    try:
        if draft.digest != request.form.get("digest"):
            raise publishing.OvertakenError(month)
        with here.db.writing() as session:
            publishing.publish(session, draft, viewer().id, note)
    except publishing.OvertakenError:
        flash(_("核对之后数据又有变化，还没有发布。请重新核对。"), "warning")
        return back
    flash(_("%(month)s 第 %(n)s 版已发布，不会再变。", month=month, n=draft.edition), "success")
    return redirect(url_for("months.show", month=month, edition=draft.edition))


@blueprint.get("/months/<month>/<int:edition>")
def show(month: str, edition: int) -> ResponseReturnValue:
    """An edition, with what it changed and the recordings behind a technician's figures."""
    page = month_page(reader(), viewer(), month, edition, request.args.get("technician", type=number)) or abort(404)
    own_view = viewer().role is UserRole.TECHNICIAN
    if own_view and page.chosen is None:
        abort(404)
    return render_template("months/show.html", page=page, own_view=own_view, of_month=_of_month, **_names())


@blueprint.get("/technicians/<int:technician_id>/print")
def print_page(technician_id: int) -> ResponseReturnValue:
    """A technician's month on one A4 page; he himself sees his own, signed recordings only."""
    here, query = site(), query_now()
    own_view = viewer().role is UserRole.TECHNICIAN
    who = own_person() if own_view else allowed_person(technician_id)
    if who.id != technician_id:
        abort(404)
    today = today_in(here.zone, now())
    month = month_to_print(query, today)
    offered = [f"{today:%Y-%m}", *publishing.publishable(reader(), today, MOST_PRINTED)]
    return render_template(
        "months/print.html",
        card=month_card(reader(), here, viewer(), who, query, month, own_view=own_view),
        months=offered if month in offered else [month, *offered],
        own_view=own_view,
        over=today > period_named(month).last,
        appeal_days=here.web.appeal_days,
        minimum=here.web.min_recordings,
    )


def _of_month(month: str) -> ScorecardQuery:
    """What the lists behind a month's figures are asked for."""
    return ScorecardQuery(month_span(month))


def _may_publish() -> bool:
    who = viewer()
    return who.role is UserRole.ADMIN or (who.role is UserRole.MANAGER and who.team_id is None)


def _names() -> dict[str, dict[str | None, str]]:
    return {
        "verdict_names": {
            "met": _("达标"),
            "missed": _("未达标"),
            "not_applicable": _("不适用"),
            "cannot_judge": _("无法判断"),
            "not_seen": _("未见"),
            None: _("待填写"),
            ABSENT: _("没有这一条"),
        },
        "change_names": {"added": _("新增"), "removed": _("移除"), "changed": _("变化")},
        "reason_names": {
            "uploaded": _("上一版之后才上传"),
            "late": _("上一版时还没有结果，或不属于这个月"),
            "deleted": _("录音已删除"),
            "excluded": _("录音已不计入统计"),
            "gone": _("不再属于这个月，或正在重新判分"),
        },
    }
