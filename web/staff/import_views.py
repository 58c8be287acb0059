"""CSV imports: a file is looked at first, and changes something once its list of changes has been confirmed."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit.csvfile import MAX_ROWS, TableError, csv_lines
from web.kit.downloads import attachment
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.marks import mark
from web.kit.pages import local_time
from web.kit.site import site
from web.staff import importing, kept, orders, people
from web.staff.blueprint import blueprint, fact_titles
from web.staff.importing import Imported
from web.staff.plan import Plan, Planned

SHOWN = 300  # rows of each kind on the page


@blueprint.route("/<any(technicians, orders):what>/import", methods=["GET", "POST"])
def import_file(what: str) -> ResponseReturnValue:
    """Ask for a CSV, then show what it would change.

    A script that sends the file without the page's `preview` has nobody to ask: what is sure is taken at once, what is
    doubtful is left, and both are told.
    """
    if request.method == "GET":
        return _page(what)
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    try:
        plan = _plan(what, content)
        if "preview" not in request.form:
            return _page(what, done=_take(what, plan, "", with_doubtful=False))
        token = kept.keep(site(), viewer().id, content)
    except TableError as error:
        return _page(what, error=_table_words(error)), 422
    except OSError:
        return _page(what, error=_("服务器磁盘写不进去，请联系管理员清理磁盘后再导入。")), 507
    return _page(what, plan=plan, token=token)


@blueprint.post("/<any(technicians, orders):what>/import/confirm")
def confirm_import(what: str) -> ResponseReturnValue:
    """Do what the preview listed, or show it again where it would be something else by now."""
    here, user_id, token = site(), viewer().id, request.form.get("token", "")
    if "cancel" in request.form:
        if kept.find(here, user_id, token) is not None:
            kept.forget(here, user_id, token)
        return redirect(url_for("staff.import_file", what=what))
    content = kept.find(here, user_id, token)
    if content is None:
        return _page(what, error=_("这次预览已经用过或过期，请重新选择文件。")), 409
    try:
        plan = _plan(what, content)
    except TableError:  # the kept file of the other kind of import
        abort(400)
    if plan.digest != request.form.get("digest"):
        again = _("预览之后，有人改过这些资料。下面是按最新资料重新比较的结果，请再确认一次；还没有改动任何内容。")
        return _page(what, plan=plan, token=token, error=again), 409
    done = _take(what, plan, token, "doubtful" in request.form)
    kept.forget(here, user_id, token)
    return _page(what, done=done)


@blueprint.get("/<any(technicians, orders):what>/import/progress")
def import_progress(what: str) -> str:
    """How far the confirmed import of the viewer's file is: the page asks while it waits for the answer."""
    token = request.args.get("token", "")
    return render_template(
        "staff/_import_progress.html", what=what, token=token, written=kept.told(site(), viewer().id, token), asked=True
    )


@blueprint.get("/<any(technicians, orders):what>/example.csv")
def example(what: str) -> ResponseReturnValue:
    """Give a file to fill in, which Excel opens without mojibake."""
    facts = fact_titles().values()
    rows = {
        "technicians": ("工号,姓名,班组,在职,同意作示范", "1001,王师傅,东区,是,否"),
        "orders": (
            ",".join(["工单号", "工号", "类型", "地址备注", "预约时间", "完成时间", *facts]),
            "WO20261124-001,1001,水管,3 栋 502,2026-11-24 09:00,2026-11-24 10:10" + "," * len(facts),
        ),
    }[what]
    name = {"technicians": "人员导入模板.csv", "orders": "工单导入模板.csv"}[what]
    return attachment(b"".join(csv_lines(row.split(",") for row in rows)), "text/csv", name)


def _plan(what: str, content: bytes) -> Plan:
    here = site()
    if what == "technicians":
        return importing.plan_staff(here.db, content)
    return importing.plan_orders(here.db, content, fact_titles(), here.zone)


def _take(what: str, plan: Plan, token: str, with_doubtful: bool) -> Imported:
    """Without a token nobody sees a page meanwhile."""
    take = importing.take_staff if what == "technicians" else importing.take_orders
    here, user_id = site(), viewer().id
    if not token:
        return take(here.db, plan, with_doubtful)
    return take(here.db, plan, with_doubtful, functools.partial(kept.tell, here, user_id, token))


def _page(what: str, plan: Plan | None = None, token: str = "", done: Imported | None = None, error: str = "") -> str:
    columns = people.COLUMNS if what == "technicians" else orders.COLUMNS
    heads = [heads[0] for heads in columns.values()]
    if what == "orders":
        heads += fact_titles().values()
    groups: list[tuple[str, tuple[Planned, ...]]] = []
    if plan is not None:
        named = (_("需要留意"), plan.doubtful), (_("修改"), plan.of("changed")), (_("新增"), plan.of("new"))
        groups += named
    elif done is not None and done.left:
        groups.append((_("需要留意，没有导入"), done.plan.doubtful))
    return render_template(
        "staff/import.html",
        what=what,
        plan=plan,
        done=done,
        bad=plan.bad if plan else done.plan.bad if done else (),
        groups=[(title, len(rows), [_line(row) for row in rows[:SHOWN]]) for title, rows in groups if rows],
        token=token,
        error=error,
        heads=heads,
        shown=SHOWN,
    )


def _line(row: Planned) -> dict[str, Any]:
    called = importing.titles(fact_titles()) | {"facts": _("已知事实")}
    shown = [name for name in called if name in row.stated and (row.before or name != "name")]  # its own column has it
    changes = [
        (called[name], _shown(row.before[name]) if name in row.before else None, _shown(row.stated[name]))
        for name in shown
        if row.before or row.stated[name] not in ("", None, {})
    ]
    return {"number": row.number, "key": row.key, "title": row.title, "changes": changes, "doubts": row.doubts}


def _shown(value: object) -> str:
    """A value as people write it in the file."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return local_time(value)
    if isinstance(value, dict):
        called = fact_titles()
        return _join(f"{called.get(name, name)}：{_shown(fact)}" for name, fact in sorted(value.items()))
    return str(value) if value not in ("", None) else _("空")


def _join(words: Iterable[str]) -> str:
    return "，".join(words) or _("空")


def _table_words(error: TableError) -> str:
    return {
        "encoding": _("读不懂这个文件的编码。请在 Excel 里另存为“CSV UTF-8（逗号分隔）”。"),
        "empty": _("请选择一个有内容的 CSV 文件。"),
        "columns": _("缺少这些列：%(names)s。第一行应是列名。", names=mark("、").join(error.names)),
        "twice": _("这些列出现了不止一次：%(names)s。每一列只留一个。", names=mark("、").join(error.names)),
        "rows": _("行数超过 %(n)s，请分成几个文件。", n=MAX_ROWS),
        "cell": _("第 %(n)s 行附近有一格太长，多半是少了一个引号。请检查后重新保存。", n="".join(error.names)),
    }[error.code]
