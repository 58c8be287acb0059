"""Appeals: the list, one, and the steps of its two rounds, each as its form on the page does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import abort
from marshmallow import fields
from sqlalchemy.orm import Session

from web.api.blueprint import PageArguments, blueprint, page
from web.api.once import once
from web.api.schemas import appeals as schemas
from web.api.schemas.common import page_of, told
from web.kit.login import viewer
from web.kit.refusals import GoneError
from web.kit.site import forget_reads, reader, site
from web.kit.told import told as told_words
from web.models import Appeal
from web.review import answering, appealing, appeals_list
from web.review.answering import Answer
from web.review.appeal_lines import AppealLine
from web.review.appeals_list import AppealFilter


class AppealArguments(PageArguments):
    state = fields.String(
        load_default="", validate=schemas.APPEAL_STATES, metadata=told("`mine`: where it is the owner's turn.")
    )


@blueprint.get("/appeals", tags=["appeals"])
@blueprint.arguments(AppealArguments, location="query")
@blueprint.response(200, page_of(schemas.Appeal))
def appeals(arguments: dict[str, Any]) -> Any:
    """List appeals, the latest first: all for QA, a manager's team's, a technician's own."""
    wanted = AppealFilter(state=arguments["state"])
    given = page("appeals", arguments, lambda last, n: appeals_list.behind(reader(), viewer(), wanted, last, n))
    return {**given, "items": [_told(line) for line in given["items"]]}


@blueprint.get("/appeals/<int:appeal_id>", tags=["appeals"])
@blueprint.response(200, schemas.Appeal)
def appeal(appeal_id: int) -> Any:
    """Give one appeal with its history."""
    return _one(appeal_id)


@blueprint.post("/recordings/<int:recording_id>/verdicts/<item_id>/appeal", tags=["appeals"])
@once
@blueprint.arguments(schemas.AppealWords)
@blueprint.response(201, schemas.Appeal)
def file_appeal(wish: dict[str, str], recording_id: int, item_id: str) -> Any:
    """Contest a verdict of a signed recording of one's own."""
    return _done(lambda session: appealing.appeal(session, viewer(), recording_id, item_id, wish["text"]))


@blueprint.post("/appeals/<int:appeal_id>/answer", tags=["appeals"])
@once
@blueprint.arguments(schemas.AppealAnswer)
@blueprint.response(200, schemas.Appeal)
def answer_appeal(wish: dict[str, Any], appeal_id: int) -> Any:
    """Answer in the first round; 409 where somebody has."""
    return _done(lambda session: answering.resolve(session, viewer(), appeal_id, _answer(wish)))


@blueprint.post("/appeals/<int:appeal_id>/decision", tags=["appeals"])
@once
@blueprint.arguments(schemas.AppealAnswer)
@blueprint.response(200, schemas.Appeal)
def decide_appeal(wish: dict[str, Any], appeal_id: int) -> Any:
    """Decide the second round, for good: a manager who neither signed nor answered."""
    return _done(lambda session: answering.decide(session, viewer(), appeal_id, _answer(wish)))


@blueprint.post("/appeals/<int:appeal_id>/acceptance", tags=["appeals"])
@once
@blueprint.response(200, schemas.Appeal)
def accept_answer(appeal_id: int) -> Any:
    """Be content with the answer to one's own appeal; once more changes nothing."""
    return _done(lambda session: appealing.accept(session, viewer(), appeal_id))


@blueprint.post("/appeals/<int:appeal_id>/contest", tags=["appeals"])
@once
@blueprint.arguments(schemas.AppealWords)
@blueprint.response(200, schemas.Appeal)
def contest_answer(wish: dict[str, str], appeal_id: int) -> Any:
    """Go on to the second round."""
    return _done(lambda session: appealing.contest(session, viewer(), appeal_id, wish["text"]))


def _done(act: Callable[[Session], Appeal]) -> dict[str, Any]:
    """The appeal after the step. What is not the owner's is not there (404)."""
    try:
        with site().db.writing() as session:
            number = act(session).id
    except GoneError:
        abort(404)
    forget_reads()
    return _one(number)


def _one(appeal_id: int) -> dict[str, Any]:
    lines = appeals_list.behind(reader(), viewer(), AppealFilter(only=appeal_id), None, 1)
    return _told(lines[0]) if lines else abort(404)


def _answer(wish: dict[str, Any]) -> Answer:
    return Answer(wish["outcome"], wish["verdict"], wish["share"], wish["text"])


def _told(line: AppealLine) -> dict[str, Any]:
    return {**asdict(line), "reason": told_words(line.reason)}
