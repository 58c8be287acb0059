"""The list: what it shows to whom, filters, bulk actions, export."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.models import AuditEntry, Job, Recording, RecordingState, ReviewState
from web.recordings.filters import Filter


@pytest.fixture
def rows(db: Database, people: dict[str, Any]) -> dict[str, int]:
    """Five recordings of two technicians, by name."""
    with db.writing() as session:
        wang, li = people["wang"], people["li"]
        order = cast.order(session, wang, "WO-77")
        made = {
            "rude": cast.recording(session, wang, "rude.m4a", score=20.0, machine_score=20.0, forbidden_count=2, missed_count=1,
                                   state=RecordingState.JUDGED, work_order_id=order.id),
            "good": cast.recording(session, wang, "good.m4a", score=95.0, machine_score=95.0, state=RecordingState.JUDGED,
                                   review_state=ReviewState.SIGNED, recorded_at=cast.MONDAY - timedelta(days=3),
                                   recorded_on=cast.MONDAY.date() - timedelta(days=3)),
            "doubt": cast.recording(session, li, "doubt.m4a", score=70.0, machine_score=70.0, suspicion_count=1,
                                    state=RecordingState.JUDGED),
            "new": cast.recording(session, li, "new.m4a"),
            "=cmd()": cast.recording(session, None, "=cmd()", standard_id=None, state=RecordingState.NEEDS_DATA),
        }  # fmt: skip
        return {name: row.id for name, row in made.items()}


def names(client: FlaskClient, query: str = "") -> set[str]:
    found = page(client.get(f"/recordings/?{query}"))
    return {(box.get("aria-label") or "").removeprefix("选中 ") for box in found.all("input", name="id")}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"rude.m4a", "good.m4a", "doubt.m4a", "new.m4a", "=cmd()"}),
        ("flag=forbidden", {"rude.m4a"}),
        ("flag=suspicion", {"doubt.m4a"}),
        ("score_to=60", {"rude.m4a"}),
        ("score_from=60&score_to=80", {"doubt.m4a"}),
        ("review=signed", {"good.m4a"}),
        ("state=queued", {"new.m4a"}),
        ("from=2026-11-23", {"rude.m4a", "doubt.m4a", "new.m4a", "=cmd()"}),
        ("to=2026-11-22", {"good.m4a"}),
        ("q=WO-77", {"rude.m4a"}),
        ("q=李师傅", {"doubt.m4a", "new.m4a"}),
        ("q=%25", set()),  # a per cent sign is a per cent sign
        ("standard=sales-reception", set()),
        (
            "from=gestern&score_to=many&state=x&technician=y&sort=z&page=-3",
            {"rude.m4a", "good.m4a", "doubt.m4a", "new.m4a", "=cmd()"},
        ),
    ],
)
def test_filters(login: Login, rows: dict[str, int], query: str, wanted: set[str]) -> None:
    assert names(login("qa"), query) == wanted


def test_who_may_not_read_private_words_does_not_find_them_by_the_names_of_files(
    login: Login, rows: dict[str, int], db: Database
) -> None:
    """A guessed phone number in a file's name would confirm itself."""
    with db.writing() as session:
        session.get_one(Recording, rows["rude"]).original_name = "13800001234.m4a"
    assert len(names(login("qa"), "q=1380000")) == 1
    for who in ("manager", "technician"):
        client = login(who)
        assert names(client, "q=1380000") == set() and "文件名、工单号" not in client.get("/recordings/").text
        assert "没有符合条件的录音" in client.get("/recordings/?q=1380000").text


def test_filters_by_team_and_clause(login: Login, people: dict[str, Any], visit: int, call: int) -> None:
    qa = login("qa")
    assert names(qa, f"team={people['east'].id}") == {"visit-03-heater-rude.m4a"}
    assert names(qa, "item=solicit&verdict=missed") == {"visit-03-heater-rude.m4a"}
    assert names(qa, "item=greeting&verdict=met") == {"followup-02-still-leaking.opus"}
    assert names(qa, "item=knock&verdict=unanswered") == {"visit-03-heater-rude.m4a"}


def test_a_manager_sees_his_team_and_a_technician_what_was_signed(login: Login, rows: dict[str, int]) -> None:
    def links(who: str) -> set[str]:
        found = page(login(who).get("/recordings/"))
        return {
            str(a.get("href"))
            for a in found.all("a")
            if str(
                a.get(
                    "href",
                )
            ).startswith("/recordings/")
            and str(a.get("href"))[12:].isdigit()
        }

    assert links("manager_east") == {f"/recordings/{rows['rude']}", f"/recordings/{rows['good']}"}
    assert links("technician") == {f"/recordings/{rows['good']}"}
    assert links("technician2") == set()


def test_worst_first_puts_what_has_no_score_last(login: Login, rows: dict[str, int]) -> None:
    found = page(login("qa").get("/recordings/?sort=score"))
    order = [(box.get("aria-label") or "")[3:] for box in found.all("input", name="id")]
    assert order[:3] == ["rude.m4a", "doubt.m4a", "good.m4a"]


def test_the_address_of_a_filter_asks_the_same_again() -> None:
    asked = Filter.read({"from": "2026-11-01", "q": " 王 ", "score_to": "59.5", "flag": "forbidden", "sort": "score"})
    assert Filter.read(asked.arguments()) == asked
    assert Filter.read({}).arguments() == {}


def test_an_empty_list_says_what_to_do(login: Login) -> None:
    assert "还没有录音" in page(login("qa").get("/recordings/")).text
    assert "没有符合条件的录音" in page(login("qa").get("/recordings/?q=xyz")).text


def test_deleting_spares_what_was_signed_and_says_so(login: Login, db: Database, rows: dict[str, int]) -> None:
    qa = login("qa")
    answer = qa.post(
        "/recordings/bulk", data={"action": "delete", "id": [rows["rude"], rows["good"], 99999]}, follow_redirects=True
    )
    told = page(answer).text
    assert "已删除 1 段录音" in told
    assert "1 段已签核" in told
    with db.reading() as session:
        assert session.get_one(Recording, rows["rude"]).deleted_at is not None
        assert session.get_one(Recording, rows["good"]).deleted_at is None


def test_all_of_a_filter_are_judged_again_but_not_those_that_cannot(
    login: Login, db: Database, rows: dict[str, int]
) -> None:
    qa = login("qa")
    told = page(qa.post("/recordings/bulk?q=.m4a", data={"action": "rejudge", "all": "1"}, follow_redirects=True)).text
    assert "已安排重新判分：3 段" in told
    with db.reading() as session:
        assert set(session.scalars(select(Job.recording_id))) == {rows["rude"], rows["doubt"], rows["new"]}


def test_recordings_are_given_to_a_technician(
    login: Login, db: Database, people: dict[str, Any], rows: dict[str, int]
) -> None:
    qa = login("qa")
    qa.post(
        "/recordings/bulk",
        data={"action": "assign", "technician": people["li"].id, "id": [rows["rude"], rows["=cmd()"]]},
    )
    with db.reading() as session:
        assert session.get_one(Recording, rows["rude"]).technician_id == people["li"].id
        assert session.get_one(Recording, rows["=cmd()"]).technician_id == people["li"].id
    assert (
        "请选择技师"
        in page(qa.post("/recordings/bulk", data={"action": "assign", "id": [rows["new"]]}, follow_redirects=True)).text
    )


@pytest.mark.parametrize("data", [{"action": "delete"}, {"action": "delete", "id": "x"}])
def test_nothing_chosen_changes_nothing(login: Login, rows: dict[str, int], data: dict[str, str]) -> None:
    assert "请先勾选录音" in page(login("qa").post("/recordings/bulk", data=data, follow_redirects=True)).text


def test_an_unknown_action_is_refused(login: Login, rows: dict[str, int]) -> None:
    assert login("qa").post("/recordings/bulk", data={"action": "explode", "id": rows["new"]}).status_code == 400


def test_the_export_opens_in_excel_and_calculates_nothing(login: Login, db: Database, rows: dict[str, int]) -> None:
    answer = login("manager").get("/recordings/export.csv?sort=score")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    table = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert table[0][:4] == ["编号", "文件名", "录音时间", "技师"]
    assert table[1][1:5] == ["rude.m4a", "2026-11-23 10:00", "王师傅", "1001"]
    assert "'=cmd()" in {row[1] for row in table}
    with db.reading() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["export"]


def test_the_list_takes_at_most_twelve_queries(login: Login, db: Database, rows: dict[str, int]) -> None:
    client, asked = login("qa"), []
    event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    client.get("/recordings/?q=m4a")
    assert 0 < len([q for q in asked if not q.startswith("BEGIN")]) <= 12
