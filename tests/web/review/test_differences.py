"""Behind each figure of the page of agreement: as many decisions as it says, each with its words to hear."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from tests.web.conftest import Login
from tests.web.html import Node, page
from tests.web.review.stage import decide, judge, panel_for
from web.db import Database
from web.models import PrivateWords, Recording
from web.summaries import confirmed, rules

Cast = dict[str, Any]
STANDARD = "/standards/property-followup"


@pytest.fixture
def differing(app: Flask, db: Database, people: Cast, login: Login) -> tuple[int, int]:
    """Two recordings of the sample of 王师傅 and one beside it: two of five sampled decisions differ from the machine."""
    client, numbers = login("qa"), []
    for sampled in (True, True, False):
        number = judge(app, db, "followup-02", sampled=sampled, stored_key="")
        numbers.append(number)
        decide(client, panel_for(app, db, people["qa"], number), "greeting")
    for number in (numbers[0], numbers[2]):
        decide(client, panel_for(app, db, people["qa"], number), "farewell", "set", "met", "听到了再见")
    decide(client, panel_for(app, db, people["qa"], numbers[1]), "ask-usage", "set", "missed", "没有问")
    return numbers[0], numbers[1]


def figures(shown: Node) -> dict[str, Node]:
    """The links of the first table by what their addresses ask for: clause and way."""
    found = {}
    for link in shown.all("tbody")[0].all("a"):
        asked = parse_qs(urlsplit(link.get("href") or "").query)
        found[" ".join([asked.get("item", ["all"])[0], asked.get("way", ["any"])[0]])] = link
    return found


@pytest.mark.parametrize("who", ["qa", "manager"])
@pytest.mark.parametrize("of", ["sample", "all"])
def test_every_figure_opens_as_many_decisions_as_it_says(
    login: Login, differing: tuple[int, int], who: str, of: str
) -> None:
    client = login(who)
    links = figures(page(client.get(f"/review/agreement?of={of}")))
    extra = 1 if of == "all" else 0
    assert {name: link.text for name, link in links.items()} == {
        "all accused": f"{1 + extra}",
        "all let_off": "1",
        "all any": f"{2 + extra}",
        "farewell accused": f"{1 + extra}",
        "farewell any": f"{1 + extra}",
        "ask-usage let_off": "1",
        "ask-usage any": "1",
    }
    for name, link in links.items():
        shown = page(client.get(link.get("href") or ""))
        assert len(shown.one("ol", class_="differences").all("li")) == int(link.text), name
        assert f"共 {link.text} 条" in shown.text


def test_a_difference_tells_both_verdicts_the_reason_and_opens_the_clause(
    login: Login, differing: tuple[int, int]
) -> None:
    shown = page(login("qa").get("/review/differences?item=farewell&standard=property-followup"))
    (line,) = shown.one("ol", class_="differences").all("li")
    assert [chip.text for chip in line.all("span", class_="chip")] == ["未达标", "达标"]
    assert "听到了再见" in line.text
    assert "小陈 复核" in line.text
    assert line.one("a").get("href") == f"/recordings/{differing[0]}#clause-farewell"
    assert "只有文字，没有录音" in line.text


def test_its_words_are_played_where_they_can_be_heard_and_private_ones_wait(
    login: Login, db: Database, differing: tuple[int, int]
) -> None:
    address = "/review/differences?way=let_off"
    with db.writing() as session:
        session.get_one(Recording, differing[1]).stored_key = "ab/cd/ef"
    line = page(login("qa").get(address)).one("ol", class_="differences").one("li")
    play = line.one("a", class_="evidence")
    assert urlsplit(play.get("href") or "").fragment == "clause-ask-usage"
    assert float(parse_qs(urlsplit(play.get("href") or "").query)["t"][0]) > 0
    line = page(login("manager").get(address)).one("ol", class_="differences").one("li")
    assert line.all("a", class_="evidence") == []
    assert "声音里的个人信息还没有处理好" in line.text
    with db.writing() as session:
        session.get_one(PrivateWords, differing[1]).state = "ready"
    line = page(login("manager").get(address)).one("ol", class_="differences").one("li")
    assert len(line.all("a", class_="evidence")) == 1


def test_a_manager_sees_differences_of_his_team_and_a_technician_none(
    app: Flask, db: Database, login: Login, differing: tuple[int, int]
) -> None:
    judge(app, db, "followup-02", "1002", sampled=True)
    assert "共 2 条" in page(login("manager_east").get("/review/differences")).text
    assert login("technician").get("/review/differences").status_code == 403


def test_how_often_the_machine_was_confirmed_stands_at_the_clause_once_there_is_enough(
    app: Flask, db: Database, login: Login, people: Cast, differing: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(who: str) -> str:
        return page(login(who).get(f"/recordings/{differing[0]}")).one("li", id="clause-farewell").text

    confirmed.keep(db)
    assert "被确认" not in told("qa")  # one decision says nothing
    monkeypatch.setattr(confirmed, "LEAST", 1)
    assert "机判 0/1 被确认" in told("qa")
    assert "机判 0/1 被确认" in told("manager")
    number = judge(app, db, "followup-02", sampled=True)
    decide(login("qa"), panel_for(app, db, people["qa"], number), "farewell")
    assert "机判 0/1 被确认" in told("qa")  # until the worker counts again
    confirmed.keep(db)
    assert "机判 1/2 被确认" in told("qa")
    rules.keep(db)
    figures = page(login("manager").get(f"{STANDARD}?period=2026-11")).one("li", id="clause-farewell")
    assert "抽查复核 2" in figures.text  # the standard's page tells it with its interval
    assert "一致 50%" in figures.text
    with app.app_context(), db.reading() as session:
        assert confirmed.confirmed(session)["property-followup", "farewell"] == confirmed.Confirmed(1, 2)
