"""Technicians and work orders: forms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.staff.files import technicians
from web.db import Database
from web.models import WorkOrder


def test_forms_make_and_change_people_and_orders(login: Login, db: Database, people: dict[str, Any]) -> None:
    qa = login("qa")
    qa.post("/staff/technicians/new", data={"staff_no": "3001", "name": "孙师傅", "team": "北区", "active": "1"})
    made = technicians(db)["3001"]
    assert made.active
    qa.post(f"/staff/technicians/{made.id}", data={"name": "孙师傅", "team": "东区"})
    assert not technicians(db)["3001"].active
    assert "请填写" in page(qa.post("/staff/technicians/new", data={"staff_no": "3002"}), 422).text
    qa.post(
        "/staff/orders/new",
        data={"order_no": "A-1", "staff_no": "3001", "appointment_at": "2026-11-24T09:00", "late": "否"},
    )
    with db.reading() as session:
        order = session.scalars(select(WorkOrder)).one()
    assert (order.technician_id, order.facts) == (made.id, {"late": False})
    shown = page(qa.get(f"/staff/orders/{order.id}"))
    assert shown.one("input", id="appointment_at").get("value") == "2026-11-24T09:00"
    assert "A-1" in page(qa.get("/staff/orders")).text
    assert "没有找到" in page(qa.get("/staff/orders?q=zzz")).text
    assert "孙师傅" in page(qa.get("/staff/technicians?team=东区")).text


def test_an_empty_site_says_what_to_do(login: Login) -> None:
    assert "还没有工单" in page(login("qa").get("/staff/orders")).text


def test_adding_somebody_whom_there_is_changes_nobody(login: Login, db: Database) -> None:
    qa = login("qa")
    shown = page(qa.post("/staff/technicians/new", data={"staff_no": "１００１", "name": "王老五", "team": ""}), 422)
    assert "已有工号为“1001”的人员" in shown.text
    assert technicians(db)["1001"].name == "王师傅"
    qa.post("/staff/orders/new", data={"order_no": "A-1", "job_kind": "水管"})
    assert "已有编号为“A-1”的工单" in page(qa.post("/staff/orders/new", data={"order_no": "A-1"}), 422).text
    with db.reading() as session:
        assert session.scalars(select(WorkOrder)).one().job_kind == "水管"


def test_a_new_person_who_looks_like_a_known_one_is_told_and_lost_zeros_are_refused(login: Login) -> None:
    qa = login("qa")
    told = page(
        qa.post("/staff/technicians/new", data={"staff_no": "2001", "name": "王师傅"}, follow_redirects=True)
    ).text
    assert "已有同名的人员：1001 王师傅" in told
    refused = page(qa.post("/staff/technicians/new", data={"staff_no": "01001", "name": "王师傅"}), 422).text
    assert "只差前面的 0" in refused


def test_a_search_takes_per_cent_and_underscore_as_they_are_written(login: Login) -> None:
    qa = login("qa")
    qa.post("/staff/technicians/new", data={"staff_no": "A_1", "name": "孙师傅"})
    assert "还没有人员" in page(qa.get("/staff/technicians?q=%25")).text
    shown = page(qa.get("/staff/technicians?q=_")).text
    assert "孙师傅" in shown
    assert "王师傅" not in shown
    qa.post("/staff/orders/new", data={"order_no": "A-1", "address_note": "3 栋"})
    for text in ("%25", "_", "A_1", "\\"):
        assert "没有找到" in page(qa.get(f"/staff/orders?q={text}")).text
