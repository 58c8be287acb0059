"""Where each role's work begins, and what stands in the menu of every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.db import now
from web.home import manager, office, own, state
from web.home.first_run import first_run
from web.kit.calendar import today_in
from web.kit.counts import MOST
from web.kit.login import viewer
from web.kit.menu import counts_now
from web.kit.site import reader, site
from web.kit.standards import standards
from web.models import UserRole
from web.months.drawing import drawing
from web.review import desk
from web.scorecards.blueprint import own_person
from web.summaries.query import ScorecardQuery

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the viewer what concerns him."""
    return HOMES[viewer().role]()


def _office() -> ResponseReturnValue:
    return render_template(
        "home/office.html",
        share=desk.share(reader(), viewer()),
        signed=office.signed_today(reader(), viewer(), _today(), site().zone),
        **_work(),
    )


def _admin() -> ResponseReturnValue:
    return render_template("home/admin.html", state=state.site_state(reader(), now()), **_work())


def _work() -> dict[str, object]:
    return {
        "first_run": first_run(reader(), viewer(), site(), now()),
        "waiting": office.waiting(reader(), viewer()),
        "counts": counts_now(),
        "counted": MOST,
    }


def _manager() -> ResponseReturnValue:
    here = site()
    known = standards(here.lexicons)
    home = manager.manager_home(reader(), viewer(), now(), _today(), known, here.web.min_recordings)
    return render_template("home/manager.html", home=home, counts=counts_now())


def _technician() -> ResponseReturnValue:
    here = site()
    query = ScorecardQuery.read({}, _today())
    if viewer().technician_id is None:
        return render_template("home/own.html", home=None)
    known = standards(here.lexicons)
    home = own.own_home(reader(), viewer(), own_person(), query, known, here.web.min_recordings)
    return render_template("home/own.html", home=home, trend=drawing(home.figures.points, team=False), asked=query)


HOMES: Mapping[UserRole, Callable[[], ResponseReturnValue]] = {
    UserRole.ADMIN: _admin,
    UserRole.QA: _office,
    UserRole.MANAGER: _manager,
    UserRole.TECHNICIAN: _technician,
}


def _today() -> dt.date:
    return today_in(site().zone, now())
