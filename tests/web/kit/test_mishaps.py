"""The last errors are kept, with the number of their request and without anything that somebody said or typed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web.kit import logs, mishaps


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    logs.configure("text", tmp_path)
    yield tmp_path
    root.handlers[:], root.level = kept, level


def test_an_error_of_a_page_is_kept_under_the_number_of_its_error_page(
    app: Flask, client: FlaskClient, keeping: Path
) -> None:
    app.testing = False
    app.view_functions["watch.health"] = lambda: {}["王先生 13800138000"]
    answer = client.get("/health")
    assert answer.status_code == 500
    (found,) = mishaps.latest(keeping)
    assert (found.request, found.page, found.kind) == (answer.headers["X-Request-ID"], "watch.health", "KeyError")
    assert "13800138000" not in (keeping / mishaps.FILE).read_text("utf-8")


def test_words_of_the_code_stay_and_words_of_people_go(keeping: Path) -> None:
    with logs.at_work_on(7):
        logging.getLogger("web.x").error("chore %s failed %d times: %s", "customers' words", 3, "王先生住在三栋")
    logging.getLogger("web.x").error("%s waits", "13800138000")
    logging.getLogger("waitress").error("serving /recordings?q=王先生")
    last, second, first = mishaps.latest(keeping)
    assert (first.words, first.recording) == ("chore customers' words failed 3 times: …", 7)
    assert (second.words, last.words, last.logger) == ("… waits", "", "waitress")


def test_what_is_no_error_is_not_kept(keeping: Path) -> None:
    logging.getLogger("web.x").warning("busy")
    assert mishaps.latest(keeping) == []


def test_the_place_is_the_innermost_line_of_our_own_code(keeping: Path) -> None:
    try:
        mishaps.keep(Path("/nowhere/at/all"), mishaps.Mishap("", "", ""))
    except OSError:
        logging.getLogger("web.x").exception("oh")
    assert mishaps.latest(keeping)[0].place.startswith("web/kit/mishaps.py:")


def test_the_file_stays_small_and_the_newest_are_in_it(keeping: Path) -> None:
    for number in range(2000):
        logging.getLogger("web.x").error("number %d", number)
    assert (keeping / mishaps.FILE).stat().st_size <= mishaps.MOST_BYTES
    assert [one.words for one in mishaps.latest(keeping, 2)] == ["number 1999", "number 1998"]
    assert len(mishaps.latest(keeping)) == mishaps.MOST


def test_a_line_that_cannot_be_read_hides_no_other(keeping: Path) -> None:
    logging.getLogger("web.x").error("first")
    with (keeping / mishaps.FILE).open("a", encoding="utf-8") as f:
        f.write('{"at": "yesterday", "logger": "x", "words": ""}\n[]\n{broken\n')
    logging.getLogger("web.x").error("last")
    assert [one.words for one in mishaps.latest(keeping)] == ["last", "first"]


def test_a_folder_that_refuses_is_no_error_of_its_own(keeping: Path) -> None:
    (keeping / mishaps.FILE).mkdir()
    logging.getLogger("web.x").error("first")
    assert mishaps.latest(keeping) == []
