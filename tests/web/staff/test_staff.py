"""Technicians and work orders: forms and CSV files."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.models import Team, Technician, WorkOrder


def upload(login: Login, what: str, content: bytes) -> Any:
    return login("qa").post(f"/staff/{what}/import", data={"file": (io.BytesIO(content), "表.csv")})


def technicians(db: Database) -> dict[str, Technician]:
    with db.reading() as session:
        return {t.staff_no: t for t in session.scalars(select(Technician))}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_file_from_excel_is_understood(login: Login, db: Database, encoding: str, delimiter: str) -> None:
    lines = ["工号,姓名,班组,在职,备注", "2001,赵师傅,南区,是,x", "", "2002,钱师傅,,否,y"]
    content = "\r\n".join(lines).replace(",", delimiter).encode(encoding)
    assert "新增或更新 2 行" in page(upload(login, "technicians", content)).text
    found = technicians(db)
    assert (found["2001"].name, found["2001"].active, found["2002"].active) == ("赵师傅", True, False)
    with db.reading() as session:
        assert session.scalar(select(Team.name).where(Team.id == found["2001"].team_id)) == "南区"


def test_good_rows_are_taken_and_bad_ones_told_by_row(login: Login, db: Database) -> None:
    content = "工号,姓名,在职\n2001,赵师傅,是\n,钱师傅,是\n2003,,是\n2004,李师傅,也许\n2001,赵师傅,是\n".encode()
    shown = page(upload(login, "technicians", content))
    assert "新增或更新 1 行" in shown.text
    rows = [[cell.text for cell in row.all("td")] for row in shown.one("tbody").all("tr")]
    assert [row[0] for row in rows] == ["3", "4", "5", "6"]
    assert "“也许”看不懂" in rows[2][2]
    assert set(technicians(db)) == {"1001", "1002", "2001"}


def test_the_same_file_twice_changes_nothing(login: Login) -> None:
    content = "工号,姓名,班组\n2001,赵师傅,南区\n".encode()
    upload(login, "technicians", content)
    assert "新增或更新 0 行，无变化 1 行" in page(upload(login, "technicians", content)).text


def test_columns_that_a_file_does_not_have_change_nothing(login: Login, db: Database) -> None:
    upload(login, "technicians", "工号,姓名,班组,在职,同意作示范\n2001,赵师傅,南区,否,是\n".encode())
    before = technicians(db)["2001"]
    upload(login, "technicians", "工号,姓名\n2001,赵国强\n".encode())
    after = technicians(db)["2001"]
    assert (after.name, after.team_id, after.active, after.example_consent) == ("赵国强", before.team_id, False, True)
    upload(login, "orders", "工单号,工号,类型,迟到\nWO-1,1001,水管,是\n".encode())
    upload(login, "orders", "工单号,地址,收费\nWO-1,3 栋,否\n".encode())
    with db.reading() as session:
        order = session.scalars(select(WorkOrder)).one()
    assert (order.job_kind, order.address_note, order.technician_id) == ("水管", "3 栋", technicians(db)["1001"].id)
    assert order.facts == {"late": True, "charged": False}


@pytest.mark.parametrize(
    ("row", "told"),
    [("12,赵师傅", "和已有的“0012 赵师傅”只差前面的 0"), ("００１２,赵师傅", "新增或更新 0 行，无变化 1 行")],
)
def test_a_number_that_a_spreadsheet_changed_makes_no_second_person(
    login: Login, db: Database, row: str, told: str
) -> None:
    upload(login, "technicians", "工号,姓名\n0012,赵师傅\n".encode())
    assert told in page(upload(login, "technicians", f"工号,姓名\n{row}\n".encode())).text
    assert set(technicians(db)) == {"1001", "1002", "0012"}


def test_another_name_with_a_number_like_it_is_another_person(login: Login, db: Database) -> None:
    upload(login, "technicians", "工号,姓名\n0012,赵师傅\n12,钱师傅\n".encode())
    assert {"0012", "12"} <= set(technicians(db))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "请选择一个有内容"),
        ("姓名,班组\n赵,东区\n".encode(), "缺少这些列：工号"),
        (b"\xff\xfe\x00\x81\xff\xff", "编码"),
    ],
)
def test_an_unreadable_file_says_what_to_do(login: Login, content: bytes, told: str) -> None:
    assert told in page(upload(login, "technicians", content), 422).text


def test_work_orders_carry_times_in_the_sites_zone_and_only_stated_facts(login: Login, db: Database) -> None:
    content = (
        "工单号,工号,类型,预约时间,完成时间,迟到,收费\n"
        "WO-1,1001,水管,2026/11/24 9:00,2026年11月24日 10:30,是,\n"
        "WO-2,9999,水管,,,,\n"
        "WO-3,,空调,明天,,,\n"
    ).encode("gb18030")
    shown = page(upload(login, "orders", content))
    assert "没有工号为“9999”的人员" in shown.text
    assert "“明天”不是时间" in shown.text
    with db.reading() as session:
        order = session.scalars(select(WorkOrder)).one()
    assert order.appointment_at == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert order.finished_at == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    assert order.facts == {"late": True}


def test_the_example_files_can_be_imported_as_they_are(login: Login) -> None:
    for what in ("technicians", "orders"):
        response = login("qa").get(f"/staff/{what}/example.csv")
        assert response.data.startswith(b"\xef\xbb\xbf")
        assert "filename*=UTF-8''" in response.headers["Content-Disposition"]
        assert "有误 0 行" in page(upload(login, what, response.data)).text


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
