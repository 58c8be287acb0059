"""The log: lines for people or for machines, each with its request and recording; nobody writes lines into it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import Login
from web.kit import logs


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    yield capsys
    root.handlers[:], root.level = kept, level


def test_each_line_of_json_names_request_and_recording(
    app: Flask, login: Login, written: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    logs.configure("json", tmp_path)
    answer = login("qa").get("/recordings/77?q=13800138000", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    line = json.loads(written.readouterr().err.splitlines()[-1])
    assert (line["request"], line["recording"], line["path"]) == ("from-the-proxy-1", 77, "/recordings/77")
    assert (line["method"], line["status"], line["level"]) == ("GET", 404, "INFO")
    assert "13800138000" not in json.dumps(line)


def test_the_error_page_shows_the_number_that_the_log_has(
    app: Flask, client: FlaskClient, written: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    app.testing = False
    app.view_functions["watch.health"] = lambda: 1 // 0
    logs.configure("text", tmp_path)
    answer = client.get("/health")
    assert answer.status_code == 500
    number = answer.headers["X-Request-ID"]
    assert number in answer.text
    err = written.readouterr().err
    assert f"[request {number}]" in err
    assert "ZeroDivisionError" in err


@pytest.mark.parametrize("given", ["短", "a" * 65, "two words here", "x;y=<script>", ""])
def test_a_number_that_could_forge_a_line_is_not_taken(client: FlaskClient, given: str) -> None:
    number = client.get("/health", headers={"X-Request-ID": given.encode().decode("latin-1")}).headers["X-Request-ID"]
    assert number != given
    assert len(number) == 16


def test_a_message_is_one_line_whatever_is_in_it(written: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    logs.configure("text", tmp_path)
    with logs.at_work_on(5):
        logging.getLogger("x").warning("name %s", "a\n2026-01-01 00:00:00 INFO forged\r")
    err = written.readouterr().err
    assert err.count("\n") == 1
    assert err.endswith("forged\\x0d [recording 5]\n")
