"""Recordings: the list, the page and its parts. Sound and changes hang on the same blueprint from their own modules."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from web.db import now
from web.kit.access import reads_private
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.recordings import recording_for
from web.kit.site import reader, site
from web.kit.standards import StandardInfo, all_facts, standard, standards
from web.models import Presence
from web.recordings import bulk, deleting, editing, exclusion_views, export, listing, media, second_views
from web.recordings.blueprint import blueprint, list_arguments, listed, shown
from web.recordings.filters import Filter
from web.recordings.page import others
from web.recordings.words import (
    exclusion_names,
    review_names,
    role_name,
    state_names,
    talk_names,
    turn_words,
    verdict_names,
)
from web.review.queries import panel

__all__ = ["blueprint", "bulk", "deleting", "editing", "exclusion_views", "export", "media", "second_views"]


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "role_name": role_name,
        "standard_title": _title,
        "exclusion_names": exclusion_names(),
        "state_names": state_names(),
        "review_names": review_names(),
        "turn_words": turn_words(),
    }


@blueprint.get("/")
def index() -> ResponseReturnValue:
    session, who, question = reader(), viewer(), listed()
    return render_template(
        "recordings/index.html",
        page=listing.page(session, who, question, wanted_page()),
        asked=question,
        choices=listing.choices(session, who),
        standards=_standards(),
        counted=listing.COUNTED,
        reads_names=reads_private(who),
        narrowed=_narrowed(question),
    )


@blueprint.get("/<int:recording_id>")
def show(recording_id: int) -> ResponseReturnValue:
    page = shown(recording_id, neighbours=True, talk=True)
    return render_template(
        "recordings/show.html",
        page=page,
        panel=panel(reader(), recording_id, viewer(), page.conversation.documents),
        job=page.job_to_show,
        **_around(),
    )


@blueprint.get("/<int:recording_id>/<any(head, turns, marks, panel):part>")
def part(recording_id: int, part: str) -> ResponseReturnValue:
    """A part of the page again, after something changed."""
    talk = part in ("turns", "marks")
    page = shown(recording_id, neighbours=part == "head", talk=talk)
    if talk and page.judged is None:  # nothing has been heard yet
        abort(404)
    verdicts = panel(reader(), recording_id, viewer()) if part == "panel" else None
    return render_template(f"recordings/_part_{part}.html", page=page, panel=verdicts, **_around())


@blueprint.get("/<int:recording_id>/job")
def job(recording_id: int) -> ResponseReturnValue:
    """How far the machine is; when it is done, the parts of the page fetch themselves again."""
    page = shown(recording_id)
    answer = make_response(render_template("recordings/_job.html", page=page, job=page.job, polled=True))
    if page.job is not None and not page.job.active:
        if request.args.get("first") == "1" and page.judged is not None:
            answer.headers["HX-Refresh"] = "true"  # there was nothing on the page yet
        else:
            answer.headers["HX-Trigger"] = "tingjian:judged"
    return answer


@blueprint.post("/<int:recording_id>/presence")
def presence(recording_id: int) -> ResponseReturnValue:
    """Note that the viewer has the recording open, and say who else has."""
    who = viewer()
    recording_for(reader(), who, recording_id)
    with site().db.writing() as session:
        session.merge(Presence(recording_id=recording_id, user_id=who.id, seen_at=now()))
    with site().db.reading() as session:
        return render_template("recordings/_presence.html", others=others(session, recording_id, who))


def _around() -> dict[str, Any]:
    titles = {fact.name: fact.title for fact in all_facts(site().lexicons)}
    return {"arguments": list_arguments(), "fact_titles": titles}


def _standards() -> tuple[StandardInfo, ...]:
    return standards(site().lexicons)


def _title(standard_id: str | None) -> str:
    info = standard(site().lexicons, standard_id)
    return info.title if info else standard_id or _("未定")


def _narrowed(question: Filter) -> list[str]:
    """What the list is narrowed to beside what the form shows, in words."""
    told = []
    if question.item:
        name = verdict_names().get(question.verdict, _("不限结果"))
        told.append(f"{_item_title(question)} · {name}")
    if question.order:
        told.append(_("只看一张工单"))
    if question.kind:
        told.append(_("工单类型：%(kind)s", kind=question.kind))
    if question.talk:
        told.append(_("只看算得出“%(figure)s”的", figure=talk_names()[question.talk]))
    if question.appeal:
        told.append(_("只看申诉成立的"))
    if question.counted:
        told.append(_("只看计入评分卡的"))
    return told


def _item_title(question: Filter) -> str:
    """The words of the clause that the list is filtered by."""
    for info in _standards():
        item = info.item(question.item) if question.standard in ("", info.id) else None
        if item is not None:
            return f"{item.clause} {item.text}"
    return question.item
