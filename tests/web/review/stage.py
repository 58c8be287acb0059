"""Judged recordings for the tests of review, and forms as the page sends them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.web import cast
from tests.web.data import analysis
from web.db import Database
from web.intake import rows
from web.kit.login import viewer_of
from web.models import Recording, Technician, User
from web.review import queries
from web.review.panel import Panel

# what R12 asks to see of visit-03: forbidden words, near misses, person items
FORBIDDEN = ("not-our-job", "not-our-concern", "do-not-know", "solicit")
NEAR = ("inquiry", "demonstrate")
PERSON = ("dress-and-badge", "tools-and-mat", "knock", "absent-note", "clean-up", "leave-facing")


def judge(
    app: Flask,
    db: Database,
    name: str = "visit-03",
    staff_no: str = "1001",
    suspicion: str = "",
    optional: Collection[str] = (),
    polite: bool = False,
    **more: Any,
) -> int:
    """Add a judged recording of the technician.

    `suspicion` names a forbidden item whose hits are only suspected, `optional` person items that nobody has to answer;
    `polite`: nothing forbidden was said.
    """
    document = analysis(name)
    for item in document["items"]:
        if item["id"] in optional:
            item["optional"] = True
        if polite and item["kind"] == "forbidden" and item["how"] == "rule":
            item |= {"verdict": "met", "credit": 1.0, "hits": []}
        if item["id"] == suspicion:
            item["verdict"], item["credit"] = "cannot_judge", None
            for hit in item["hits"]:
                hit["suspicion"] = True
    with app.app_context(), db.writing() as session:
        technician = session.scalars(select(Technician).where(Technician.staff_no == staff_no)).one()
        count = len(session.scalars(select(Recording.id)).all())
        row = cast.recording(
            session, technician, f"录音{count}.m4a", **{"standard_id": document["standard"]["id"], **more}
        )
        rows.record_analysis(session, row.id, document, "heard")
        return row.id


def panel_for(app: Flask, db: Database, user: User, recording_id: int) -> Panel:
    """Return the panel that the user sees."""
    with app.app_context(), db.reading() as session:
        found = queries.panel(session, recording_id, viewer_of(session.get_one(User, user.id)))
    assert found is not None
    return found


def decide(
    client: FlaskClient,
    panel: Panel,
    item_id: str,
    do: str = "confirm",
    verdict: str = "",
    note: str = "",
    seen: str | None = None,
    htmx: bool = True,
) -> TestResponse:
    """Send a clause's form as the panel shows it."""
    line = panel.line(item_id)
    form = {"do": do, "verdict": verdict, "note": note, "seen": seen or (line.seen if line else "")}
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(f"/recordings/{panel.recording_id}/verdicts/{item_id}", data=form, headers=headers)


def review_all(client: FlaskClient, panel: Panel) -> None:
    """Decide all that must be seen before signing: confirm the machine, tick the person items."""
    for line in panel.must_see:
        asks = line.asks
        answer = decide(client, panel, line.item_id, "set" if asks else "confirm", "met" if asks else "")
        assert answer.status_code == 200, answer.get_data(as_text=True)


def sign(client: FlaskClient, panel: Panel, htmx: bool = False, query: str = "", **form: Any) -> TestResponse:
    """Send the form that signs."""
    return client.post(
        f"/recordings/{panel.recording_id}/sign{query}",
        data={"revision": panel.revision, **form},
        headers={"HX-Request": "true"} if htmx else {},
    )
