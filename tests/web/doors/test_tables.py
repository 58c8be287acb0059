"""Lists that no spreadsheet would write: refused with the line, never an error page."""

from __future__ import annotations

import io
import random

import pytest

from benchmarks.fuzz import hostile
from benchmarks.fuzz.requests import TABLES
from tests.web.conftest import Login
from web.kit.csvfile import TableError, read_table

COLUMNS = {"staff_no": ("工号",), "name": ("姓名",)}
LONG = '工号,姓名\n1001,王师傅\n1002,"' + "李" * 140_000 + "\n"


def test_a_cell_that_never_ends_is_told_with_its_line() -> None:
    with pytest.raises(TableError) as told:
        read_table(LONG.encode(), COLUMNS, ("staff_no",))
    assert (told.value.code, told.value.names) == ("cell", ("3",))


def test_pages_say_so_too(login: Login) -> None:
    for what in ("technicians", "orders"):
        sent = {"file": (io.BytesIO(LONG.replace("工号", "工单号,工号").encode()), "a.csv")}
        answer = login("qa").post(f"/staff/{what}/import", data=sent)
        assert answer.status_code == 422, what
        assert "少了一个引号" in answer.text
    answer = login("qa").post("/api/uploads/manifest", data=LONG.replace("工号", "文件名").encode())
    assert (answer.status_code, "少了一个引号" in answer.json["error"]) == (422, True)


def test_cells_are_plain_texts() -> None:
    rows = read_table("工号,姓名\n1001,王\0师傅\n".encode(), COLUMNS, ("staff_no",))
    assert rows[0]["name"] == "王师傅"


def test_no_broken_list_breaks_the_reading() -> None:
    chance = random.Random(3)
    for _ in range(400):
        heads, rows = chance.choice(TABLES)
        try:
            read_table(hostile.table(chance, heads, rows), COLUMNS, ())
        except TableError as error:
            assert error.code in ("encoding", "empty", "columns", "twice", "rows", "cell")
