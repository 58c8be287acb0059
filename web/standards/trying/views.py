"""`/standards/try`: the page, and the result that it and the boxes beside the clauses ask for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.standards import standard, standards
from web.lexicon import trial
from web.standards.trying.asking import Asked, Refusal, answer, facts_of, folder_for, standard_of
from web.standards.trying.picked import choices
from web.standards.trying.words import sign_words

SPEAKERS = "、".join(("师傅", "业主", "A", "B"))  # names that are read too, beside 技师 and 客户
blueprint = Blueprint("standard_trying", __name__, url_prefix="/standards/try")


@blueprint.app_context_processor
def _box() -> dict[str, Any]:
    """What the boxes beside the clauses ask, wherever they stand."""
    return {"trial_facts": facts_of, "warm_trial": _warm, "trial_signs": sign_words(), "speaker_names": SPEAKERS}


def _warm() -> str:
    """Begin to load what a trial needs while somebody reads the page; for templates, which show nothing of it."""
    here = site()
    trial.warm(here.lexicons, here.settings)
    return ""


@blueprint.get("")
def page() -> ResponseReturnValue:
    """The form, with what the address names filled in."""
    return _whole(Asked.read(request.args), None)


@blueprint.get("/ready")
def ready() -> ResponseReturnValue:
    """Somebody opened a box beside a clause: begin to load what his first trial needs."""
    _warm()
    return "", {"Cache-Control": "no-store"}


@blueprint.post("")
def result() -> ResponseReturnValue:
    """What comes out: for htmx the result alone, else the whole page."""
    asked = Asked.read(request.form)
    found = answer(asked)
    if "HX-Request" not in request.headers:
        return _whole(asked, found)
    told = make_response(render_template("standards/trying/_result.html", asked=asked, found=found))
    told.headers["Cache-Control"] = "no-store"
    if not isinstance(found, Refusal):
        told.headers["Server-Timing"] = f"trial;dur={found.took_s * 1000:.0f}"
    return told


def _whole(asked: Asked, found: Any) -> ResponseReturnValue:
    folder = folder_for(asked.draft_id) or site().lexicons
    known = standards(folder)
    wanted = asked.standard_id or standard_of(asked.draft_id)
    chosen = standard(folder, wanted) or (known[0] if known else None)
    return render_template(
        "standards/trying/page.html",
        asked=asked,
        found=found,
        standards=known,
        chosen=chosen,
        recordings=choices(reader(), viewer(), chosen.id) if chosen else [],
    )
