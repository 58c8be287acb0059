"""Forms of saved filters: keep, rename, share, delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import reader, site
from web.review import saved
from web.review.blueprint import blueprint
from web.review.saved import KeptFilter


@blueprint.app_context_processor
def _kept() -> dict[str, Callable[[str], tuple[KeptFilter, ...]]]:
    return {"saved_filters": lambda endpoint: saved.kept(reader(), viewer(), endpoint)}


@blueprint.post("/filters/<of>")
def save_filter(of: str) -> ResponseReturnValue:
    """Keep the filter of the address, of that list, under a name."""
    if of not in saved.LISTS:
        abort(404)
    arguments = saved.LISTS[of](request.args)
    try:
        with site().db.writing() as session:
            row = saved.save(
                session, viewer(), of, request.form.get("name", ""), arguments, request.form.get("shared") == "1"
            )
            name = row.name
    except InvalidError as error:
        flash(error.words, "warning")
    else:
        flash(_("筛选“%(name)s”已保存。", name=name), "success")
    return redirect(_to(of, arguments), 303)


@blueprint.post("/filters/<int:filter_id>/change")
def change_filter(filter_id: int) -> ResponseReturnValue:
    """Rename, share or delete one of the viewer's own."""
    act, words = request.form.get("act", ""), ""
    try:
        with site().db.writing() as session:
            row = saved.own(session, viewer(), filter_id)
            endpoint, arguments = row.endpoint, dict(row.arguments)
            if act == "delete":
                session.delete(row)
                words, arguments = _("筛选“%(name)s”已删除。", name=row.name), {}
            elif act == "rename":
                saved.rename(session, viewer(), row, request.form.get("name", ""))
                words = _("已改名为“%(name)s”。", name=row.name)
            elif act in ("share", "keep"):
                row.shared_with = viewer().role.value if act == "share" else ""
                words = _("同岗位的人现在也能用这个筛选。") if act == "share" else _("这个筛选现在只有您自己能用。")
            else:
                abort(400)
    except GoneError:
        abort(404)
    except InvalidError as error:
        flash(error.words, "warning")
    else:
        flash(words, "success")
    return redirect(_to(endpoint, arguments), 303)


def _to(endpoint: str, arguments: dict[str, str]) -> str:
    values: dict[str, Any] = dict(arguments)
    return url_for(endpoint, **values)
