"""Doctor and upgrade."""

from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.web import cast
from web.db import Database
from web.kit.site import KEY, Site
from web.maintenance.doctor import examine, sqlite_is_mended
from web.migrations import is_current, upgrade


def test_an_old_database_is_kept_before_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    url = f"sqlite:///{path}"
    assert upgrade(url) is None  # nothing to lose yet
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO teams (name) VALUES ('东区')")
    assert upgrade(url) is None  # nothing to migrate


def test_doctor_names_what_is_wrong_and_what_to_do(app: Flask, db: Database) -> None:
    findings = {f.name: f for f in examine(app.extensions[KEY])}
    assert findings["database"].level == "ok"
    assert findings["audit"].level == "ok"
    assert findings["model"].level == "error"  # the test's home has none
    assert findings["standards"].level == "ok"
    with db.writing() as session:
        cast.recording(session, name="丢了.mp3", stored_key="ab/cd/" + "ab" * 32)
    findings = {f.name: f for f in examine(app.extensions[KEY])}
    assert "1 段的文件不见了" in findings["audio"].message
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1
    assert "make model" in done.output


@pytest.mark.parametrize(
    ("more", "told"), [({}, False), ({"host": "10.0.0.5"}, True), ({"host": "10.0.0.5", "proxies": 1}, False)]
)
def test_doctor_warns_of_a_site_that_is_open_to_others_without_https(
    here: Site, more: dict[str, Any], told: bool
) -> None:
    site = dataclasses.replace(here, web=dataclasses.replace(here.web, **more))
    assert any(finding.name == "https" for finding in examine(site)) is told


@pytest.mark.parametrize(
    ("version", "mended"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
    ],
)
def test_sqlite_versions_with_the_wal_fault_are_known(version: tuple[int, int, int], mended: bool) -> None:
    assert sqlite_is_mended(version) is mended


def test_the_upgrade_command_says_that_it_is_done(app: Flask, db: Database) -> None:
    done = app.test_cli_runner().invoke(args=["upgrade"])
    assert "最新版本" in done.output
    assert is_current(db)
