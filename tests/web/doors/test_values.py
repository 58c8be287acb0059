"""Texts, numbers, paths and JSON are made safe once, before any view."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st

from analyzer.settings import ROOT
from tests.web.conftest import Login
from web.kit.values import MOST, MOST_DEPTH, plain_json, plain_text, read_json, whole


@pytest.mark.parametrize(
    "text", ["²", "٣", "１２", "1_0", " 1", "+1", "-1", "1.5", "", "9" * 5000, str(MOST + 1), "\x001"]
)
def test_only_ascii_digits_that_a_database_keeps_are_a_number(text: str) -> None:
    assert whole(text) is None
    assert (whole("007"), whole(str(MOST))) == (7, MOST)


@given(st.text(st.characters(exclude_categories=())))  # with surrogates, which are left out otherwise
def test_plain_text_is_taken_by_every_encoding_and_other_text_stays_as_it_is(text: str) -> None:
    plain = plain_text(text)
    plain.encode()
    assert "\0" not in plain
    assert plain_text(plain) == plain
    if not any("\ud800" <= c <= "\udfff" or c == "\0" for c in text):
        assert plain == text


def test_json_is_plain_and_neither_deep_nor_without_end() -> None:
    assert read_json('{"a\\u0000": ["\\ud800x", 1]}') == {"a": ["\ufffdx", 1]}
    for bad in ("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1), "[" * 100_000, "NaN", "[1e5, Infinity]", "9" * 5000):
        with pytest.raises(ValueError):
            read_json(bad)
    with pytest.raises(ValueError):
        plain_json([[[]]], depth=2)


@pytest.mark.parametrize("number", ["²", "٣", "%EF%BC%91", str(MOST + 1), "9" * 30, "-1", "1_0"])
@pytest.mark.parametrize(
    "path", ["/recordings/{}", "/staff/orders/{}", "/scorecards/technicians/{}", "/admin/users/{}"]
)
def test_a_path_with_no_number_of_ours_is_no_page(login: Login, path: str, number: str) -> None:
    assert login("admin").get(path.format(number)).status_code == 404


@pytest.mark.parametrize("word", ["a%00b", "x" * 1001])
def test_a_path_with_a_word_that_no_database_takes_is_no_page(login: Login, word: str) -> None:
    assert login("manager").get(f"/standards/{word}").status_code == 404
    assert login("qa").put(f"/api/uploads/{word}", data=b"x").status_code == 404


def test_arguments_and_forms_hold_plain_texts_only(app: Flask) -> None:
    sent = b"a%00=b%00c&d=%ED%A0%80"
    with app.test_request_context(f"/?a=%00x&q={'x' * 5000}", method="POST", data=sent,
                                  content_type="application/x-www-form-urlencoded"):  # fmt: skip
        assert request.files == {}  # whoever asks for the files first reads the form as well
        assert request.form["a"] == "bc"
        request.form["d"].encode()
        assert (request.args["a"], len(request.args["q"])) == ("x", 1000)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"names": ["\\ud800", "\\u0000"]}', b'{"names": NaN}', b"\xff", b"9" * 5000]
)
def test_hostile_json_is_answered(login: Login, body: bytes) -> None:
    for path in ("/api/uploads", "/api/uploads/rows", "/api/uploads/x/finish"):
        answer = login("qa").post(path, data=body, content_type="application/json")
        assert answer.status_code in (200, 404, 415, 422), path


def test_every_view_reads_numbers_through_the_layer() -> None:
    """Python's own int takes ² for an error, ٣ for a three and thirty digits for a number."""
    forbidden = ("type=int", ", int)", ".isdigit()", ".isdecimal()", ".isnumeric()")
    folders = [p for p in (ROOT / "web").iterdir() if p.is_dir() and p.name not in ("demo", "migrations", "static")]
    found: list[Any] = [
        (path.relative_to(ROOT).as_posix(), line.strip())
        for folder in folders
        for path in folder.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if any(word in line for word in forbidden) and not ("isinstance(" in line and ", int)" in line)
    ]
    # the layer itself; zeros of a number that was read; what goes to the database, whoever read it
    allowed = ("web/kit/values.py", "web/staff/alike.py", "web/db/storable.py")
    assert [(path, line) for path, line in found if path not in allowed] == []
