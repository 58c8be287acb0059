"""Signing what is green of a selection: counted first, the others named with why, one by one, without any decision noted."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import Node, page
from tests.web.review.stage import judge, panel_for
from web.db import Database
from web.intake import rows
from web.models import Decision, Recording, ReviewState, SignOff, Technician
from web.review.sign_many import blemish

Cast = dict[str, Any]


def green(app: Flask, db: Database, **changed: str) -> int:
    """A recording whose every clause the machine found met; `changed`: verdicts of some clauses."""
    document = analysis("followup-02")
    document["items"] = [item for item in document["items"] if item["how"] == "rule"]
    for item in document["items"]:
        item["verdict"], item["credit"], item["nearest"] = "met", 1.0, None
        item["hits"] = [] if item["kind"] == "forbidden" else item["hits"]
        word = changed.get(item["id"].replace("-", "_"))
        if word == "partly":
            item["credit"] = 0.5
        elif word:
            item["verdict"], item["credit"] = word, 0.0 if word == "missed" else None
    with app.app_context(), db.writing() as session:
        technician = session.scalars(select(Technician).where(Technician.staff_no == "1001")).one()
        number = len(session.scalars(select(Recording.id)).all())
        row = cast.recording(session, technician, f"绿{number}.m4a", standard_id="property-followup")
        rows.record_analysis(session, row.id, document, "heard")
        return row.id


def look(client: FlaskClient, *numbers: int, path: str = "/review/hand") -> Node:
    name = "act" if path == "/review/hand" else "action"
    return page(client.post(path, data={name: "sign", "id": list(numbers)}))


def confirm(client: FlaskClient, shown: Node) -> Node:
    form = shown.one("form", action="/review/sign-many?queue=risk")
    data = {"seen": [i.get("value") for i in form.all("input", name="seen")], "list": "review.work_list"}
    return page(client.post("/review/sign-many?queue=risk", data=data, follow_redirects=True))


def signed(db: Database) -> list[int]:
    with db.reading() as session:
        wanted = select(Recording.id).where(Recording.review_state == ReviewState.SIGNED)
        return list(session.scalars(wanted.order_by(Recording.id)))


def test_the_green_are_counted_signed_and_audited_the_others_named(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    first, second = green(app, db), green(app, db)
    missed, bad = green(app, db, farewell="missed"), judge(app, db)
    client = login("qa")
    shown = look(client, first, second, missed, bad)
    assert "可以签核 2 段" in shown.text and "这 2 段要逐段复核" in shown.text
    whys = shown.one("section", aria_labelledby="refused").all("li")
    assert len(whys) == 2 and all("王师傅" in why.text for why in whys)
    assert any("未达标 1 条" in why.text or "条要先复核" in why.text for why in whys)
    assert signed(db) == []  # it asks first
    assert "已签核 2 段" in confirm(client, shown).text
    assert signed(db) == [first, second]
    with db.reading() as session:
        editions = session.scalars(select(SignOff)).all()
        assert {(e.user_id, e.note) for e in editions} == {(people["qa"].id, "批量签核")}
        assert session.scalars(select(Decision)).all() == []  # nobody has judged a clause


@pytest.mark.parametrize("word", ["missed", "cannot_judge", "partly"])
def test_what_is_not_wholly_green_is_not_signed(
    app: Flask, db: Database, people: Cast, login: Login, word: str
) -> None:
    number = green(app, db, farewell=word)
    assert blemish(panel_for(app, db, people["qa"], number))
    shown = look(login("qa"), number)
    assert "没有可以批量签核的录音" in shown.text
    login("qa").post("/review/sign-many", data={"seen": [f"{number}-0"]})  # a form that was made by hand
    assert signed(db) == []


def test_one_that_fails_does_not_stop_the_others(app: Flask, db: Database, login: Login) -> None:
    first, second, third = (green(app, db) for _ in range(3))
    client = login("qa")
    shown = look(client, first, second, third)
    with db.writing() as session:
        session.get_one(Recording, second).revision += 1  # somebody changed it meanwhile
    told = confirm(client, shown).text
    assert "已签核 2 段" in told and "1 段在您确认之前有了变化" in told
    assert signed(db) == [first, third]


def test_a_colleagues_and_a_signed_one_are_left_alone(app: Flask, db: Database, people: Cast, login: Login) -> None:
    his, done = green(app, db), green(app, db)
    login("qa2").post("/review/hand", data={"act": "take", "id": [his]})
    confirm(login("qa"), look(login("qa"), done))
    whys = [li.text for li in look(login("qa"), his, done).one("section", aria_labelledby="refused").all("li")]
    assert "在别人名下" in whys[0] and "已经签核" in whys[1]


def test_the_list_of_recordings_offers_it_too_and_comes_back_there(app: Flask, db: Database, login: Login) -> None:
    number, client = green(app, db), login("qa")
    shown = page(client.post("/recordings/bulk?flag=sampled", data={"action": "sign", "id": [number]}))
    form = next(f for f in shown.all("form") if "sign-many" in (f.get("action") or ""))
    data = {i.get("name"): i.get("value") for i in form.all("input")}
    answer = client.post(form.get("action") or "", data=data)
    assert answer.headers["Location"] == "/recordings/?flag=sampled"
    assert signed(db) == [number]
