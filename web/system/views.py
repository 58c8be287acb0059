"""The system page, and what an admin may ask of the worker there."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.backups import nightly
from web.db import now
from web.kit import audit, mishaps
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.maintenance import checkup
from web.system.live import live
from web.system.machine import machine
from web.system.told_settings import told

blueprint = Blueprint("system", __name__, url_prefix="/system")


@blueprint.get("")
def page() -> ResponseReturnValue:
    """Show how the site is; for htmx only the part that changes."""
    here = site()
    now_there = live(reader(), viewer(), here, now())
    if "HX-Request" in request.headers:
        return render_template("system/_live.html", live=now_there, web=here.web)
    return render_template(
        "system/page.html",
        live=now_there,
        machine=machine(reader(), here),
        settings=told(here),
        errors=mishaps.latest(here.folder),
        web=here.web,
        analyzer=here.settings,
        backups=nightly.folder_of(here),
    )


@blueprint.post("/backup")
def backup() -> ResponseReturnValue:
    """Have a worker make a backup now."""
    with site().db.writing() as session:
        nightly.ask(session, now())
        audit.record(session, "backup-asked")
    flash(_("已交给后台进程，几分钟内做好；结果写在“备份”一栏。"), "success")
    return redirect(url_for("system.page"), 303)


@blueprint.post("/checkup")
def look() -> ResponseReturnValue:
    """Have a worker run the doctor now."""
    with site().db.writing() as session:
        checkup.ask(session, now())
        audit.record(session, "checkup-asked")
    flash(_("已交给后台进程，一两分钟内做好；结果写在“体检”一栏。"), "success")
    return redirect(url_for("system.page"), 303)
