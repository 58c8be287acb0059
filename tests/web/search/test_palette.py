"""⌘K: people, orders and recordings by what they are called; nothing that the asker could not open."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.models import Recording, Technician


@pytest.fixture
def made(db: Database, people: dict[str, Any]) -> dict[str, int]:
    with db.writing() as session:
        order = cast.order(session, people["wang"], "WO-20261123-01")
        other = cast.order(session, people["li"], "WO-20261123-02")
        rows = {
            "wang": cast.recording(session, people["wang"], "上门_13812345678_王.m4a", work_order_id=order.id),
            "li": cast.recording(session, people["li"], "回访_李.m4a", work_order_id=other.id),
            "gone": cast.recording(session, people["wang"], "上门_删了.m4a", deleted_at=cast.MONDAY),
        }
        for row in rows.values():
            cast.sign(session, row)
        return {**{name: row.id for name, row in rows.items()}, "order": order.id, "other": other.id}


def found(browser: FlaskClient, words: str) -> dict[str, list[tuple[str, str]]]:
    """Title and address of the entries, by group."""
    answer = browser.get("/palette", query_string={"q": words})
    assert answer.status_code == 200
    return {g["name"]: [(e["title"], e["url"]) for e in g["entries"]] for g in answer.json["groups"]}  # type: ignore[index]


def test_people_orders_and_recordings_are_found_by_name_and_number(
    login: Login, people: dict[str, Any], made: dict[str, int]
) -> None:
    qa = login("qa")
    wang, order = f"/scorecards/technicians/{people['wang'].id}", f"/staff/orders/{made['order']}"
    assert found(qa, "王师") == {"人员": [("王师傅", wang)]}
    assert found(qa, "1001") == {"人员": [("王师傅", wang)]}
    recording = (f"#{made['wang']} 上门_13812345678_王.m4a", f"/recordings/{made['wang']}")
    assert found(qa, "wo-20261123-01") == {"工单": [("WO-20261123-01", order)], "录音": [recording]}
    assert found(qa, "上门_")["录音"] == [recording]
    assert recording in found(qa, f"#{made['wang']}")["录音"]
    assert found(qa, "删了") == {}
    assert found(qa, "") == found(qa, "  ") == found(qa, "%") == {}


def test_nobody_finds_what_he_could_not_open(login: Login, made: dict[str, int]) -> None:
    east = found(login("manager_east"), "WO-20261123")
    assert east["工单"] == [("WO-20261123-01", f"/recordings/?order={made['order']}")]
    assert [url for _, url in east["录音"]] == [f"/recordings/{made['wang']}"]
    assert "人员" not in found(login("manager_east"), "李师傅")
    own = found(login("technician"), "WO-20261123")
    assert own["工单"] == [("WO-20261123-01", f"/recordings/?order={made['order']}")]
    assert [url for _, url in own["录音"]] == [f"/recordings/{made['wang']}"]
    assert found(login("technician"), "师傅") == {}
    assert found(login("technician"), f"#{made['li']}") == {}
    for who in ("qa", "manager", "manager_east", "technician"):
        browser = login(who)
        for entries in found(browser, "WO-20261123").values():
            for _, url in entries:
                assert browser.get(url).status_code == 200, (who, url)


@pytest.mark.parametrize("words", ["13812345678", "1381234", "5678"])
def test_a_number_in_a_files_name_is_no_answer_for_those_who_read_it_masked(
    login: Login, made: dict[str, int], words: str
) -> None:
    assert "录音" in found(login("qa"), words)
    for who in ("manager", "technician"):
        assert "录音" not in found(login(who), words)
    assert "＊" in found(login("manager"), "上门_")["录音"][0][0]


def test_it_gives_a_few_of_each_with_few_questions(db: Database, login: Login, people: dict[str, Any]) -> None:
    with db.writing() as session:
        session.add_all(Technician(staff_no=f"77{n}", name=f"赵{n}", team_id=people["east"].id) for n in range(9))
        for n in range(9):
            order = cast.order(session, people["wang"], f"赵-{n}")
            cast.recording(session, people["wang"], f"赵{n}.m4a", work_order_id=order.id)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *values: asked.append(values[2]))
    assert {name: len(entries) for name, entries in found(login("qa"), "赵").items()} == {
        "人员": 5,
        "工单": 5,
        "录音": 5,
    }
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 5


def test_every_page_has_its_button_and_its_dialog(login: Login, client: FlaskClient, db: Database) -> None:
    with db.reading() as session:
        assert session.query(Recording).count() == 0  # an empty site has them too
    for who in ("admin", "qa", "manager", "technician"):
        shown = page(login(who).get("/recordings/"))
        assert shown.one("a", data_palette_open="").get("href") == "/search"
        assert shown.one("dialog", id="palette").one("input").get("role") == "combobox"
    assert page(client.get("/login")).all("dialog", id="palette") == []
    assert client.get("/palette?q=x", headers={"HX-Request": "true"}).status_code == 401
