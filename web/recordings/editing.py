"""Corrections of a recording: words, roles, facts, standard. What needs it is judged again at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import Conflict

from web.config import AnalyzerError
from web.db import now
from web.kit.errors import worded
from web.kit.forms import moment
from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.kit.login import viewer
from web.kit.refusals import SignedError, StaleError
from web.kit.site import forget_reads, reader, site
from web.kit.standards import all_facts, standards
from web.kit.values import number, whole
from web.models import Recording
from web.models.vocabulary import Role
from web.queue import doorbell
from web.recordings import changes, listing
from web.recordings.blueprint import blueprint, list_arguments, shown
from web.recordings.page import RecordingPage


@blueprint.get("/<int:recording_id>/lines/<int:line>")
def line(recording_id: int, line: int) -> ResponseReturnValue:
    """One line: `?edit=1` with its form, else as it is read."""
    return _line(recording_id, line, editing=request.args.get("edit") == "1")


@blueprint.post("/<int:recording_id>/lines/<int:line>")
def edit_line(recording_id: int, line: int) -> ResponseReturnValue:
    """Correct a line's words, or go back to the machine's (`revert=1`)."""
    text = None if request.form.get("revert") == "1" else request.form.get("text", "").strip()
    seen = request.form.get("seen", "")
    try:
        with _changing() as session:
            row = changes.put_text(session, viewer(), recording_id, line, seen, text, _revision())
    except StaleError as error:
        return _line(recording_id, line, editing=True, mine=text or "", theirs=error.theirs), 409
    return _triggering(_line(recording_id, line, saved_at=now()), row)


@blueprint.post("/<int:recording_id>/lines/<int:line>/role")
def edit_role(recording_id: int, line: int) -> ResponseReturnValue:
    """Say who spoke, in this line or (`scope=speaker`) wherever this voice speaks."""
    role = request.form.get("role", "")
    if role not in set(Role):
        abort(400)
    with _changing() as session:
        whole = request.form.get("scope") == "speaker"
        row = changes.put_role(session, viewer(), recording_id, line, Role(role), whole, _revision())
    return _judging(row)


@blueprint.post("/<int:recording_id>/swap")
def swap(recording_id: int) -> ResponseReturnValue:
    """Exchange technician and customer."""
    with _changing() as session:
        row = changes.swap_roles(session, viewer(), recording_id, _revision())
    return _judging(row)


@blueprint.post("/<int:recording_id>/rejudge")
def rejudge(recording_id: int) -> ResponseReturnValue:
    """Judge again, with corrected words or by the standard as it now reads."""
    try:
        with _changing() as session:
            row = changes.judge_again(session, viewer(), recording_id, _cause())
    except AnalyzerError as error:
        raise worded(Conflict(str(error))) from error
    return _judging(row)


@dataclass(frozen=True, slots=True)
class DetailsForm:
    """The form of a recording's details as it stands, with what is wrong in it."""

    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@blueprint.route("/<int:recording_id>/details", methods=["GET", "POST"])
def details(recording_id: int) -> ResponseReturnValue:
    """Technician, order, time, standard and facts."""
    page = shown(recording_id)
    if request.method == "GET":
        stands = _cells(page)
        offered = {name: request.args[f"offer-{name}"] for name in stands if f"offer-{name}" in request.args}
        words = _("这里已填入再次上传时给出的资料，还没有保存；核对后请点“保存”，不改就返回。")
        return _details(page, DetailsForm(stands | offered, {"offer": words} if offered else {}))
    cells = {name: request.form.get(name, "").strip() for name in _cells(page)}
    zone = site().zone
    try:
        recorded_at = moment(cells["recorded_at"], zone)
    except ValueError as error:
        return _details(page, DetailsForm(cells, {"recorded_at": str(error)})), 422
    if recorded_at is None:
        return _details(page, DetailsForm(cells, {"recorded_at": _("请填写时间，例如 2026-11-24 09:00。")})), 422
    wish = changes.DetailsWish(
        technician_id=whole(cells["technician"]),
        order_no=cells["order_no"],
        recorded_at=recorded_at,
        standard_id=next((s.id for s in standards(site().lexicons) if s.id == cells["standard"]), None),
        technician_channel={"1": 0, "2": 1}.get(cells["channel"]),
        facts={n[5:]: v == "yes" for n, v in cells.items() if n.startswith("fact-") and v in ("yes", "no")},
        note=cells["note"][:500],
    )
    try:
        with _changing() as session:
            _row, again = changes.put_details(session, viewer(), recording_id, wish, zone, _revision())
    except LookupError as error:
        missing = {"order_no": _("没有这个工单，请先在“工单”里登记。"), "technician": _("没有这位技师。")}
        field_name = str(error.args[0])
        return _details(page, DetailsForm(cells, {field_name: missing[field_name]})), 422
    except StaleError:
        forget_reads()
        newer = {"revision": _("刚才有人改过这段录音。左边是您填的，右边是现在的；核对后可再次保存。")}
        return _details(shown(recording_id), DetailsForm(cells, newer)), 409
    doorbell.ring()
    flash(_("已保存，正在重新判分。") if again else _("已保存。"), "success")
    return redirect(url_for("recordings.show", recording_id=recording_id, **list_arguments()))


@contextmanager
def _changing() -> Iterator[Session]:
    """A writing session; what is read after it is new."""
    with site().db.writing() as session:
        yield session
    forget_reads()


def _cause() -> str:
    """Why it is judged again, as it is written down."""
    with in_source():
        asked = request.form.get("cause") or _("重新判分")
        return _("文字更正") if asked == "words" else asked[:200]


def _revision() -> int:
    return request.form.get("revision", -1, type=number)


def _triggering(body: str, row: Recording, **more: object) -> Response:
    answer = make_response(body)
    answer.headers["HX-Trigger"] = json.dumps({"tingjian:revision": {"revision": row.revision}, **more})
    return answer


def _judging(row: Recording) -> ResponseReturnValue:
    """After a request to judge again htmx gets the progress, a plain form the page."""
    doorbell.ring()
    if "HX-Request" not in request.headers:
        return redirect(url_for("recordings.show", recording_id=row.id, **list_arguments()))
    page = shown(row.id)
    return _triggering(render_template("recordings/_job.html", page=page, job=None, started=True), row)


def _line(
    recording_id: int,
    position: int,
    *,
    editing: bool = False,
    mine: str | None = None,
    theirs: str = "",
    saved_at: datetime | None = None,
) -> str:
    page = shown(recording_id, talk=True)
    if position >= len(page.conversation.turns):
        abort(404)
    if editing and page.read_only:
        raise SignedError
    return render_template(
        "recordings/_line.html",
        page=page,
        line=page.conversation.turns[position],
        editing=editing,
        mine=mine,
        theirs=theirs,
        saved_at=saved_at,
        page_url=url_for("recordings.show", recording_id=recording_id),
    )


def _cells(page: RecordingPage) -> dict[str, str]:
    facts = {f"fact-{f.name}": "" for f in all_facts(site().lexicons)}
    channel = page.details.technician_channel
    given = {f"fact-{n}": "yes" if v else "no" for n, v in page.details.facts.items()}
    return {
        "technician": str(page.details.technician_id or ""),
        "order_no": page.head.order_no,
        "recorded_at": page.head.recorded_at.astimezone(site().zone).strftime("%Y-%m-%dT%H:%M"),
        "standard": page.head.standard_id,
        "channel": "" if channel is None else str(channel + 1),
        "note": page.details.note,
        **facts,
        **{name: value for name, value in given.items() if name in facts},
    }


def _details(page: RecordingPage, form: DetailsForm) -> str:
    if page.read_only:
        raise SignedError
    lexicons = site().lexicons
    return render_template(
        "recordings/details.html",
        page=page,
        form=form,
        stands=_cells(page),
        standards=standards(lexicons),
        facts=all_facts(lexicons),
        choices=listing.choices(reader(), viewer()),
        arguments=list_arguments(),
    )
