"""The due list."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit.login import viewer
from web.kit.site import reader, site
from web.links import queries

blueprint = Blueprint("links", __name__)


@blueprint.get("/due")
def due() -> ResponseReturnValue:
    """Show whom to call today; with `late=1` what is late already."""
    moment = now()
    calls = queries.due_calls(reader(), viewer(), moment.astimezone(site().zone).date())
    late = request.args.get("late") == "1"
    shown = [call for call in calls if call.overdue or not late]
    return render_template("links/due.html", calls=shown, late=late, look_back=queries.LOOK_BACK_DAYS)
