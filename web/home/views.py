"""Where each role's work begins."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.kit.login import viewer
from web.models import UserRole

blueprint = Blueprint("home", __name__)

FIRST_PAGES = {
    UserRole.ADMIN: "review.work_list",
    UserRole.QA: "review.work_list",
    UserRole.MANAGER: "scorecards.team",
    UserRole.TECHNICIAN: "scorecards.mine",
}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Send the viewer to his work."""
    endpoint = FIRST_PAGES[viewer().role]
    if endpoint in current_app.view_functions:
        return redirect(url_for(endpoint))
    return render_template("home/index.html")
