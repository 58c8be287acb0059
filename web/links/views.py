"""The due list."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit.login import viewer
from web.kit.site import reader, site
from web.links import queries

blueprint = Blueprint("links", __name__)


@blueprint.get("/due")
def due() -> ResponseReturnValue:
    """Show whom to call today."""
    moment = now()
    calls = queries.due_calls(reader(), viewer(), moment.astimezone(site().zone).date())
    return render_template("links/due.html", calls=calls, look_back=queries.LOOK_BACK_DAYS)
