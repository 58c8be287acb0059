"""How much one account takes out of the site: lists and transcripts, by the hour. Who takes more, waits."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.auth import throttle
from web.auth.blueprint import blueprint, wait_words
from web.kit import problems, programs
from web.kit.errors import explain
from web.kit.site import site

# far beyond what people do by hand, and far below what a script does
METERED = {
    "recordings.export": 60,
    "scorecards.export": 60,
    "scorecards.export_csv": 60,
    "api.export_recordings": 60,
    "recordings.transcript": 600,
    "privacy.export": 60,
}


@blueprint.before_app_request
def _meter() -> ResponseReturnValue | None:
    free = METERED.get(request.endpoint or "")
    if free is None or not current_user.is_authenticated:
        return None
    with site().db.writing() as session:
        counters = throttle.of_use(session, request.endpoint or "", current_user.id, free)
        wait = throttle.admit(session, counters, current_user.id)
    if not wait:
        return None
    if programs.of_api():
        return problems.problem(429, explain(429)[0], wait_words(wait), headers={"Retry-After": str(wait)})
    shown = render_template("errors/page.html", code=429, title=explain(429)[0], advice=wait_words(wait))
    return shown, 429, {"Retry-After": str(wait)}
