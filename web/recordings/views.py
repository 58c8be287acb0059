"""Recordings: the list, the page and its parts. Sound and changes hang on the same blueprint from their own modules."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import now
from web.kit.login import Viewer, viewer
from web.kit.site import reader, site
from web.kit.standards import StandardInfo, all_facts, standard, standards
from web.models import Job, JobState, Presence, Recording
from web.recordings import editing, exports, listing, media
from web.recordings.blueprint import asked, blueprint, shown
from web.recordings.filters import Filter
from web.recordings.page import RecordingPage, others
from web.recordings.words import review_names, role_name, state_names, turn_words, verdict_names
from web.review.queries import panel

__all__ = ["blueprint", "editing", "exports", "media"]


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "role_name": role_name,
        "standard_title": _title,
        "state_names": state_names(),
        "review_names": review_names(),
        "turn_words": turn_words(),
    }


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """List the recordings that the viewer may see."""
    session, who, question = reader(), viewer(), asked()
    return render_template(
        "recordings/index.html",
        page=listing.page(session, who, question, request.args.get("page", 1, type=int)),
        asked=question,
        choices=listing.choices(session, who),
        standards=_standards(),
        counted=listing.COUNTED,
        item_title=_item_title(question),
        verdict_names=verdict_names(),
    )


@blueprint.get("/<int:recording_id>")
def show(recording_id: int) -> ResponseReturnValue:
    """Show a recording: hear it, read it, review it."""
    page = shown(recording_id)
    return render_template("recordings/show.html", **_context(page, reader(), viewer()))


@blueprint.get("/<int:recording_id>/<any(head, turns, panel):part>")
def part(recording_id: int, part: str) -> ResponseReturnValue:
    """Give a part of the page again, after something changed."""
    page = shown(recording_id)
    return render_template(f"recordings/_part_{part}.html", **_context(page, reader(), viewer()))


@blueprint.get("/<int:recording_id>/job")
def job(recording_id: int) -> ResponseReturnValue:
    """Say how far the machine is; when it is done, the parts of the page fetch themselves again."""
    page = shown(recording_id)
    row = reader().scalar(select(Job).where(Job.recording_id == recording_id).order_by(Job.id.desc()).limit(1))
    active = row is not None and row.state in (JobState.QUEUED, JobState.RUNNING)
    answer = make_response(render_template("recordings/_job.html", page=page, job=row, polled=True))
    if row is not None and not active:
        if request.args.get("first") == "1" and page.analysis_id is not None:
            answer.headers["HX-Refresh"] = "true"  # there was nothing on the page yet
        else:
            answer.headers["HX-Trigger"] = "tingjian:judged"
    return answer


@blueprint.post("/<int:recording_id>/presence")
def presence(recording_id: int) -> ResponseReturnValue:
    """Note that the viewer has the recording open, and say who else has."""
    who = viewer()
    shown_id = reader().scalar(select(Recording.id).where(Recording.id == shown(recording_id).id))
    with site().db.writing() as session:
        row = session.get(Presence, (shown_id, who.id))
        if row is None:
            session.add(Presence(recording_id=recording_id, user_id=who.id, seen_at=now()))
        else:
            row.seen_at = now()
    with site().db.reading() as session:
        names = others(session, recording_id, who)
    return render_template("recordings/_presence.html", others=names)


def _context(page: RecordingPage, session: Session, who: Viewer) -> dict[str, Any]:
    waiting = None if page.job_id is None else session.get(Job, page.job_id)
    if waiting is None and page.analysis_id is None:
        waiting = session.scalar(select(Job).where(Job.recording_id == page.id).order_by(Job.id.desc()).limit(1))
    return {
        "page": page,
        "job": waiting,
        "panel": panel(session, page.id, who),
        "arguments": asked().arguments(),
        "fact_titles": {f.name: f.title for f in all_facts(site().settings.lexicons)},
    }


def _standards() -> tuple[StandardInfo, ...]:
    return standards(site().settings.lexicons)


def _title(standard_id: str | None) -> str:
    info = standard(site().settings.lexicons, standard_id)
    return info.title if info else standard_id or _("未定")


def _item_title(question: Filter) -> str:
    """Return the words of the clause that the list is asked for."""
    for info in _standards():
        item = info.item(question.item) if question.standard in ("", info.id) else None
        if item is not None:
            return f"{item.clause} {item.text}"
    return question.item
