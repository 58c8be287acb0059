"""CSV files of technicians and work orders: read, previewed, confirmed."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.staff.files import preview, technicians, ticket, upload
from web.db import Database
from web.kit.site import Site
from web.models import Team, Technician, WorkOrder
from web.staff import importing, kept


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
    [
        ("12,赵师傅", "和已有的“0012 赵师傅”只差前面的 0"),
        ("12.0,赵师傅", "和已有的“0012 赵师傅”只差前面的 0"),
        ("00012,赵 师傅", "和已有的“0012 赵师傅”只差前面的 0"),
        ("1.2E+01,赵师傅", "科学计数法"),
        ("００１２,赵师傅", "新增或更新 0 行，无变化 1 行"),
    ],
)
def test_a_number_that_a_spreadsheet_changed_makes_no_second_person(
    login: Login, db: Database, row: str, told: str
) -> None:
    upload(login, "technicians", "工号,姓名\n0012,赵师傅\n".encode())
    assert told in page(upload(login, "technicians", f"工号,姓名\n{row}\n".encode())).text
    assert set(technicians(db)) == {"1001", "1002", "0012"}


def test_somebody_who_looks_like_a_known_one_is_taken_only_where_a_person_has_looked(
    login: Login, db: Database
) -> None:
    content = "工号,姓名\n0012,赵师傅\n12,钱师傅\n2002,王师傅\na-7,孙师傅\nA-7,李四\n".encode()
    shown = page(preview(login, "technicians", content)).text
    assert "“12”和已有的“0012 赵师傅”只差前面的 0" in shown
    assert "已有同名的人员：1001 王师傅" in shown
    assert "“A-7”和已有的“a-7 孙师傅”" in shown
    assert "需要留意的 3 行没有导入" in page(upload(login, "technicians", content)).text
    assert set(technicians(db)) == {"1001", "1002", "0012", "a-7"}
    upload(login, "technicians", content, doubtful="1")
    assert set(technicians(db)) == {"1001", "1002", "0012", "a-7", "12", "2002", "A-7"}


def test_a_known_number_for_another_person_is_asked_first(login: Login, db: Database) -> None:
    content = "工号,姓名\n1001,刘师傅\n".encode()
    assert "原来是“王师傅”。若是换了人" in page(preview(login, "technicians", content)).text
    upload(login, "technicians", content)
    assert technicians(db)["1001"].name == "王师傅"


def test_the_page_lists_what_will_change_before_anything_does(login: Login, db: Database) -> None:
    upload(login, "technicians", "工号,姓名,班组,在职\n2001,赵师傅,南区,是\n".encode())
    content = "工号,姓名,班组,在职\n2001,赵国强,,否\n2002,钱师傅,南 区,\n1001,王师傅,东区,\n".encode()
    shown = page(preview(login, "technicians", content)).text
    assert "还没有改动任何内容" in shown
    assert "新增 0 行，修改 1 行，需要留意 1 行，无变化 1 行" in shown
    told = " ".join(shown.split())
    for change in ("姓名： 赵师傅 → 赵国强", "班组： 南区 → 空", "在职： 是 → 否"):
        assert change.replace("： ", "：") in told.replace("： ", "：")
    assert "班组“南 区”和已有的“南区”几乎一样" in shown
    assert technicians(db)["2001"].name == "赵师傅"
    assert "2002" not in technicians(db)


def test_what_somebody_changed_after_the_preview_is_listed_again(login: Login, db: Database) -> None:
    content = "工号,姓名,在职\n1001,王师傅,否\n".encode()
    fields = ticket(preview(login, "technicians", content))
    with db.writing() as session:
        session.scalars(select(Technician).where(Technician.staff_no == "1001")).one().name = "王小虎"
    shown = page(login("qa").post("/staff/technicians/import/confirm", data=fields), 409)
    assert "请再确认一次" in shown.text
    assert technicians(db)["1001"].active
    fields["digest"] = shown.one("input", name="digest").get("value") or ""
    login("qa").post("/staff/technicians/import/confirm", data=fields)
    assert (technicians(db)["1001"].name, technicians(db)["1001"].active) == ("王师傅", False)


def test_a_row_that_somebody_changes_during_the_import_is_left_and_told(db: Database) -> None:
    plan = importing.plan_staff(db, "工号,姓名,在职\n1001,王师傅,否\n1002,李师傅,否\n2001,新人,是\n".encode())
    with db.writing() as session:
        session.scalars(select(Technician).where(Technician.staff_no == "1001")).one().active = False
        session.add(Technician(staff_no="2001", name="别人"))
    done = importing.take_staff(db, plan, with_doubtful=False)
    assert ([row.key for row in done.overtaken], done.changed) == (["1001", "2001"], 1)
    assert technicians(db)["2001"].name == "别人"


def test_a_preview_is_its_users_own_and_confirmed_once(login: Login, db: Database) -> None:
    fields = ticket(preview(login, "technicians", "工号,姓名\n2001,赵师傅\n".encode()))
    confirm = "/staff/technicians/import/confirm"
    assert "重新选择文件" in page(login("qa2").post(confirm, data=fields), 409).text
    assert "2001" not in technicians(db)
    assert "更新 1 行" in page(login("qa").post(confirm, data=fields)).text
    assert "重新选择文件" in page(login("qa").post(confirm, data=fields), 409).text
    for token in ("../../../etc/passwd", "", "0" * 32):
        assert login("qa").post(confirm, data=fields | {"token": token}).status_code == 409


def test_whoever_waits_for_an_import_sees_how_many_rows_are_written(
    login: Login, here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    shown = preview(login, "technicians", "工号,姓名\n2001,赵一\n2002,钱二\n2003,孙三\n".encode())
    fields = ticket(shown)
    address = page(shown).one("div", hx_trigger="tingjian:sent from:closest form").get("hx-get") or ""
    assert fields["token"] in address
    browser, other = login("qa"), login("qa2")
    told, tell = [browser.get(address).text], kept.tell
    with ThreadPoolExecutor(1) as beside:  # requests of their own, amid the other

        def noted(*arguments: Any) -> None:
            tell(*arguments)
            told.append(beside.submit(browser.get, address).result().text)
            assert "已写入" not in beside.submit(other.get, address).result().text

        monkeypatch.setattr(kept, "tell", noted)
        assert "更新 3 行" in page(login("qa").post("/staff/technicians/import/confirm", data=fields)).text
    words = ("还没有开始写入", "已写入 0 / 3 行", "已写入 2 / 3 行", "3 行都已写入")
    assert [word in text for word, text in zip(words, told, strict=True)] == [True] * 4
    assert all("load delay:1s" in text for text in told)
    assert [*(here.folder / "imports").iterdir()] == []


def test_a_script_that_cannot_be_asked_gets_what_is_sure_and_is_told_the_rest(login: Login, db: Database) -> None:
    content = "工号,姓名\n2001,赵师傅\n2002,王师傅\n01001,王师傅\n".encode()
    sent = {"file": (io.BytesIO(content), "表.csv")}
    shown = page(login("qa").post("/staff/technicians/import", data=sent)).text
    assert "新增或更新 1 行" in shown
    assert "已有同名的人员：1001 王师傅" in shown
    assert "请把工号写成“1001”" in shown
    assert set(technicians(db)) == {"1001", "1002", "2001"}


def test_a_cancelled_preview_leaves_nothing(login: Login, here: Site, db: Database) -> None:
    fields = ticket(preview(login, "technicians", "工号,姓名\n2001,赵师傅\n".encode()))
    assert len([*(here.folder / "imports").iterdir()]) == 1
    login("qa").post("/staff/technicians/import/confirm", data=fields | {"cancel": "1"})
    assert [*(here.folder / "imports").iterdir()] == []
    assert "2001" not in technicians(db)


def test_many_rows_let_others_write_in_between(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 10)
    turns = []
    writing = db.writing
    monkeypatch.setattr(db, "writing", lambda: turns.append(1) or writing())
    rows = "".join(f"{n},员工{n},南区\n" for n in range(5000, 5045))
    done = importing.take_staff(db, importing.plan_staff(db, f"工号,姓名,班组\n{rows}".encode()), with_doubtful=True)
    assert (done.changed, len(turns)) == (45, 5)
    assert importing.plan_staff(db, f"工号,姓名,班组\n{rows}".encode()).unchanged == 45


def test_cells_beyond_the_last_column_are_an_unquoted_comma(login: Login, db: Database) -> None:
    content = "工号,姓名,班组\n2001,赵师傅,南区,二组\n2002,钱师傅,南区,,\n".encode()
    assert "“二组”超出了最后一列" in page(upload(login, "technicians", content)).text
    assert set(technicians(db)) == {"1001", "1002", "2002"}


def test_an_order_for_a_number_without_its_zeros_says_whose_it_is(login: Login, db: Database) -> None:
    upload(login, "technicians", "工号,姓名\n0012,赵师傅\n".encode())
    shown = page(upload(login, "orders", "工单号,工号\nWO-1,12\n0007,0012\n7,0012\n".encode())).text
    assert "请把工号写成“0012”" in shown
    assert "需要留意的 1 行没有导入" in shown
    with db.reading() as session:
        assert [order.order_no for order in session.scalars(select(WorkOrder))] == ["0007"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "请选择一个有内容"),
        ("姓名,班组\n赵,东区\n".encode(), "缺少这些列：工号"),
        ("工号,姓名,员工号\n1,赵,2\n".encode(), "这些列出现了不止一次：工号"),
        (b"\xff\xfe\x00\x81\xff\xff", "编码"),
    ],
)
def test_an_unreadable_file_says_what_to_do(login: Login, content: bytes, told: str) -> None:
    assert told in page(preview(login, "technicians", content), 422).text


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
