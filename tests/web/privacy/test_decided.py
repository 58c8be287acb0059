"""A technician is told what was decided: what people took back appears in nothing that he sees or hears."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.privacy.stage import told
from tests.web.review.stage import decide, panel_for, review_all, sign
from web.db import Database
from web.kit.site import KEY
from web.models import Clip, Recording
from web.summaries import keep
from web.worker import clips, muting

ACCUSED = "跟我们没关系"  # the clause; the machine heard 跟我们有什么关系
HEARD = "我哪儿知道"  # of another clause, which stands


@pytest.fixture
def acquitted(app: Flask, login: Login, db: Database, people: dict[str, Any]) -> int:
    """Signed, after QA took the accusation back."""
    number = told(app, people, note="", original_name="上门.m4a")
    client = login("qa")
    with app.app_context():
        muting.mute_waiting(app.extensions[KEY])
        clips.cut_waiting(app.extensions[KEY])
    for item in ("not-our-concern", "solicit"):
        answer = decide(client, panel_for(app, db, people["qa"], number), item, "set", "met", "是客户自己说的")
        assert answer.status_code == 200
    review_all(client, panel_for(app, db, people["qa"], number))
    assert sign(client, panel_for(app, db, people["qa"], number)).status_code in (200, 302, 303)
    keep.refresh_stale(db)
    return number


def result(browser: Any, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(browser.get(f"/recordings/{number}/transcript.json").data)
    return found


def test_the_analysis_file_has_the_decided_verdicts_and_their_score(login: Login, db: Database, acquitted: int) -> None:
    raw, told_him = result(login("qa"), acquitted), result(login("technician"), acquitted)
    before, after = ({i["id"]: i for i in document["items"]} for document in (raw, told_him))
    assert before["solicit"]["verdict"] == "missed"
    assert before["solicit"]["hits"]
    assert after["solicit"]["verdict"] == "met"
    assert (after["solicit"]["hits"], after["solicit"]["nearest"], after["solicit"]["reason"]) == ([], None, "")
    assert after["do-not-know"]["verdict"] == "missed"
    assert HEARD in after["do-not-know"]["hits"][0]["quote"]
    with db.reading() as session:
        assert told_him["score"]["value"] == session.get_one(Recording, acquitted).score
    assert told_him["score"]["value"] != raw["score"]["value"]


def test_the_page_tells_him_neither_the_machines_verdict_nor_its_score_nor_its_words(
    login: Login, acquitted: int
) -> None:
    his, hers = (login(who).get(f"/recordings/{acquitted}").get_data(as_text=True) for who in ("technician", "qa"))
    clause = his.split('id="clause-solicit"')[1].split('id="clause-')[0]
    assert "我来一根" not in clause
    assert "机器" not in clause
    assert "说了" not in clause
    assert 'data-machine=""' in clause
    assert "机器得分" in hers
    assert "机器得分" not in his
    marks = [
        m
        for m in page(login("technician").get(f"/recordings/{acquitted}")).all("li")
        if "solicit" in str(m.get("data-item"))
    ]
    assert marks
    assert "overruled" not in his
    assert "overruled" in hers


def test_a_clip_to_work_on_of_a_clause_that_is_met_after_all_is_not_his_to_see_or_hear(
    login: Login, db: Database, acquitted: int
) -> None:
    with db.reading() as session:
        clip = session.scalars(select(Clip)).one()
    assert (clip.item_id, clip.good) == ("not-our-concern", False)
    assert login("technician").get(f"/scorecards/clips/{clip.id}/audio").status_code == 404
    hers = page(login("manager").get(f"/scorecards/technicians/{clip.technician_id}")).one("section", id="clips")
    assert "可以改进的" in hers.text
    his = page(login("technician").get("/scorecards/mine")).one("section", id="clips")
    assert "可以改进的" not in his.text
    assert login("qa").get(f"/scorecards/clips/{clip.id}/audio", buffered=True).status_code == 200
    assert ACCUSED in login("qa").get(f"/recordings/{acquitted}").get_data(as_text=True)


def test_the_list_shows_him_no_score_of_the_machine(login: Login, acquitted: int) -> None:
    assert "机器 " not in login("technician").get("/recordings/").get_data(as_text=True)
    assert "机器 " in login("qa").get("/recordings/").get_data(as_text=True)
