"""One row that fails is set aside with its reason; the rows behind it are done, and it is tried again after the repair."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import errno
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.samples import sample
from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import page
from web.config import AnalyzerError, WebSettings
from web.db import Database, now
from web.digest import mailing
from web.intake import receive, rows
from web.intake.doom import doom
from web.intake.storage import Storage, open_storage
from web.kit.aside import Batch, retry_all
from web.kit.site import Site
from web.links import keep as links
from web.maintenance.doctor import examine
from web.models import Clip, Job, JobState, PrivateWords, Recording, ScorePeriod, SetAside, SiteValue
from web.sources import watch
from web.summaries import keep
from web.worker import assignment, burning, clips

SOUND = sample("followup-01-washer.amr").read_bytes()
OTHER = sample("followup-02-still-leaking.opus").read_bytes()


def aside(db: Database) -> list[tuple[str, str, str]]:
    with db.reading() as session:
        return [(row.step, row.title, row.reason) for row in session.scalars(select(SetAside).order_by(SetAside.key))]


def later(db: Database, hours: float = 2.0) -> None:
    """Let the time of what is set aside come."""
    with db.writing() as session:
        for row in session.scalars(select(SetAside)):
            row.retry_at = now() - dt.timedelta(hours=hours)


@pytest.fixture
def dropping(here: Site, tmp_path: Path, people: object) -> Site:
    folder = tmp_path / "投递"
    folder.mkdir()
    return dataclasses.replace(
        here,
        web=WebSettings(
            drop_still_seconds=0, drop_wait_seconds=0, drop_folder=str(folder), file_name_pattern="{date}_{name}_{kind}"
        ),
    )


def lay(site: Site, name: bytes | str, content: bytes, ago_s: float = 60.0) -> Path:
    path = Path(os.fsdecode(os.path.join(os.fsencode(site.web.drop_folder), os.fsencode(name))))  # noqa: PTH118  # bytes
    path.write_bytes(content)
    os.utime(path, (time.time() - ago_s, time.time() - ago_s))
    return path


def names(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(select(Recording.original_name)))


def test_a_gbk_name_is_read_and_a_day_that_cannot_be_keeps_nobody_waiting(dropping: Site, db: Database) -> None:
    lay(dropping, "20261123_王师傅_回访.amr".encode("gb18030"), SOUND, 90.0)
    lay(dropping, "00010101_王师傅_回访.opus", OTHER, 80.0)
    lay(dropping, b"\xff\xfe\x80.m4a", sample("visit-03-heater-rude.m4a").read_bytes(), 70.0)
    watch.Watch().look(dropping)
    assert names(db)[:2] == ["00010101_王师傅_回访.opus", "20261123_王师傅_回访.amr"]
    assert aside(db) == []
    with db.reading() as session:
        assert session.scalars(select(Recording.recorded_at)).all()[1].year >= 2026


@pytest.mark.parametrize(
    "fault", [OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EROFS, "Read-only file system")]
)
def test_a_full_or_read_only_store_leaves_dropped_files_where_they_are_until_it_is_repaired(
    dropping: Site, db: Database, monkeypatch: pytest.MonkeyPatch, fault: OSError
) -> None:
    path = lay(dropping, "a.amr", SOUND)

    def broken(*_given: object) -> None:
        raise fault

    with monkeypatch.context() as broke:
        broke.setattr(Storage, "take", broken)
        watch.Watch().look(dropping)
    assert path.exists()
    assert not (path.parent / "未收").exists()
    assert aside(db)[0][:2] == ("drop folder", "a.amr")
    watch.Watch().look(dropping)
    assert path.exists(), "its time has not come"
    later(db)
    watch.Watch().look(dropping)
    assert (path.parent / "已收" / "a.amr").exists()
    assert (names(db), aside(db)) == (["a.amr"], [])


def test_too_little_room_is_no_fault_of_the_file_either(
    dropping: Site, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lay(dropping, "a.amr", SOUND)
    monkeypatch.setattr(Storage, "free_bytes", lambda _self: 10)
    watch.Watch().look(dropping)
    assert path.exists()
    assert "磁盘空间不足" in aside(db)[0][2]


def test_a_file_on_which_the_program_breaks_keeps_nobody_waiting(
    dropping: Site, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = lay(dropping, "a.amr", SOUND, 90.0), lay(dropping, "b.opus", OTHER, 60.0)
    take = receive.receive_file

    def breaking(*given: Any) -> Any:
        if given[4] == "a.amr":
            raise RuntimeError("nobody thought of this")
        return take(*given)

    monkeypatch.setattr(watch, "receive_file", breaking)
    watch.Watch().look(dropping)
    assert (bad.exists(), good.exists(), names(db)) == (True, False, ["b.opus"])
    assert "RuntimeError" in aside(db)[0][2]
    bad.unlink()
    watch.Watch().look(dropping)
    assert aside(db) == [], "a file that somebody took away is no longer told"


def test_a_day_whose_sums_fail_stays_stale_and_the_others_are_summed_up(
    db: Database, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for who, day in (("wang", 23), ("wang", 2), ("li", 23)):
        with db.writing() as session:
            at = dt.datetime(2026, 11, day, 2, tzinfo=dt.UTC)
            row = cast.recording(session, people[who], f"{who}{day}", recorded_at=at, recorded_on=at.date())
            rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
    compute = keep._computed

    def breaking(session: Any, technician_id: int, days: set[dt.date]) -> Any:
        if technician_id == people["wang"].id and dt.date(2026, 11, 23) in days:
            raise ArithmeticError("a strange row")
        return compute(session, technician_id, days)

    with monkeypatch.context() as broke:
        broke.setattr(keep, "_computed", breaking)
        assert keep.refresh_stale(db) == 2
    with db.reading() as session:
        periods = select(ScorePeriod.period).where(ScorePeriod.technician_id == people["wang"].id)
        assert "2026-W45" in set(session.scalars(periods))
    assert [(step, "2026-11-23" in title) for step, title, _why in aside(db)] == [("summaries", True)]
    later(db)
    assert keep.refresh_stale(db) == 1
    assert aside(db) == []


def test_an_order_whose_links_fail_is_judged_after_the_repair(
    db: Database, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = []
    with db.writing() as session:
        for number in (1, 2):
            order = cast.order(session, people["wang"], f"WO-{number}")
            row = cast.recording(session, people["wang"], f"{number}.mp3", work_order_id=order.id)
            rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
            orders.append(order.id)
    first = orders[0]
    policy, judged, act = links.policy_of(WebSettings()), [], links.refresh_order

    def breaking(session: Any, order_id: int, *more: Any) -> int:
        if order_id == first and broken:
            raise OverflowError("date value out of range")
        judged.append(order_id)
        return act(session, order_id, *more)

    broken = True
    monkeypatch.setattr(links, "refresh_order", breaking)
    links.refresh_new(db, now(), policy)
    assert first not in judged
    assert judged
    assert aside(db)[0][:2] == ("links", f"工单 #{first}")
    with db.reading() as session:
        assert session.get_one(SiteValue, links.SEEN).value == 2, "it goes on"
    broken = False
    later(db)
    links.refresh_new(db, now(), policy)
    assert first in judged
    assert aside(db) == []


def test_clips_that_cannot_be_cut_do_not_stand_before_those_that_can(
    here: Site, db: Database, people: dict[str, Any], storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing() as session:
        row = cast.recording(session, people["wang"], stored_key="00/00/x")
        session.merge(PrivateWords(recording_id=row.id, state="ready", stamp="x", spans=[]))
        for number in range(clips.MOST + 1):
            session.add(Clip(recording_id=row.id, technician_id=people["wang"].id, standard_id="property-visit", start_s=number,
                             item_id="greeting", end_s=number + 1.0, quote="", good=True, chosen_by_id=people["qa"].id))  # fmt: skip
    good = clips.MOST  # the last one
    monkeypatch.setattr(
        clips, "cut", lambda _storage, _key, start_s, *_more: "aa/bb/cut" if start_s > good - 1 else None
    )
    clips.cut_waiting(here)
    clips.cut_waiting(here)
    with db.reading() as session:
        assert session.scalars(select(Clip.start_s).where(Clip.stored_key != "")).all() == [good]
    assert len(aside(db)) == clips.MOST


def test_audio_that_cannot_be_removed_does_not_keep_the_rest(
    here: Site, db: Database, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [storage.take(sample(name)).key for name in ("followup-01-washer.amr", "followup-02-still-leaking.opus")]
    with db.writing() as session:
        for key in kept:
            doom(session, key)
    remove = Storage.delete

    def breaking(self: Storage, key: str) -> None:
        if key == kept[0]:
            raise PermissionError(errno.EACCES, "Permission denied")
        remove(self, key)

    monkeypatch.setattr(Storage, "delete", breaking)
    burning.burn(here)
    assert [open_storage(here.web, here.settings.home).exists(key) for key in kept] == [True, False]
    assert "Permission denied" in aside(db)[0][2]


def test_a_manager_whose_digest_fails_keeps_nobody_from_theirs(
    app: Flask, here: Site, db: Database, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing() as session:
        for who in ("manager", "manager_east"):
            session.merge(people[who]).email = f"{who}@example.com"
    sent: list[str] = []

    class Post:
        def send_message(self, mail: Any) -> None:
            sent.append(mail["To"])

    compose = mailing.compose

    def breaking(site: Site, viewer: Any, address: str, today: dt.date) -> Any:
        if viewer.id == people["manager"].id:
            raise ZeroDivisionError
        return compose(site, viewer, address, today)

    monkeypatch.setattr(mailing, "compose", breaking)
    monkeypatch.setattr(mailing, "connection", lambda _server: contextlib.nullcontext(Post()))
    mailing_site = dataclasses.replace(here, web=dataclasses.replace(here.web, smtp_url="smtp://127.0.0.1:1"))
    with app.app_context():
        mailing.send_due(mailing_site, dt.datetime(2026, 11, 23, 9, 0, tzinfo=here.zone))
    assert sent == ["manager_east@example.com"]
    assert aside(db)[0][:2] == ("digest", "老周")


def test_a_job_whose_recording_cannot_be_read_fails_and_the_next_is_taken(db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        for number in (1, 2):
            row = cast.recording(session, people["wang"], f"{number}.mp3", facts=[] if number == 1 else {})
            session.add(Job(recording_id=row.id, kind="hear", state=JobState.QUEUED))
    with db.writing() as session:
        assert assignment.take(session, "w", 60.0, ("hear",)) is None  # type: ignore[arg-type]
    with db.writing() as session:
        taken = assignment.take(session, "w", 60.0, ("hear",))  # type: ignore[arg-type]
        assert taken is not None
        assert session.scalars(select(Job.state).order_by(Job.id)).all() == [JobState.FAILED, JobState.RUNNING]


def test_a_row_waits_longer_each_time_and_is_told_with_its_reason(app: Flask, db: Database, login: Login) -> None:
    moment = now()
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        batch = Batch(db, "clips", moment)
        assert batch.due(["a"]) == ["a"]
        with batch.row("a", "王师傅 2–5"):
            raise AnalyzerError("clip", "这几秒没能剪出来", "请检查磁盘")
        assert Batch(db, "clips", moment + dt.timedelta(minutes=minutes, seconds=-1)).due(["a"]) == []
        moment += dt.timedelta(minutes=minutes)
    shown = page(login("qa").get("/queue")).one("section", id="aside").text
    assert "剪片段" in shown
    assert "这几秒没能剪出来；请检查磁盘" in shown
    assert not page(login("manager").get("/queue")).all("section", id="aside"), (
        "names of other teams' files are nothing for him"
    )
    assert any(f.name == "aside" and f.level == "warning" for f in examine(app.extensions["tingjian"]))
    assert login("qa").post("/queue/aside").status_code == 303
    assert Batch(db, "clips").due(["a"]) == ["a"]
    with db.writing() as session:
        assert retry_all(session) == 0


def test_everything_can_be_computed_anew_by_a_command(app: Flask, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        order = cast.order(session, people["wang"])
        row = cast.recording(session, people["wang"], work_order_id=order.id)
        rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
    run = app.test_cli_runner().invoke
    assert run(args=["rebuild"]).exit_code == 0
    with db.reading() as session:
        before = session.get_one(Recording, row.id).missed_count, session.query(ScorePeriod).count()
    with db.writing() as session:  # somebody repaired the database by hand
        session.get_one(Recording, row.id).missed_count = 99
        session.query(ScorePeriod).delete()
        session.add(ScorePeriod(period="2020-01", technician_id=people["li"].id, standard_id="x", job_kind="*", reviewed=False,
                                recordings=9, scored=0, score_sum=0, score_squares=0, forbidden=0, suspicions=0,
                                judged_items=0, unjudged_items=0))  # fmt: skip
    done = run(args=["rebuild"])
    assert done.exit_code == 0, done.output
    assert "评分卡汇总 1 段录音" in done.output
    with db.reading() as session:
        assert (session.get_one(Recording, row.id).missed_count, session.query(ScorePeriod).count()) == before


def test_rows_that_take_long_are_spread_over_transactions(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits to write comes in after each fifth of a second, however many rows a step may do at once."""
    monkeypatch.setattr("web.kit.aside.HELD_S", 0.0)
    sessions: list[Session] = []
    assert Batch(db, "links").each(range(3), lambda session, _row: sessions.append(session), 20) == 3
    assert len({id(session) for session in sessions}) == 3
    monkeypatch.setattr("web.kit.aside.HELD_S", 60.0)
    sessions.clear()
    assert Batch(db, "links").each(range(3), lambda session, _row: sessions.append(session), 20) == 3
    assert len({id(session) for session in sessions}) == 1


def test_a_busy_database_sets_no_row_aside(db: Database) -> None:
    def busy(_session: Session, _row: int) -> None:
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise OperationalError("BEGIN IMMEDIATE", None, error)

    with pytest.raises(OperationalError):
        Batch(db, "links").each([1, 2], busy, 20)
    with pytest.raises(OperationalError), Batch(db, "links").row(1):
        busy(db.reading_session(), 1)
    assert Batch(db, "links").known == frozenset()
