"""The OpenAPI document is true: schemathesis asks every operation with right and with wrong values, and holds the answers to it."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.api.conftest import Programs
from tests.web.furnished import furnish
from web.api.scopes import NEEDS, SCOPES
from web.config import WebSettings
from web.kit.access import TABLE

DOCUMENT = "/api/v1/openapi.json"
EXAMPLES = 12  # of each operation and kind; `python -m benchmarks fuzz` sends as many as one likes
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KNOWN = {"recording_id": 1, "standard_id": "property-visit", "item_id": "greeting", "order_no": "WO-1"}


@pytest.fixture
def web_settings(database_url: str) -> WebSettings:
    return WebSettings(database_url=database_url, api_per_minute=100_000)


def test_it_is_31_and_names_every_operation_with_its_scope_and_its_errors(client: FlaskClient) -> None:
    told = client.get(DOCUMENT).get_json()
    assert told["openapi"] == "3.1.0"
    operations = {
        o["operationId"]: o for methods in told["paths"].values() for o in methods.values() if "responses" in o
    }
    assert {f"api.{name}" for name in operations} == {name for name in TABLE if name.startswith("api.")}
    for name, operation in operations.items():
        assert operation["summary"], name
        scope = NEEDS.get(f"api.{name}")
        assert not scope or f"`{scope}`" in operation["description"], name
        assert {"401", "403", "404", "422", "429", "503"} <= set(operation["responses"]), name
    assert all(scope in told["info"]["description"] for scope in SCOPES)
    posts = {
        name
        for name, o in operations.items()
        if any(p.get("name") == "Idempotency-Key" for p in o.get("parameters", ()))
    }
    assert posts == {
        *("decide", "add_recording", "begin_upload", "finish_upload", "put_orders"),
        *("file_appeal", "answer_appeal", "decide_appeal", "accept_answer", "contest_answer"),
    }


# schemathesis leaves an answer that is a file open (a recording's sound); a server closes it
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_what_it_says_is_what_the_site_does(
    app: Flask, people: dict[str, Any], program: Programs, mode: GenerationMode
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    furnish(app, people)
    headers = {"Authorization": f"Bearer {program('admin').secret}"}
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, app)
    wrong: list[str] = []
    asked: dict[str, set[int]] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        strategy = operation.as_strategy(generation_mode=mode)

        @settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=strategy, known=st.booleans())
        def ask(case: Any, known: bool) -> None:
            if known and mode is GenerationMode.POSITIVE:
                case.path_parameters |= {name: value for name, value in KNOWN.items() if name in case.path_parameters}
            answer = case.call(headers=headers)
            asked.setdefault(case.operation.label, set()).add(answer.status_code)
            try:
                case.validate_response(
                    answer, checks=[*CHECKS, *([negative_data_rejection] if mode is GenerationMode.NEGATIVE else [])]
                )
            except Exception as error:
                wrong.append(f"{case.operation.label}: {error}")

        ask()
    assert wrong == [], "\n".join(wrong[:3])
    good = {label for label, statuses in asked.items() if statuses & {200, 201, 204}}
    if mode is GenerationMode.POSITIVE:
        assert len(good) >= 12, asked
    else:
        assert any(422 in statuses for statuses in asked.values()), asked
