"""Recordings: the list, one, what was said and judged of it, a decision. Who sees what, the pages' own functions say."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

from flask import Response, abort, current_app
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate
from sqlalchemy import select

from web.api.blueprint import PageArguments, blueprint, page
from web.api.once import once
from web.api.schemas.common import enum, page_of, told
from web.api.schemas.recordings import RecordingFull, RecordingLine
from web.api.schemas.verdicts import Decide, Verdicts
from web.intake.seen import seen_by
from web.kit import audit
from web.kit.access import told_decided
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.policies import passed
from web.kit.problems import ProblemError
from web.kit.site import forget_reads, reader, site
from web.kit.told import told as told_words
from web.models import AnalysisDocument, RecordingState, ReviewState, Technician, WorkOrder
from web.recordings import listing, subtitles
from web.recordings.filters import FLAGS, VERDICTS, Filter
from web.recordings.page import RecordingPage, load
from web.review import decisions
from web.review.decisions import Wish
from web.review.lines import ClauseLine
from web.review.panel import Panel
from web.review.queries import panel

NEVER = 0  # an id that nobody has
# of a clause that its reviewer judges blind
HIDDEN: dict[str, Any] = {
    **dict.fromkeys(("machine", "final", "final_credit")),
    "suspicion": False,
    "reason": "",
    "evidence": (),
    "must_see": "",
}
SCORES = ("score", "machine_score", "missed", "forbidden", "suspicions", "not_judged")


class ListArguments(PageArguments):
    """Filters of the list; several together narrow it."""

    from_ = fields.Date(data_key="from", metadata=told("Recorded on this day or later."))
    to = fields.Date(metadata=told("Recorded on this day or before."))
    staff_no = fields.String(validate=validate.Length(max=32))
    order_no = fields.String(validate=validate.Length(max=64))
    standard = fields.String(validate=validate.Length(max=64))
    state = fields.String(validate=enum(RecordingState))
    review = fields.String(validate=enum(ReviewState))
    score_from = fields.Float(validate=validate.Range(0, 100))
    score_to = fields.Float(validate=validate.Range(0, 100))
    flag = fields.String(validate=validate.OneOf(sorted(FLAGS)))
    item = fields.String(validate=validate.Length(max=64), metadata=told("A clause, with `verdict`."))
    verdict = fields.String(validate=validate.OneOf(VERDICTS))
    sort = fields.String(
        load_default="-id",
        validate=validate.OneOf(("id", "-id")),
        metadata=told("`-id`: what came last is first; `id`: new ones come at the end."),
    )


@blueprint.get("/recordings", tags=["recordings"])
@blueprint.arguments(ListArguments, location="query")
@blueprint.response(200, page_of(RecordingLine))
def recordings(arguments: dict[str, Any]) -> Any:
    """List recordings."""
    asked = asked_for(arguments)
    down = arguments["sort"] == "-id"
    return page("recordings", arguments, lambda last, n: [_line(r) for r in listing.behind(reader(), viewer(), asked, last, n, down)],
                lambda row: row["id"])  # fmt: skip


@blueprint.get("/recordings/<int:recording_id>", tags=["recordings"])
@blueprint.response(200, RecordingFull)
def recording(recording_id: int) -> Any:
    """Say how far a recording is and how it stands."""
    shown = _page(recording_id)
    head, details, job = shown.head, shown.details, shown.job
    line = {**asdict(head), "excluded": shown.excluded.reason if shown.excluded else ""}
    if shown.blind:
        line |= dict.fromkeys(SCORES)
    elif shown.told_decided:
        line["machine_score"] = None
    return line | {
        "note": details.note,
        "facts": dict(details.facts or {}),
        "technician_channel": details.technician_channel,
        "passed": None if shown.blind else passed(head.standard_id, head.recorded_at, head.score),
        "blind": shown.blind,
        "analysis": shown.judged,
        "job": job
        and {
            "state": job.state,
            "fraction": job.fraction,
            **{n: told_words(getattr(job, n)) for n in ("error", "advice")},
        },
    }


@blueprint.get("/recordings/<int:recording_id>/analysis", tags=["recordings"])
@blueprint.response(200, {"type": "object", "additionalProperties": True})
def analysis(recording_id: int) -> ResponseReturnValue:
    """Give the Analysis JSON (schema 1) as the owner may read it: what is private masked, verdicts as decided."""
    shown = _page(recording_id)
    if shown.judged is None:
        raise ProblemError(404, "not-judged", _("这段录音还没有分析结果。"))
    if shown.blind:
        raise ProblemError(403, "blind", _("您在盲评这段录音，签核以前看不到机器的判定。"))
    with site().db.writing() as session:
        audit.record(session, "export", "recording", recording_id, kind="json")
    body = reader().scalar(select(AnalysisDocument.body).where(AnalysisDocument.analysis_id == shown.judged.id))
    seen = seen_by(reader(), viewer(), recording_id, body or {})
    return Response(subtitles.as_json(seen), mimetype="application/json")


@blueprint.get("/recordings/<int:recording_id>/verdicts", tags=["recordings"])
@blueprint.response(200, Verdicts)
def verdicts(recording_id: int) -> Any:
    """Give each clause: the machine's verdict with its evidence, people's decisions, appeals, and what stands."""
    return _verdicts(recording_id)


@blueprint.post("/recordings/<int:recording_id>/verdicts/<item_id>/decision", tags=["recordings"])
@once
@blueprint.arguments(Decide)
@blueprint.response(200, Verdicts)
def decide(wish: dict[str, str], recording_id: int, item_id: str) -> Any:
    """Decide on a clause, in the name of the token's owner; 409 where it has changed since `seen`."""
    line = _panel(recording_id).line(item_id) or abort(404)
    seen = line.seen if wish["seen"] == _mark(line) else ""
    with site().db.writing() as session:
        decisions.decide(
            session, viewer(), recording_id, item_id, Wish(wish["do"], wish["verdict"], wish["note"], seen)
        )
    forget_reads()
    return _verdicts(recording_id)


def asked_for(arguments: dict[str, Any]) -> Filter:
    names = {"from_": "from"}
    told = {names.get(name, name): f"{value}" for name, value in arguments.items() if name != "sort"}
    if "staff_no" in arguments:
        known = select(Technician.id).where(Technician.staff_no == arguments["staff_no"])
        told["technician"] = str(reader().scalar(known) or NEVER)
    if "order_no" in arguments:
        known = select(WorkOrder.id).where(WorkOrder.order_no == arguments["order_no"])
        told["order"] = str(reader().scalar(known) or NEVER)
    return Filter.read(told)


def _line(line: listing.ListLine) -> dict[str, Any]:
    made = asdict(line)
    if told_decided(viewer()):
        made["machine_score"] = None
    return made


def _page(recording_id: int) -> RecordingPage:
    """The recording as its page shows it. Raises ProblemError for one that the owner is to judge blind in a calibration."""
    shown = load(reader(), viewer(), recording_id, talk=False) or abort(404)
    if shown.sealed_by is not None:
        raise ProblemError(403, "sealed", _("这段录音在等您校准，提交以前看不到判定。"))
    return shown


def _panel(recording_id: int) -> Panel:
    _page(recording_id)
    found = panel(reader(), recording_id, viewer())
    if found is None:
        raise ProblemError(404, "not-judged", _("这段录音还没有分析结果。"))
    return found


def _verdicts(recording_id: int) -> dict[str, Any]:
    found = _panel(recording_id)
    return {
        "recording_id": recording_id,
        "revision": found.revision,
        "score": None if found.blind else found.score,
        "signed": found.signed,
        "signed_at": found.signed_at,
        "items": [_verdict(found, line) for line in found.lines],
    }


def _verdict(found: Panel, line: ClauseLine) -> dict[str, Any]:
    hidden = found.hides(line)
    made = {
        **{
            n: getattr(line, n)
            for n in ("item_id", "clause", "text", "kind", "how", "weight", "penalty", "cap", "human")
        },
        "hidden": hidden,
        "machine": line.machine if found.tells_machine else None,
        "final": line.final,
        "final_credit": line.final_credit,
        "suspicion": line.suspicion,
        "reason": told_words(line.reason),
        "evidence": line.hits,
        "must_see": line.must_see if found.may_decide else "",
        "choices": list(line.choices) if found.may_decide else [],
        "seen": _mark(line),
        "decisions": line.history,
        "appeals": line.appeals,
    }
    return made | HIDDEN if hidden else made


def _mark(line: ClauseLine) -> str:
    """`ClauseLine.seen` without telling it: it holds the machine's verdict, which one who judges blind must not read."""
    return hashlib.sha256(f"{current_app.secret_key!r} {line.item_id} {line.seen}".encode()).hexdigest()[:32]
