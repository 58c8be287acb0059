"""A whole Analysis from outside is stored as ours would have been written, or refused with the place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from web.db import Database
from web.intake.analysis import TranscriptError, analysed
from web.intake.whole import whole
from web.models import AnalysisDocument, Recording

Document = dict[str, Any]


def changed(change: Callable[[Document], object]) -> Document:
    made = analysis("visit-03")
    change(made)
    return made


def test_what_our_analyzer_wrote_passes_unchanged() -> None:
    for name in ("visit-03", "followup-02"):
        once = whole(analysis(name), "a.json")
        assert whole(once, "a.json") == once
        assert analysed(once, "a.json") == analysed(analysis(name), "a.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["items"].append(d["items"][0]), "出现了 2 次"),
        (lambda d: d["items"][0].update(id="a/b"), "items[0].id"),
        (lambda d: d["items"][0].update(id=""), "items[0].id"),
        (lambda d: d["items"][0].update(id="x" * 65), "items[0].id"),
        (lambda d: d["items"][0].update(verdict="met", credit=None), "credit"),
        (lambda d: d["items"][0].update(verdict=None, credit=0.5), "credit"),
        (lambda d: d["standard"].update(version="x" * 99), "standard.version"),
        (lambda d: d.update(duration_s=1e8), "24 小时"),
        (lambda d: d.update(items=d["items"] * 40), "items 有"),
        (lambda d: d["items"][0].update(weight=float("nan")), "items[0].weight"),
        (lambda d: d["transcript"][0].update(text=3), "transcript[0].text"),
    ],
)
def test_what_a_page_could_not_show_is_refused_with_the_place(change: Callable[[Document], object], told: str) -> None:
    with pytest.raises(TranscriptError) as refused:
        whole(changed(change), "a.json")
    assert told in refused.value.message + refused.value.advice


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"transcript": ' + b"[" * 100 + b"]" * 100 + b"}",
        json.dumps(changed(lambda d: d["transcript"][0].update(text="\ud800\0嗯"))).encode(),
        json.dumps(changed(lambda d: d.update(standard={"id": ["x"]}))).encode(),
        json.dumps(changed(lambda d: d.update(extra=["\ud800"] * 3))).encode(),
        b"9" * 5000,
        b"\xff\xfe\x00",
    ],
)
def test_the_command_answers_in_words_whatever_stands_in_the_file(app: Flask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    done = app.test_cli_runner().invoke(args=["import", str(tmp_path / "a.json"), "--standard", "property-visit"])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "程序出错" not in done.output


def test_a_stored_analysis_that_cannot_be_read_is_told_on_its_page(
    app: Flask, db: Database, people: dict[str, Any], login: Login
) -> None:
    with db.writing() as session:
        row = cast.judged(session, people["wang"], analysis("visit-03"))
    with db.writing() as session:
        session.scalars(select(AnalysisDocument)).one().body = {"transcript": 3}
    app.config["PROPAGATE_EXCEPTIONS"] = True
    answer = login("qa").get(f"/recordings/{row.id}")
    assert answer.status_code == 409
    assert "没有列表 items" in answer.text
    with db.reading() as session:
        assert session.get(Recording, row.id) is not None
