"""The first page of each role: what concerns him, each number with the list that has as many rows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Login
from tests.web.furnished import Furniture, furnish
from tests.web.html import Node, page
from web.db import Database, now
from web.models import Appeal, Recording, RecordingState, SetAside, SignOff

Cast = dict[str, Any]


@pytest.fixture
def made(app: Flask, db: Database, people: Cast) -> Furniture:
    furniture = furnish(app, people)
    with db.writing() as session:
        session.add(SetAside(step="drop folder", key="a", title="坏文件.mp3", reason="不能读"))
    return furniture


def todos(home: Node) -> dict[str, tuple[int, str]]:
    """Number and address by title."""
    return {
        card.one(class_="home-todo-title").text: (int(card.one(class_="home-todo-number").text), card.get("href") or "")
        for card in home.all("a", class_="home-todo")
    }


def test_the_numbers_of_qa_are_those_of_their_lists(login: Login, made: Furniture) -> None:
    browser = login("qa")
    shown = todos(page(browser.get("/")))
    tabs = {
        title: int(tab.one(class_="tab-count").text)
        for title, tab in (
            (tab.text.split()[0], tab)
            for tab in page(browser.get("/review")).all("a", class_="nav-link")
            if tab.all(class_="tab-count")
        )
    }
    pairs = {
        "归我复核": "我的",
        "待复核": "按风险",
        "抽查待复核": "随机抽查",
        "退回和申诉": "被退回与申诉",
        "二次复核": "二次复核",
    }
    assert {tab: shown[title][0] for title, tab in pairs.items()} == tabs
    assert shown["待复核"][0] > 0
    number, address = shown["申诉待处理"]
    assert number == 1 == len(page(browser.get(address)).all(class_="appeal"))
    number, address = shown["没有处理成功"]
    assert number == len(page(browser.get(address)).all(class_="job-progress")) > 0
    number, address = shown["还没有标准"]
    rows = [body.all("tr") for body in page(browser.get(address)).all("tbody")]
    assert number == sum(map(len, rows)) > 0
    number, address = shown["搁置的文件"]
    assert number == 1
    assert "坏文件.mp3" in browser.get(address).get_data(as_text=True)


def test_what_one_signed_today_stands_on_ones_own_home_only(
    app: Flask, db: Database, login: Login, made: Furniture, people: Cast
) -> None:
    assert page(login("qa").get("/")).one(id="signed").all("a") == []
    with db.writing() as session:
        row = session.get_one(Recording, made.signed)
        session.add(
            SignOff(recording_id=row.id, edition=1, analysis_id=row.analysis_id, user_id=people["qa"].id, score=71.0)
        )
    signed = page(login("qa").get("/")).one(id="signed")
    assert "1 段" in signed.text
    assert [link.get("href") for link in signed.all("a")] == [f"/recordings/{made.signed}"]
    assert page(login("qa2").get("/")).one(id="signed").all("a") == []


def test_a_managers_coaching_lines_open_as_many_recordings_as_they_say(login: Login, made: Furniture) -> None:
    browser = login("manager")
    lines = page(browser.get("/")).all("li", class_="card")
    assert lines, "李 and 王 were judged on different documents: somebody misses more than the other"
    for line in lines:
        link = next(a for a in line.all("a") if "verdict=missed" in (a.get("href") or ""))
        said = re.search(r"\d+", link.text)
        assert said is not None
        listed = page(browser.get(link.get("href") or ""))
        assert len([row for body in listed.all("tbody") for row in body.all("tr")]) == int(said[0])
        hear = line.one("a", class_="btn")
        assert "#clause-" in (hear.get("href") or "")
        assert browser.get(hear.get("href") or "").status_code == 200


def test_a_manager_of_one_team_sees_no_other_team(login: Login, made: Furniture) -> None:
    assert "李师傅" not in login("manager_east").get("/").get_data(as_text=True)


def test_a_technicians_home_is_of_his_own_signed_recordings(db: Database, login: Login, made: Furniture) -> None:
    browser = login("technician")
    home = page(browser.get("/"))
    assert "李师傅" not in home.text
    links = {a.get("href") or "" for a in home.all("a") if re.match(r"/recordings/\d", a.get("href") or "")}
    assert links
    for link in links:
        assert browser.get(link).status_code == 200  # an unsigned one is not there for him
    titles = [heading.text for heading in home.one("main").all("h2")]
    assert "可以改进的一条" in titles
    assert titles[-2:] == ["申诉的答复", "最近的结果"]


def test_the_answer_to_an_appeal_is_on_the_technicians_home(
    db: Database, login: Login, made: Furniture, people: Cast
) -> None:
    with db.writing() as session:
        appeal = session.query(Appeal).one()
        appeal.state, appeal.resolution, appeal.resolved_at = "rejected", "复听过，没有说", now()
    assert "复听过，没有说" in page(login("technician").get("/")).text
    assert "复听过，没有说" not in page(login("technician2").get("/")).text


def test_an_admin_is_told_that_no_worker_runs(login: Login, made: Furniture) -> None:
    state = page(login("admin").get("/")).one(id="state").text
    assert "后台进程没有运行" in state


@pytest.mark.parametrize("who", ["admin", "qa", "manager", "technician"])
def test_the_homes_of_an_empty_site_open(login: Login, who: str) -> None:
    home = page(login(who).get("/"))
    assert ("开始使用" in home.text) == (who in ("admin", "qa"))
    if who == "technician":
        assert "还没有签核的录音" in home.text
    if who == "manager":
        assert "最近四周没有录音" in home.text


def test_the_menu_has_what_a_role_may_open_and_marks_the_page(login: Login, made: Furniture) -> None:
    menu = page(login("qa").get("/recordings/")).one("nav", id="site-menu")
    assert [s.text.split()[0] for s in menu.all("summary")] == ["复核", "成绩", "标准", "资料"]
    assert [a.text.split()[0] for a in menu.all("a", aria_current="page")] == ["录音"]
    admin = page(login("admin").get("/admin/users")).one("nav", id="site-menu")
    assert "管理" in [s.text.split()[0] for s in admin.all("summary")]
    own = {a.get("href") for a in page(login("technician").get("/")).one("nav", id="site-menu").all("a")}
    assert "/scorecards/mine" in own
    assert own.isdisjoint({"/review", "/scorecards/team", "/staff/technicians", "/admin/users"})


def test_recordings_without_a_standard_are_counted_for_who_judges(db: Database, login: Login, made: Furniture) -> None:
    with db.writing() as session:
        session.get_one(Recording, made.waiting).state = RecordingState.CANCELLED
    assert todos(page(login("qa").get("/")))["还没有标准"][0] == 0
