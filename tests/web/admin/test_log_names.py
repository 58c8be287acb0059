"""The audit log's page speaks Chinese: every action that the code records has a name there."""

from __future__ import annotations

import re

from flask import Flask

from analyzer.settings import ROOT
from tests.web.conftest import Login
from tests.web.html import page
from web.admin import log_names
from web.db import Database
from web.kit import audit

# what f-strings and variables make of an action
MADE = {
    *(f"verdict-{w}" for w in ("confirm", "overrule", "answer", "withdraw", "appeal")),
    *("appeal-upheld", "appeal-rejected", "text-corrected", "role-corrected", "staff-imported", "orders-imported"),
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
