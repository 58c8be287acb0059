"""▶ where it stands: what can be heard from a page without leaving it, and what is said where nothing can."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.furnished import Furniture, furnish
from tests.web.html import Node, page
from web.db import Database
from web.models import Recording, Verdict


@pytest.fixture
def made(app: Flask, people: dict[str, Any]) -> Furniture:
    return furnish(app, people)


def heard(client: FlaskClient, address: str) -> list[Node]:
    return page(client.get(address)).one("main").all("button", aria_pressed="false")


@pytest.mark.parametrize(
    "address",
    [
        "/scorecards/technicians/{0.technician}",
        "/scorecards/digest",
        "/scorecards/words/said?word=热水器",
        "/recordings/?item=not-our-concern&verdict=missed",
        "/recordings/?flag=forbidden",
        "/appeals",
    ],
)
def test_the_words_of_a_page_are_heard_on_it(login: Login, db: Database, made: Furniture, address: str) -> None:
    if address == "/appeals":
        _contested_words(db, made)
    buttons = heard(login("qa"), address.format(made))
    assert buttons
    for button in buttons:
        assert (button.get("data-hear") or "").startswith("/recordings/")
        assert float(button.get("data-start") or "x") >= 0.0
        assert (button.get("aria-label") or "").startswith("播放 ")
        assert button.text in (button.get("aria-label") or "")  # what is read aloud holds what is seen


def _contested_words(db: Database, made: Furniture) -> None:
    """The appeal is about words that can be heard."""
    with db.writing() as session:
        verdict = session.scalars(
            select(Verdict).where(Verdict.recording_id == made.signed, Verdict.item_id == "greeting")
        ).one()
        verdict.evidence = [{"start_s": 2.0, "end_s": 3.0, "quote": "您好", "role": "technician"}]


def test_without_sound_a_page_says_so_and_shows_no_button(login: Login, db: Database, made: Furniture) -> None:
    address = f"/scorecards/technicians/{made.technician}"
    assert heard(login("manager"), address) == []  # nobody has looked yet which of its words are private
    assert "声音里的个人信息还没有处理好" in page(login("manager").get(address)).text
    with db.writing() as session:
        for row in session.scalars(select(Recording)):
            row.stored_key = ""
    assert heard(login("qa"), address) == []
    assert "没有声音：只有文字，没有录音" in page(login("qa").get(address)).text


def test_a_list_of_a_clause_opens_at_the_clause(login: Login, made: Furniture) -> None:
    found = page(login("qa").get("/recordings/?item=greeting&verdict=missed&standard=property-visit"))
    links = [cell.one("a").get("href") or "" for cell in found.all("td", class_="name")]
    assert links
    for link in links:
        address, _, place = link.partition("#")
        assert place == "clause-greeting"
        assert "item=greeting" in address  # the list that it belongs to: the next one is of the same
    assert login("qa").get(links[0]).status_code == 200


def test_a_technician_is_not_played_what_he_did_not_say_after_all(login: Login, db: Database, made: Furniture) -> None:
    with db.writing() as session:
        for verdict in session.scalars(select(Verdict).where(Verdict.item_id == "not-our-concern")):
            verdict.human = verdict.final = "met"
    own = page(login("technician").get("/recordings/?item=not-our-concern&verdict=met"))
    assert own.all("td", class_="name")
    assert not own.all("button", aria_pressed="false")
    assert heard(login("qa"), "/recordings/?item=not-our-concern&verdict=met")
