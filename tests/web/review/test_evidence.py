"""Words that are not the standard's own say how they were found."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from web.db import Database
from web.intake import rows
from web.models import Technician

MEANT = {"by": "meaning", "similarity": 0.9, "note": ""}


def shown(app: Flask, db: Database, login: Login, item_id: str, **changed: Any) -> str:
    """The clause on the recording's page, after its result has been changed."""
    document = analysis("visit-03")
    item = next(i for i in document["items"] if i["id"] == item_id)
    hit = {"start_s": 3.0, "end_s": 4.0, "role": "technician", "quote": "您过过手", "phrase": "请客户试", **MEANT}
    item.update({name: value(hit) if callable(value) else value for name, value in changed.items()})
    with app.app_context(), db.writing() as session:
        technician = session.scalars(select(Technician)).first()
        row = cast.recording(session, technician)
        rows.record_analysis(session, row.id, document, "heard")
    page = login("qa").get(f"/recordings/{row.id}").get_data(as_text=True)
    return page.split(f'id="clause-{item_id}"')[1].split('id="clause-')[0]


@pytest.mark.parametrize(
    ("item_id", "words", "result"),
    [
        (
            "demonstrate",
            "意思相同",
            {"verdict": "met", "credit": 1.0, "hits": lambda h: [{**h, "suspicion": False}], "nearest": None},
        ),
        (
            "demonstrate",
            "可能换了说法",
            {
                "verdict": "cannot_judge",
                "credit": None,
                "reason": "",
                "hits": [],
                "nearest": lambda h: {**h, "suspicion": True},
            },
        ),
        (
            "do-not-know",
            "不是原话，只是意思像",
            {"verdict": "cannot_judge", "credit": None, "reason": "", "hits": lambda h: [{**h, "suspicion": True}]},
        ),
    ],
)
def test_evidence_by_meaning_says_so(
    app: Flask, db: Database, people: object, login: Login, item_id: str, words: str, result: dict[str, Any]
) -> None:
    clause = shown(app, db, login, item_id, **result)
    assert words in clause
    assert "您过过手" in clause
    assert "最接近" not in clause


def test_what_is_alike_in_words_is_still_what_comes_nearest(
    app: Flask, db: Database, people: object, login: Login
) -> None:
    clause = shown(
        app,
        db,
        login,
        "demonstrate",
        verdict="missed",
        credit=0.0,
        hits=[],
        nearest=lambda h: {**h, "by": "words", "suspicion": False},
    )
    assert "最接近" in clause
    assert "可能换了说法" not in clause


@pytest.mark.parametrize(
    ("result", "called"),
    [({"verdict": "cannot_judge", "credit": None}, "请听这里"), ({"verdict": "missed", "credit": 0.0}, "最接近")],
)
def test_the_very_words_of_which_only_the_time_is_in_doubt_are_not_called_the_nearest(
    app: Flask, db: Database, people: object, login: Login, result: dict[str, Any], called: str
) -> None:
    def near(h: dict[str, Any]) -> dict[str, Any]:
        return {**h, "by": "words", "similarity": 1.0, "suspicion": False}

    clause = shown(app, db, login, "demonstrate", reason="", hits=[], nearest=near, **result)
    assert [word for word in ("请听这里", "最接近") if word in clause] == [called]
