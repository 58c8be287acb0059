"""The blueprint that this package's view modules hang their pages on, and what they share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden

from web.kit.errors import worded
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import forget_reads, reader, site
from web.models import Recording
from web.review import queries
from web.review.panel import Panel
from web.review.sealed import sealed_by
from web.review.usual import usual_reasons
from web.review.work_filter import WorkFilter

blueprint = Blueprint("review", __name__)


@dataclass(frozen=True, slots=True)
class FormMessage:
    """Why a form was not taken, with what had been filled in. `theirs`: somebody was faster."""

    words: str = ""
    theirs: bool = False
    verdict: str = ""
    note: str = ""
    tone: str = "danger"


@blueprint.app_context_processor
def _queue() -> dict[str, Any]:
    return {"queue_arguments": queue_arguments, "usual_reasons": usual_reasons}


@blueprint.before_request
def _judged_blind_first() -> None:
    """Whoever still has to judge a recording blind changes nothing about it before: it would show in his answers."""
    number = (request.view_args or {}).get("recording_id")
    if request.method != "POST" or number is None:
        return
    with site().db.reading() as session:  # its own: the view writes after this
        sealed = session.scalar(select(sealed_by(viewer())).where(Recording.id == number))
    if sealed is not None:
        raise worded(Forbidden(_("这段录音在等您校准，提交以前不能复核。")))


def queue_arguments() -> dict[str, Any]:
    """The arguments of the work list that the viewer came from; none where he did not come from there."""
    return WorkFilter.read(request.args).arguments(after="") if "queue" in request.args else {}


def shown(session: Session, recording_id: int) -> Panel:
    """The panel of a recording; what the viewer may not see is not there (404)."""
    panel = queries.panel(session, recording_id, viewer()) or abort(404)
    if panel.sealed:
        raise worded(Forbidden(_("这段录音在等您校准，提交以前看不到判定。")))
    return panel


def fresh(recording_id: int) -> Panel:
    """The panel as it stands after a change."""
    forget_reads()
    return shown(reader(), recording_id)


def by_htmx() -> bool:
    """Whether a part of the page asks, rather than a plain form."""
    return "HX-Request" in request.headers


def answer(body: str, panel: Panel, event: str = "tingjian:decided", status: int = 200) -> Response:
    """Parts of the page, with what the rest of the page must know."""
    made = make_response(body, status)
    made.headers["HX-Trigger"] = json.dumps({event: {}, "tingjian:revision": {"revision": panel.revision}})
    return made


def around(panel: Panel) -> str:
    """The parts of the page that change with every decision, for swapping out of band."""
    parts = ("review/_counts.html", "review/_waterfall.html", "review/_summary.html", "review/_signoff.html")
    return "".join(render_template(part, panel=panel, oob=True) for part in parts)
