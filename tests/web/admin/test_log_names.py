"""The audit log's page speaks Chinese: every action that the code records has a name there."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from analyzer.settings import ROOT
from tests.web.conftest import Login
from tests.web.furnished import furnish
from tests.web.html import page
from web.admin import log_names
from web.db import Database
from web.kit import audit
from web.models import Recording, Technician, WorkOrder

# what f-strings and variables make of an action
MADE = {
    *(f"verdict-{w}" for w in ("confirm", "overrule", "answer", "withdraw", "appeal")),
    *(
        "appeal-upheld",
        "appeal-partly",
        "appeal-rejected",
        "appeal-decided",
        "text-corrected",
        "role-corrected",
        "staff-imported",
        "orders-imported",
    ),
    *("recording.retry", "recording.cancel", "recording.delete", "listen", "download"),
}


def test_every_action_and_kind_of_object_has_a_name(app: Flask) -> None:
    recorded, about = set(MADE), set()
    for path in (ROOT / "web").rglob("*.py"):
        for found in re.finditer(
            r'record\(\s*(?:session|writing),\s*"([\w.-]+)"(?:,\s*"([\w-]*)")?', path.read_text("utf-8")
        ):
            recorded.add(found[1])
            about |= {found[2]} - {None, ""}
    with app.test_request_context():
        assert recorded - set(log_names.actions()) == set()
        assert about - set(log_names.objects()) == set()


def test_details_are_told_in_words(app: Flask, db: Database, login: Login) -> None:
    with db.writing() as session:
        audit.record(
            session, "verdict-overrule", "recording", 7, item="greeting", before="missed", after="met", on=True
        )
    text = page(login("admin").get("/admin/audit")).one("tbody").text
    assert text.endswith("改判 录音 7 条款：greeting；原判定：未达标；新判定：达标；开启：是")


def test_what_an_entry_is_about_has_its_name_and_leads_there(
    app: Flask, people: dict[str, Any], db: Database, login: Login
) -> None:
    made = furnish(app, people)
    with db.reading() as session:
        recording, person = session.get_one(Recording, made.visit), session.get_one(Technician, made.technician)
        order, file_name, who = session.get_one(WorkOrder, made.order), recording.original_name, person.name
        order_no, staff_no = order.order_no, person.staff_no
    with db.writing() as session:
        audit.record(session, "verdict-confirm", "recording", made.visit, item="greeting")
        audit.record(session, "coaching-note", "technician", made.technician)
        audit.record(session, "staff-changed", "technician", staff_no)
        audit.record(session, "order-changed", "order", order_no)
        audit.record(session, "user-changed", "user", made.user)
    body = page(login("admin").get("/admin/audit")).one("tbody")
    links = {a.text: a.get("href") for a in body.all("a")}
    assert links[file_name] == f"/recordings/{made.visit}"
    assert links[f"{who}（{staff_no}）"] == f"/staff/technicians/{made.technician}"
    assert links[order_no] == f"/staff/orders/{made.order}"
    assert f"/admin/users/{made.user}" in links.values()
    assert "条款：二.1" in body.text and "条款：greeting" not in body.text
