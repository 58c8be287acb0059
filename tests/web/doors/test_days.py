"""A day lies between 1990 and tomorrow at every door; one that lies elsewhere already stops nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.samples import sample
from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import page
from web.db import Database, now
from web.intake import rows
from web.intake.stale import mark_stale
from web.kit.calendar import day_named, month_days, period_asked
from web.kit.forms import THREE_YEARS, ImpossibleError, moment
from web.models import Recording, ScorePeriod, SetAside, WorkOrder
from web.summaries import keep
from web.summaries.query import span_of
from web.uploads.names import read_name

SHANGHAI = ZoneInfo("Asia/Shanghai")
IMPOSSIBLE = [
    "0001-01-01 00:00",
    "1989-12-31 23:59",
    "9999-12-31 23:59",
    f"{now() + dt.timedelta(days=2):%Y-%m-%d %H:%M}",
]
TODAY = dt.date(2026, 11, 26)


@pytest.mark.parametrize("typed", IMPOSSIBLE, ids=["year one", "before 1990", "year 9999", "after tomorrow"])
def test_a_moment_that_cannot_be_is_refused_with_the_bounds(app: Flask, typed: str) -> None:
    with app.test_request_context(), pytest.raises(ImpossibleError, match="1990 年到明天"):
        moment(typed, SHANGHAI)


def test_an_appointment_may_be_ahead_but_not_for_ever(app: Flask) -> None:
    ahead = f"{now() + dt.timedelta(days=300):%Y-%m-%d %H:%M}"
    with app.test_request_context():
        assert moment(ahead, SHANGHAI, THREE_YEARS) is not None
        with pytest.raises(ImpossibleError, match="三年"):
            moment("9999-12-31 23:59", SHANGHAI, THREE_YEARS)


@pytest.mark.parametrize(
    "code", ["9999-12", "9999", "0001-01", "1989-12", "2200-01", "9999-W52", "0001-W01", "２０２６-11", "2026-W60"]
)
def test_a_period_that_cannot_be_asks_nothing(code: str) -> None:
    assert span_of(code, TODAY).code == "12w"
    assert month_days(code) is None
    with pytest.raises(ValueError):
        period_asked(code)


@pytest.mark.parametrize("code", ["1990-01", "1990-W01", "1990", "2199-12", "2199-W52", "2199"])
def test_the_first_and_the_last_period_are_compared_with_what_lies_beyond(
    login: Login, people: dict[str, Any], code: str
) -> None:
    assert span_of(code, TODAY).code == code
    own = f"/scorecards/technicians/{people['wang'].id}"
    for path in (own, f"{own}/print", "/scorecards/team", "/scorecards/words", "/scorecards/talk"):
        assert login("manager").get(f"{path}?period={code}").status_code == 200, path


@pytest.mark.parametrize("text_", ["0001-01-01", "9999-12-31", "2026-02-30", "x", ""])
def test_a_day_that_cannot_be_is_none(text_: str) -> None:
    with pytest.raises(ValueError):
        day_named(text_)


@pytest.mark.parametrize("name", ["00010101_1001__回访.amr", "99991231_1001__回访.amr", "19891231_1001__回访.amr"])
def test_a_file_name_with_such_a_day_says_nothing_of_the_time_and_the_rest_holds(name: str) -> None:
    told = read_name(name, "{date}_{staff_no}_{order_no}_{kind}|{date}_{staff_no}__{kind}")
    assert (told.recorded_at, told.staff_no, told.standard_id) == (None, "1001", "property-followup")


@pytest.mark.parametrize("typed", ["9999-12-31T23:59", "0001-01-01T00:00"])
def test_forms_lists_and_json_refuse_it_in_words(
    app: Flask, db: Database, people: dict[str, Any], login: Login, typed: str
) -> None:
    with db.writing() as session:
        row = cast.judged(session, people["wang"], analysis("visit-03"))
    form = {"technician": str(people["wang"].id), "standard": "property-visit", "recorded_at": typed, "revision": "0"}
    answer = login("qa").post(f"/recordings/{row.id}/details", data=form)
    assert answer.status_code == 422
    assert "1990 年到明天" in answer.text
    new = {"order_no": "WO-9", "staff_no": "1001", "finished_at": typed}
    assert login("qa").post("/staff/orders/new", data=new).status_code == 422
    listed = f"文件名,时间\na.m4a,{typed}\n".encode()
    assert "1990 年到明天" in login("qa").post("/api/uploads/manifest", data=listed).json["errors"][0]
    body = {"name": "a.m4a", "size": 10, "details": {"recorded_at": typed}}
    answer = login("qa").post("/api/uploads", json=body)
    assert (answer.status_code, "1990 年到明天" in answer.json["error"]) == (422, True)


def test_the_command_refuses_it_too_and_takes_the_next_file(app: Flask, db: Database, tmp_path: Path) -> None:
    table = tmp_path / "清单.csv"
    table.write_text("文件名,标准,时间\na.amr,回访,9999-12-31 23:59\nb.opus,回访,2026-11-23 09:00\n", "utf-8")
    shutil.copy(sample("followup-01-washer.amr"), tmp_path / "a.amr")
    shutil.copy(sample("followup-02-still-leaking.opus"), tmp_path / "b.opus")
    (tmp_path / "c.json").write_text(json.dumps(analysis("followup-02")), "utf-8")
    done = app.test_cli_runner().invoke(args=["import", str(tmp_path), "--manifest", str(table)])
    assert done.exit_code == 1
    assert "1990 年到明天" in done.output
    with db.reading() as session:
        assert all(1990 <= at.year <= now().year for at in session.scalars(select(Recording.recorded_at)))


def test_the_clock_of_a_recorder_that_was_never_set_is_not_believed(app: Flask, db: Database, tmp_path: Path) -> None:
    path = tmp_path / "REC001.amr"
    shutil.copy(sample("followup-01-washer.amr"), path)
    os.utime(path, (86_400.0, 86_400.0))  # 2 January 1970
    assert app.test_cli_runner().invoke(args=["import", str(path), "--standard", "property-followup"]).exit_code == 0
    with db.reading() as session:
        assert session.scalars(select(Recording.recorded_at)).one().date() >= now().date() - dt.timedelta(days=1)


def put(db: Database, people: dict[str, Any], day: str) -> int:
    """A judged recording with its verdicts that lies at `day` already, from before there were bounds."""
    with db.writing() as session:
        row = cast.recording(session, people["wang"], f"{day}.mp3")
        rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
    with db.writing() as session:
        session.execute(text("UPDATE recordings SET recorded_at = :at, recorded_on = :day WHERE id = :id"),
                        {"at": f"{day} 20:00:00.000000", "day": day, "id": row.id})  # fmt: skip
    with db.writing() as session:
        mark_stale(session, session.get_one(Recording, row.id))
    return row.id


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "9999-12-01"])
def test_a_recording_with_an_impossible_day_stops_no_scorecard_and_is_told(
    db: Database, people: dict[str, Any], login: Login, day: str
) -> None:
    strange, usual = put(db, people, day), put(db, people, "2026-11-23")
    assert keep.refresh_stale(db) == 1  # the usual day, of both recordings, and not the impossible one
    with db.reading() as session:
        assert set(session.scalars(select(ScorePeriod.period))) == {"2026-11", "2026-W48"}
        aside = session.scalars(select(SetAside)).one()
        assert (aside.step, aside.key, aside.retry_at) == ("dates", str(strange), None)
    keep.rebuild(db)
    seen = page(login("qa").get("/queue")).one("section", id="aside").text
    assert f"{day}.mp3" in seen
    assert "改正以后" in seen
    for path in (f"/recordings/{strange}", f"/recordings/{strange}/details", "/recordings/", "/scorecards/team", "/review",
                 "/scorecards/digest", "/due"):  # fmt: skip
        assert login("qa" if path != "/scorecards/team" else "manager").get(path).status_code == 200, path
    with db.writing() as session:  # somebody corrects it
        row = session.get_one(Recording, strange)
        mark_stale(session, row)
        row.recorded_at, row.recorded_on = cast.MONDAY, cast.MONDAY.date()
        mark_stale(session, row)
    keep.refresh_stale(db)
    with db.reading() as session:
        assert session.scalars(select(SetAside)).all() == []
        assert session.scalars(select(ScorePeriod.recordings).where(ScorePeriod.period == "2026-W48")).one() == 2
    assert usual


def test_an_order_with_an_impossible_day_is_shown(db: Database, people: dict[str, Any], login: Login) -> None:
    with db.writing() as session:
        made = cast.order(session, people["wang"], "WO-1")
        session.flush()
        session.execute(text("UPDATE work_orders SET appointment_at = '9999-12-31 20:00:00.000000'"))
        number = made.id
    assert login("qa").get("/staff/orders").status_code == 200
    assert login("qa").get(f"/staff/orders/{number}").status_code == 200
    with db.reading() as session:
        at = session.scalars(select(WorkOrder.appointment_at)).one()
        assert at is not None
        assert at + dt.timedelta(days=400), "a deadline can be counted from it"
