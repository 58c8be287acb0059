"""However a request fails, the answer is a problem: from the API's own views, from the site's handlers, from the pace."""

from __future__ import annotations

import errno
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.web.api.conftest import Programs
from web.api import pace, people
from web.config import WebSettings
from web.db import Database

MIMETYPE = "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/recordings/99", 404),
        ("GET", "/recordings/99999999999999999999", 404),
        ("PATCH", "/recordings", 405),
        ("GET", "/recordings?limit=x", 422),
    ],
)
def test_each_has_the_shape_of_rfc_9457(program: Programs, method: str, path: str, status: int) -> None:
    answer = program("qa").ask(method, path)
    assert (answer.status_code, answer.mimetype) == (status, MIMETYPE)
    told = answer.get_json()
    assert {"type", "title", "status", "detail", "request"} <= set(told)
    assert told["status"] == status
    assert told["request"] == answer.headers["X-Request-ID"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert "页" not in told["title"] + told["detail"], "a program has no page before it"
    if status == 405:
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (sqlite3.OperationalError("database is locked"), 503),
        (sqlite3.OperationalError("attempt to write a readonly database"), 503),
        (sqlite3.OperationalError("database or disk is full"), 507),
    ],
    ids=str,
)
def test_a_database_in_trouble_is_told_as_the_site_tells_it(
    program: Programs, monkeypatch: pytest.MonkeyPatch, fault: sqlite3.OperationalError, status: int
) -> None:
    fault.sqlite_errorcode = {"d": sqlite3.SQLITE_BUSY, "a": sqlite3.SQLITE_READONLY}[str(fault)[0]]
    if status == 507:
        fault.sqlite_errorcode = sqlite3.SQLITE_FULL
    one = program("qa")

    def broken(*_given: Any) -> None:
        raise OperationalError("SELECT", None, fault)

    monkeypatch.setattr(people.queries, "staff_behind", broken)
    answer = one.get("/technicians")
    assert (answer.status_code, answer.mimetype) == (status, MIMETYPE)
    assert int(answer.headers["Retry-After"]) > 0


def test_a_fault_of_the_program_is_a_problem_too_and_tells_nothing(
    app: Flask, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken(*_given: Any) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(people.queries, "staff_behind", broken)
    answer = program("qa").get("/technicians")
    assert (answer.status_code, answer.mimetype) == (500, MIMETYPE)
    assert "secret" not in answer.get_data(as_text=True)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(program: Programs) -> None:
    answer = program("qa").post("/work-orders", data=b"x" * 33 * 1024**2, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (413, MIMETYPE)


class TestThePace:
    @pytest.fixture
    def web_settings(self, database_url: str) -> WebSettings:
        return WebSettings(database_url=database_url, api_per_minute=3)

    def test_of_a_token_is_told_and_kept(self, program: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pace.time, "time", lambda: 1_800_000_015.0)
        one, other = program("qa"), program("qa")
        left = [one.get("/me").headers["RateLimit"] for _ in range(3)]
        assert left == [f'"token";r={n};t=45' for n in (2, 1, 0)]
        refused = one.get("/me")
        assert (refused.status_code, refused.mimetype) == (429, MIMETYPE)
        assert refused.headers["Retry-After"] == "45"
        assert refused.headers["RateLimit-Policy"] == '"token";q=3;w=60'
        assert other.get("/me").status_code == 200, "each token for itself"
        monkeypatch.setattr(pace.time, "time", lambda: 1_800_000_061.0)
        assert one.get("/me").status_code == 200


def _steps(folder: Path) -> int:
    return sum(pace.step(folder, 1, 50, 1_800_000_000.0).refused for _ in range(40))


def test_processes_and_threads_count_together(tmp_path: Path) -> None:
    with get_context("spawn").Pool(2) as pool:
        refused = sum(pool.map(_steps, [tmp_path] * 2))
    with ThreadPoolExecutor(2) as threads:
        refused += sum(threads.map(_steps, [tmp_path] * 2))
    assert refused == 4 * 40 - 50


def test_a_disk_that_takes_nothing_refuses_nobody(
    db: Database, program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pace, "_counted", full)
    assert program("qa").get("/me").status_code == 200


def test_a_database_that_cannot_be_written_keeps_no_program_from_reading(
    program: Programs, monkeypatch: pytest.MonkeyPatch, db: Database
) -> None:
    one = program("qa")

    def shut(_self: Database) -> None:
        raise OperationalError(
            "BEGIN IMMEDIATE", None, sqlite3.OperationalError("attempt to write a readonly database")
        )

    monkeypatch.setattr(Database, "writing", shut)
    assert one.get("/technicians").status_code == 200
