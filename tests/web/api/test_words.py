"""Errors of the API name the place and the mend, in the language that the request asks for."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from marshmallow import Schema, ValidationError, class_registry, fields

from tests.web.api.conftest import Program, Programs
from web.kit import field_words

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NOT_READ = {"format", "invalid_awareness", "invalid_utf8", "invalid_uuid"}  # of what is written, or never asked of us
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}


def _fields_of(one: Any) -> list[fields.Field[Any]]:
    inner = [getattr(one, name, None) for name in ("inner", "key_field", "value_field")]
    return [one, *(deep for field in inner if field is not None for deep in _fields_of(field))]


def _told(rule: Any) -> list[str]:
    """What a validator says of values that it does not take."""
    said = []
    for value in ("", "x" * 2**14, -(10.0**30), 10.0**30, "?", []):
        try:
            rule(value)
        except ValidationError as error:
            said += [str(one) for one in error.messages]
        except TypeError:
            continue
    return said


def _messages() -> set[str]:
    """Every sentence that a field or a validator of the API's schemas can give."""
    found = {str(text) for text in Schema._default_error_messages.values()}
    for kinds in class_registry._registry.values():
        for kind in kinds:
            if isinstance(kind, type) and kind.__module__.startswith("web.api"):
                for field in (deep for one in kind().fields.values() for deep in _fields_of(one)):
                    templates = {key: text for key, text in field.error_messages.items() if key not in NOT_READ}
                    found |= {str(text).format(obj_type="datetime", input="x") for text in templates.values()}
                    found |= {said for rule in field.validators for said in _told(rule)}
    return found


def test_every_sentence_that_a_field_can_give_is_said_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context("/api/v1/me"):
        messages = _messages()
        assert len(messages) > 30, messages
        assert {one for one in messages if not CHINESE.search(field_words.said(one))} == set()
    with app.test_request_context("/api/v1/me", headers=ENGLISH):
        said = {field_words.said(one) for one in _messages()}
        assert {one for one in said if CHINESE.search(one)} == set()


def test_a_sentence_of_our_own_stays(app: Flask) -> None:
    with app.test_request_context("/api/v1/me"):
        assert field_words.said("要在 1990 年到明天之间。") == "要在 1990 年到明天之间。"
        assert field_words.said("Must be one of: a\nb.") == "只能是其中之一：a\nb。"


@pytest.mark.parametrize(
    ("wanted", "title", "language"),
    [
        ("", "内容有误", "zh-CN"),
        ("en", "Invalid content", "en"),
        ("en-US,en;q=0.8,zh-CN;q=0.5", "Invalid content", "en"),
        ("zh-TW", "內容有誤", "zh-Hant"),
        ("zh-Hant-TW", "內容有誤", "zh-Hant"),
        ("zh", "内容有误", "zh-CN"),
        ("*", "内容有误", "zh-CN"),
        ("fr", "内容有误", "zh-CN"),
    ],
)
def test_a_request_is_answered_in_the_language_that_it_asks_for(
    program: Programs, wanted: str, title: str, language: str
) -> None:
    answer = program("qa").get("/recordings?limit=x", headers={"Accept-Language": wanted} if wanted else {})
    told = answer.get_json()
    assert (told["title"], answer.headers["Content-Language"]) == (title, language)
    assert "Accept-Language" in answer.headers["Vary"]
    assert bool(CHINESE.search(told["errors"][0]["detail"])) == (language != "en")


def test_people_read_pages_as_before_whatever_their_browser_says(app: Flask) -> None:
    told = app.test_client().get("/login", headers=ENGLISH).get_data(as_text=True)
    assert "密码" in told


def _send(one: Program, content: bytes = b"plain words", **cells: str) -> Any:
    return one.post("/recordings", data={"file": (io.BytesIO(content), "a.mp3"), **cells}, headers=ENGLISH)


@pytest.mark.parametrize(
    ("cells", "field", "mend"),
    [
        ({"standard_id": "none"}, "form.standard_id", "GET /api/v1/standards"),
        ({"staff_no": "9999"}, "form.staff_no", "GET /api/v1/technicians"),
        ({"order_no": "WO-none"}, "form.order_no", "PUT /api/v1/work-orders/{order_no}"),
        ({}, "form.file", "right file"),
    ],
)
def test_what_is_not_taken_in_names_its_field_and_what_to_do(
    program: Programs, cells: dict[str, str], field: str, mend: str
) -> None:
    told = _send(program("qa"), **cells).get_json()
    assert [one["field"] for one in told["errors"]] == [field]
    assert mend in told["detail"]
    assert not CHINESE.search(told["detail"] + told["title"]), told


def test_of_slices_the_details_are_named_where_they_stand(program: Programs) -> None:
    body = {"name": "a.mp3", "size": 9, "details": {"standard_id": "none"}}
    told = program("qa").post("/uploads", json=body).get_json()
    assert [one["field"] for one in told["errors"]] == ["json.details.standard_id"]


def test_a_program_is_told_of_requests_not_of_buttons(program: Programs) -> None:
    one = program("qa")
    assert "POST /api/v1/uploads" in one.get("/uploads/none").get_json()["detail"]
    whole = one.post("/recordings", data=b"x" * 33 * 1024**2, content_type="multipart/form-data")
    assert (whole.status_code, "POST /api/v1/uploads" in whole.get_json()["detail"]) == (413, True)


def test_a_body_that_breaks_off_is_named_by_line_and_column(program: Programs) -> None:
    answer = program("qa").post("/uploads", data=b'{"name":\n  ', content_type="application/json")
    assert answer.get_json()["errors"] == [{"field": "json", "detail": "第 2 行第 3 个字起不是 JSON，请改正。"}]


def test_a_month_is_told_how_it_is_written(program: Programs) -> None:
    told = program("qa").get("/scorecards?month=2026-13", headers=ENGLISH).get_json()
    assert told["errors"] == [{"field": "query.month", "detail": "Write a month as 2026-11."}]
