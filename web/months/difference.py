"""What changed between two editions of a month (pure), and why (from the history of decisions and analyses).

difference = {technicians: [{id, staff_no, name, team_id, before: {all, signed}, after: {all, signed}}],
  recordings: [{id, technician, order_no, change: added|removed|changed, reason, cause, score: [before, after],
                signed: [..], moved: [..], standard: [..], items: [{id, text, before, after, by, at, note, appeal}]}]}
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.standards import named
from web.models import Analysis, Decision, Recording, RecordingState, User
from web.months.document import WORDS, Body

Difference = dict[str, Any]
ABSENT = "absent"  # this version of the standard has no such item
_SHOWN = ("recordings", "signed", "scored", "forbidden")


def difference(old: Body, new: Body) -> Difference:
    """What differs, without reasons; {} where the editions say the same."""
    before, after = ({r["id"]: r for r in body["recordings"]} for body in (old, new))
    recordings = [
        change
        for number in sorted(before.keys() | after.keys())
        if (change := _recording(before.get(number), after.get(number), old, new)) is not None
    ]
    people = [
        change
        for number in sorted({t["id"] for t in (*old["technicians"], *new["technicians"])})
        if (change := _technician(_person(old, number), _person(new, number))) is not None
    ]
    return {"technicians": people, "recordings": recordings} if recordings or people else {}


def explain(session: Session, made: Difference, since: dt.datetime) -> None:
    """Add to the changes why they came, from what happened `since`; four queries."""
    changes = {c["id"]: c for c in made.get("recordings", [])}
    rows = {r.id: r for r in session.scalars(select(Recording).where(Recording.id.in_(changes)))}
    causes = session.execute(
        select(Analysis.recording_id, Analysis.cause)
        .where(Analysis.recording_id.in_(changes), Analysis.created_at > since)
        .order_by(Analysis.id)
    )
    for number, cause in causes:
        changes[number]["cause"] = cause
    for number, change in changes.items():
        row = rows.get(number)
        if change["change"] == "added":
            change["reason"] = "uploaded" if row is not None and row.uploaded_at > since else "late"
        elif change["change"] == "removed":
            change["reason"] = _why_gone(row)
    wanted = {(number, item["id"]): item for number, change in changes.items() for item in change["items"]}
    decisions = session.execute(
        select(Decision, User.name)
        .join(User, User.id == Decision.user_id)
        .where(Decision.recording_id.in_(changes), Decision.at > since)
        .order_by(Decision.id)
    )
    for decision, name in decisions:
        item = wanted.get((decision.recording_id, decision.item_id))
        if item is not None:  # the last one holds
            item.update(by=name, at=decision.at.isoformat(), note=decision.note, appeal=decision.action == "appeal")


def _why_gone(row: Recording | None) -> str:
    if row is None or row.deleted_at is not None:
        return "deleted"
    return "excluded" if row.state is RecordingState.EXCLUDED else "gone"


def _recording(before: Any, after: Any, old: Body, new: Body) -> dict[str, Any] | None:
    row = after or before
    change: dict[str, Any] = {
        "id": row["id"],
        "technician": row["technician"],
        "order_no": row["order_no"],
        "change": "changed" if before and after else "added" if after else "removed",
        "reason": "",
        "cause": "",
        "score": [None if one is None else one["score"] for one in (before, after)],
        "signed": [None if one is None else one["signed"] for one in (before, after)],
        "items": [],
    }
    if not before or not after:
        return change
    standards = [body["standards"][one["standard"]] for body, one in ((old, before), (new, after))]
    if standards[0]["digest"] != standards[1]["digest"] or standards[0]["id"] != standards[1]["id"]:
        change["standard"] = [f"{s['title']} {s['version']}" for s in standards]
    if before["technician"] != after["technician"]:
        change["moved"] = [before["technician"], after["technician"]]
    then, now = (
        dict(zip((i["id"] for i in standard["items"]), one["verdicts"], strict=True))
        for standard, one in zip(standards, (before, after), strict=True)
    )
    texts = {i["id"]: named(i["text"]) for standard in standards for i in standard["items"]}
    change["items"] = [
        {
            "id": i,
            "text": text,
            "before": WORDS.get(then.get(i, ""), ABSENT),
            "after": WORDS.get(now.get(i, ""), ABSENT),
        }
        for i, text in texts.items()
        if then.get(i) != now.get(i)
    ]
    same = change["score"][0] == change["score"][1] and change["signed"][0] == change["signed"][1]
    return None if same and not (change["items"] or "standard" in change or "moved" in change) else change


def _person(body: Body, number: int) -> dict[str, Any] | None:
    return next((t for t in body["technicians"] if t["id"] == number), None)


def _technician(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any] | None:
    one = after or before
    if one is None:
        return None
    figures = [{} if t is None else {scope: _shown(f) for scope, f in t["figures"].items()} for t in (before, after)]
    if figures[0] == figures[1]:
        return None
    named = {name: one[name] for name in ("id", "staff_no", "name", "team_id")}
    return {**named, "before": figures[0], "after": figures[1]}


def _shown(figures: dict[str, Any]) -> dict[str, Any]:
    return {**{name: figures[name] for name in _SHOWN}, "score": figures["score"]}
