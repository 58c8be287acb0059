"""A published month stays as it was, byte by byte; a correction is a new edition that says what changed and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import page
from tests.web.scorecards.judged import ITEM, judged
from web.db import Database, now
from web.intake.rows import record_analysis, refresh
from web.models import AuditEntry, Decision, PublishedMonth, Recording
from web.months import publishing
from web.months.difference import difference
from web.summaries.keep import refresh_stale

DAY = dt.date(2026, 9, 10)


@pytest.fixture
def made(db: Database, people: dict[str, Any]) -> dict[str, int]:
    """Three visits of 王 (one signed) and one of 李 in September."""
    with db.writing() as session:
        good = [i["id"] for i in analysis("visit-03")["items"] if i["verdict"] == "missed" and i["id"] != ITEM]
        rows = {name: judged(session, people["wang"], name, DAY) for name in ("b", "c")}
        rows["a"] = judged(session, people["wang"], "a", DAY, met=good)  # its score is above 0: it can be seen to move
        rows["li"] = judged(session, people["li"], "li", DAY)
        cast.sign(session, rows["a"])
        return {name: row.id for name, row in rows.items()}


def _publish(client: FlaskClient, note: str = "", month: str = "2026-09") -> TestResponse:
    shown = page(client.get(f"/scorecards/months?month={month}"))
    fields = [field.get("value") for field in shown.all("input", name="digest")]
    return client.post("/scorecards/months", data={"month": month, "digest": fields[0] if fields else "", "note": note})


def _raw(db: Database) -> list[tuple[Any, ...]]:
    with db.reading() as session:
        return [tuple(row) for row in session.execute(text("select * from published_months order by id"))]


def _overrule(db: Database, recording_id: int, user: Any, after: str, note: str) -> None:
    with db.writing() as session:
        row = session.get_one(Recording, recording_id)
        session.add(
            Decision(
                recording_id=recording_id, analysis_id=row.analysis_id, item_id=ITEM, user_id=user.id,
                action="overrule", machine="missed", before="missed", after=after, note=note,
            )
        )  # fmt: skip
        refresh(session, recording_id)


def _rescore(db: Database, recording_id: int, cause: str, **standard: str) -> None:
    document = analysis("visit-03")
    document["standard"].update(standard)
    with db.writing() as session:
        record_analysis(session, recording_id, document, origin="rescored", cause=cause)


def test_what_was_published_stays_byte_for_byte(
    db: Database, made: dict[str, int], people: dict[str, Any], login: Login
) -> None:
    manager = login("manager")
    assert _publish(manager).location.endswith("/scorecards/months/2026-09/1")
    before = _raw(db)
    manager.get("/scorecards/months")  # shows the message of success
    shown = page(manager.get("/scorecards/months/2026-09/1?technician=1")).one("main").text
    _overrule(db, made["a"], people["qa"], "met", "听得到问好")
    _rescore(db, made["b"], "标准更新", version="2.0.0", digest="f" * 16, title="新标准")
    with db.writing() as session:
        session.get_one(Recording, made["c"]).deleted_at = now()
        session.get_one(type(people["wang"]), people["wang"].id).name = "改了名"
    refresh_stale(db)
    assert _raw(db) == before
    assert page(manager.get("/scorecards/months/2026-09/1?technician=1")).one("main").text == shown


def test_the_second_edition_tells_exactly_what_changed_and_why(
    db: Database, made: dict[str, int], people: dict[str, Any], login: Login
) -> None:
    manager = login("manager")
    _publish(manager)
    first = _raw(db)[0]
    _overrule(db, made["a"], people["qa"], "met", "听得到问好")
    _rescore(db, made["b"], "标准更新", version="2.0.0", digest="f" * 16)
    with db.writing() as session:
        session.get_one(Recording, made["c"]).deleted_at = now()
        added = judged(session, people["wang"], "d", DAY).id
    assert _publish(manager).location.endswith("month=2026-09")  # a correction without its reason
    assert len(_raw(db)) == 1
    assert _publish(manager, "申诉成立，更正").location.endswith("/2026-09/2")
    assert _raw(db)[0] == first
    with db.reading() as session:
        second = session.scalar(select(PublishedMonth).where(PublishedMonth.edition == 2))
        scores = {r.id: r.score for r in session.scalars(select(Recording))}
    assert second is not None
    changes = {c["id"]: c for c in second.difference["recordings"]}
    assert {i: c["change"] for i, c in changes.items()} == {
        made["a"]: "changed", made["b"]: "changed", made["c"]: "removed", added: "added",
    }  # fmt: skip
    item = changes[made["a"]]["items"]
    assert [(i["id"], i["before"], i["after"], i["by"], i["note"]) for i in item] == [
        (ITEM, "missed", "met", "小陈", "听得到问好")
    ]
    assert changes[made["a"]]["score"][1] == scores[made["a"]] != changes[made["a"]]["score"][0]
    assert changes[made["b"]]["items"] == [] and changes[made["b"]]["cause"] == "标准更新"
    assert [told.rsplit(" ")[-1] for told in changes[made["b"]]["standard"]] == ["1.0.0", "2.0.0"]
    assert (changes[made["c"]]["reason"], changes[added]["reason"]) == ("deleted", "uploaded")
    assert [t["staff_no"] for t in second.difference["technicians"]] == ["1001"]
    shown = page(manager.get("/scorecards/months/2026-09/2")).one("section", id="difference").text
    assert "小陈 改判：听得到问好" in shown and "录音已删除" in shown and "重新判分：标准更新" in shown
    old = page(manager.get("/scorecards/months/2026-09/1")).one("main").text
    assert "这一版已被更正，以第 2 版为准" in old


def test_nothing_new_makes_no_edition(db: Database, made: dict[str, int], login: Login) -> None:
    manager = login("manager")
    _publish(manager)
    assert "没有差别" in page(manager.get("/scorecards/months?month=2026-09")).one("section", id="publish").text
    _publish(manager, "再来一次")
    assert len(_raw(db)) == 1
    with db.reading() as session:
        body = session.scalars(select(PublishedMonth.body)).one()
    assert difference(body, body) == {}


def test_what_may_not_be_published_is_refused_and_why(db: Database, made: dict[str, int], login: Login) -> None:
    manager = login("manager")
    today = f"{now():%Y-%m}"
    assert "还没有结束" in page(manager.get(f"/scorecards/months?month={today}")).one("section", id="publish").text
    _publish(manager, month=today)
    assert "没有评过的录音" in page(manager.get("/scorecards/months?month=2020-01")).one("section", id="publish").text
    _publish(manager, month="2020-01")
    assert manager.post("/scorecards/months", data={"month": "2026-9"}).status_code == 400
    assert _raw(db) == []
    for who in ("manager_east", "qa", "technician"):
        answer = login(who).post("/scorecards/months", data={"month": "2026-09", "digest": "x"})
        assert answer.status_code == 403
    assert page(login("qa").get("/scorecards/months?month=2026-09")).all("section", id="publish") == []


def test_what_changed_after_the_check_is_shown_again_before_it_is_published(
    db: Database, made: dict[str, int], people: dict[str, Any], login: Login
) -> None:
    manager = login("manager")
    seen = page(manager.get("/scorecards/months?month=2026-09")).one("input", name="digest").get("value")
    _overrule(db, made["a"], people["qa"], "met", "听得到")
    manager.post("/scorecards/months", data={"month": "2026-09", "digest": seen, "note": ""})
    assert _raw(db) == []
    assert "数据又有变化" in page(manager.get("/scorecards/months")).one("main").text


def test_unheard_suspicions_and_unsigned_recordings_are_named_before(
    db: Database, made: dict[str, int], people: dict[str, Any], login: Login
) -> None:
    with db.writing() as session:
        session.get_one(Recording, made["b"]).suspicion_count = 2
        cast.recording(session, people["wang"], "失败.mp3", recorded_on=DAY)
    told = page(login("admin").get("/scorecards/months?month=2026-09")).one("section", id="publish").text
    assert "1 段录音有疑似禁语，还没有人听过" in told
    assert "3 段录音还没有签核" in told and "1 段录音还没有评出结果" in told
    assert _publish(login("admin")).location.endswith("/2026-09/1")  # a warning, no refusal
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "month-published")).one()
    assert (entry.object_id, entry.detail["edition"], len(entry.detail["digest"])) == ("2026-09", 1, 64)


def test_technicians_see_their_own_signed_result_and_managers_their_team(
    db: Database, made: dict[str, int], people: dict[str, Any], login: Login
) -> None:
    _publish(login("admin"))
    own = page(login("technician").get("/scorecards/months")).one("main")
    assert len(own.all("tbody")[0].all("tr")) == 1 and "2026-09" in own.text
    shown = page(login("technician").get(f"/scorecards/months/2026-09/1?technician={people['li'].id}")).one("main")
    assert "王师傅" in shown.text and "李师傅" not in shown.text
    recordings = shown.one("section", id="recordings").all("tbody")[0].all("tr")
    assert [row.all("td")[0].text for row in recordings] == [str(made["a"])]
    assert "还没有发布过您的月度结果" in page(login("technician2").get("/scorecards/months")).one("main").text
    east = page(login("manager_east").get("/scorecards/months/2026-09/1")).one("table", id="people").text
    assert "王师傅" in east and "李师傅" not in east
    assert login("qa").get("/scorecards/months/2026-09/2").status_code == 404


def test_the_printed_month_is_the_published_one(
    db: Database, made: dict[str, int], people: dict[str, Any], login: Login
) -> None:
    refresh_stale(db)
    _publish(login("admin"))
    address = f"/scorecards/technicians/{people['wang'].id}/print?period=2026-09"
    before = page(login("admin").get(address)).one("div", class_="sheet-figures").text
    assert "已发布第 1 版" in page(login("admin").get(address)).one("article").text
    for name in ("a", "b"):
        _overrule(db, made[name], people["qa"], "met", "听得到")
    refresh_stale(db)
    assert page(login("admin").get(address)).one("div", class_="sheet-figures").text == before


def test_a_month_is_made_ready_while_others_write_and_stands_as_of_that_moment(
    db: Database, made: dict[str, int], people: dict[str, Any], login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = login("manager")
    digest = page(manager.get("/scorecards/months?month=2026-09")).one("input", name="digest").get("value")
    prepare = publishing.month_document

    def meanwhile(*asked: Any) -> Any:
        body = prepare(*asked)
        _overrule(db, made["a"], people["qa"], "met", "听得到问好")  # would wait for a write lock that is held
        return body

    monkeypatch.setattr(publishing, "month_document", meanwhile)
    before = now()
    answer = manager.post("/scorecards/months", data={"month": "2026-09", "digest": digest, "note": ""})
    assert answer.location.endswith("/scorecards/months/2026-09/1")
    monkeypatch.setattr(publishing, "month_document", prepare)
    with db.reading() as session:
        first = session.scalars(select(PublishedMonth)).one()
        decided = session.scalars(select(Decision.at)).one()
    assert before <= first.published_at <= decided  # the decision is the next edition's
    assert _publish(manager, "更正").location.endswith("/2026-09/2")
    with db.reading() as session:
        item = session.scalars(select(PublishedMonth.difference).order_by(PublishedMonth.edition)).all()[1]
    assert item["recordings"][0]["items"][0]["by"] == "小陈"


def test_two_who_publish_at_once_make_one_edition(
    db: Database, made: dict[str, int], login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, admin = login("manager"), login("admin")
    digest = page(manager.get("/scorecards/months?month=2026-09")).one("input", name="digest").get("value")
    asked = {"month": "2026-09", "digest": digest, "note": ""}
    prepare, first = publishing.month_document, []

    def meanwhile(*given: Any) -> Any:
        if not first:
            first.append(True)
            assert admin.post("/scorecards/months", data=asked).location.endswith("/2026-09/1")
        return prepare(*given)

    monkeypatch.setattr(publishing, "month_document", meanwhile)
    manager.post("/scorecards/months", data=asked)
    assert len(_raw(db)) == 1
    assert "数据又有变化" in page(manager.get("/scorecards/months")).one("main").text
