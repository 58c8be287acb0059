"""Hostile requests and documents from fixed seeds; `python -m benchmarks fuzz` sends as many as one likes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks.fuzz.command import known_of
from benchmarks.fuzz.running import fuzz_documents, fuzz_requests
from tests.web.data import analysis
from tests.web.furnished import furnish


def test_no_request_to_any_route_as_any_role_ends_in_an_error_page(app: Flask, people: dict[str, Any]) -> None:
    found = fuzz_requests(app, people, known_of(furnish(app, people)), seed=11, rounds=5)
    assert not found.faults, found.words
    assert found.sent > 2_000
    assert found.answers[200] > 100, "requests must get past the doors"


def test_a_broken_analysis_is_refused_or_shown_on_every_page(
    app: Flask, people: dict[str, Any], tmp_path: Path
) -> None:
    documents = [analysis("visit-03"), analysis("followup-02")]
    found = fuzz_documents(app, people, documents, seed=11, count=60, folder=tmp_path)
    assert not found.faults, found.words
    assert found.answers[201] > 10
    assert found.answers[422] > 10
