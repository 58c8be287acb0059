"""The client and the curl walk of docs/API.md run against a site that is served for real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from analyzer.settings import ROOT
from tests.browser.conftest import LiveSite, live_site  # noqa: F401  # a fixture
from tests.samples import sample
from tests.web.api.conftest import Program, Programs
from web.api.scopes import SCOPES
from web.db import Database
from web.models import Recording, WorkOrder

EXAMPLES = ROOT / "docs" / "examples"
SOUND = sample("followup-01-washer.amr")


@pytest.fixture
def app(live_site: LiveSite) -> Flask:  # noqa: F811  # pytest hands the fixture over by its name
    return live_site.app


@pytest.fixture
def db(live_site: LiveSite) -> Database:  # noqa: F811
    return live_site.db


def run(live: LiveSite, program: Program, *command: str) -> str:
    told = {**os.environ, "TINGJIAN_URL": live.url, "TINGJIAN_TOKEN": program.secret, "PYTHONWARNINGS": "error"}
    done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_client_uploads_in_slices_and_lists(
    live_site: LiveSite,  # noqa: F811
    db: Database,
    people: dict[str, Any],
    program: Programs,
) -> None:
    one = program("qa")
    arguments = (sys.executable, str(EXAMPLES / "client.py"), str(SOUND), "1001", "property-followup")
    for _ in range(2):
        assert re.search(rf"^1 {re.escape(SOUND.name)} queued None ←$", run(live_site, one, *arguments), re.M)
    with db.reading() as session:
        assert session.scalar(select(Recording.technician_id)) == people["wang"].id
        assert session.scalar(select(func.count()).select_from(Recording)) == 1


def test_the_client_is_short() -> None:
    assert len((EXAMPLES / "client.py").read_text("utf-8").splitlines()) <= 60


def test_the_walk_with_curl_ends_where_it_says(
    live_site: LiveSite,  # noqa: F811
    db: Database,
    program: Programs,
) -> None:
    assert shutil.which("curl"), "there is no curl here: apt-get install -y curl"
    shown = run(live_site, program("qa"), "bash", str(EXAMPLES / "walk.sh"), str(SOUND))
    assert '"order_no":"WO-4711"' in shown.replace(" ", "")
    assert shown.count('"duplicate":false') == 2, "the key's second answer is its first"
    assert "urn:tingjian:problem:not-judged" in shown
    assert "编号,文件名" in shown
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Recording)) == 1
        assert session.scalars(select(WorkOrder.facts)).all() == [{"late": True}]


def test_the_document_for_people_names_what_there_is() -> None:
    told = (ROOT / "docs" / "API.md").read_text("utf-8")
    assert all(f"`{scope}`" in told for scope in SCOPES)
    assert f"TINGJIAN_WEB_{'api_per_minute'.upper()}" in told
