"""Deleting deletes: sound, clips, words, quotations, notes, names, wherever they are kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.privacy.stage import NUMBER, SPOKEN, WORDS, everything, files, signed, told
from web.config import AnalyzerError
from web.db import Database
from web.intake import erasure, rejudge, removal
from web.intake.erasure import FORGET, PUBLISHED_DIGEST, erase_quotes, without_words
from web.intake.storage import PEAKS, PLAY, Storage
from web.kit.aside import retry_all
from web.kit.refusals import HeldError
from web.kit.site import KEY
from web.learning import standing
from web.learning.standing import Report
from web.models import Clip, DoomedFile, PublishedMonth, Recording, SiteValue
from web.months.document import digest
from web.privacy import holds
from web.worker import burning, clips, muting

AUDIT = (
    "audit_log",
    "work_orders",
)  # the chain of the audit cannot be rewritten; orders are staff's, not the recording's


@pytest.fixture
def private(app: Flask, people: dict[str, Any]) -> int:
    """A recording with private words whose muted copy and clip are made."""
    number = told(app, people)
    here = app.extensions[KEY]
    with app.app_context():
        muting.mute_waiting(here)
        clips.cut_waiting(here)
    return number


def test_a_deleted_recording_leaves_no_sound_and_no_words(
    app: Flask, db: Database, storage: Storage, private: int
) -> None:
    with db.reading() as session:
        key = session.get_one(Recording, private).stored_key
        assert session.scalars(select(Clip.stored_key)).one()
    assert SPOKEN in everything(db)
    assert len(files(app)) == 3  # the recording, the copy without private words, the clip
    with db.writing() as session:
        removal.remove(session, private)
    burning.remove_deleted(app.extensions[KEY])
    assert files(app) == []
    left = everything(db, AUDIT)
    assert SPOKEN not in left
    assert NUMBER not in left
    assert not any(storage.exists(name) for name in (key, key + PEAKS, key + PLAY))
    with db.reading() as session:
        assert session.scalars(select(DoomedFile)).all() == []


def test_deleting_by_the_page_writes_no_name_into_the_log(login: Login, db: Database, private: int) -> None:
    login("qa").post("/recordings/bulk", data={"action": "delete", "id": str(private)})
    with db.reading() as session:
        assert session.get_one(Recording, private).deleted_at is not None
    assert NUMBER not in everything(db, ("recordings", "uploads", "work_orders", "analysis_documents", "decisions"))


def test_a_file_that_cannot_be_removed_now_is_removed_later_and_stops_no_other(
    app: Flask, db: Database, private: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing() as session:
        removal.remove(session, private)
    here, real, failed = app.extensions[KEY], Storage.delete, []

    def full(self: Storage, key: str) -> None:
        if not failed:
            failed.append(key)
            raise OSError("read-only file system")
        real(self, key)

    monkeypatch.setattr(Storage, "delete", full)
    burning.remove_deleted(here)
    assert len(files(app)) == 1
    with db.writing() as session:  # it waits a minute, or until somebody has repaired it
        retry_all(session)
    burning.remove_deleted(here)
    assert files(app) == []


def test_the_same_bytes_under_another_recording_stay(
    app: Flask, db: Database, people: dict[str, Any], private: int
) -> None:
    with db.writing() as session:
        key = session.get_one(Recording, private).stored_key
        removal.remove(session, private)
        session.get_one(Recording, private).sha256 = "0" * 64
    with db.writing() as session:
        twin = Recording(sha256="1" * 64, original_name="x", size_bytes=1, stored_key=key)
        session.add(twin)
    burning.remove_deleted(app.extensions[KEY])
    assert [path.name for path in files(app)] == [key.rsplit("/", 1)[1]]


def test_a_clip_taken_back_leaves_no_file(app: Flask, login: Login, db: Database, private: int) -> None:
    with db.reading() as session:
        clip = session.scalars(select(Clip)).one()
    assert login("manager").post(f"/scorecards/clips/{clip.id}/remove").status_code == 302
    burning.burn(app.extensions[KEY])
    assert len(files(app)) == 2


def test_a_published_month_loses_the_quotation_and_keeps_its_figures_and_digest(
    db: Database, people: dict[str, Any], private: int
) -> None:
    quote = {"recording": private, "quote": SPOKEN, "item": "x"}
    other = {"recording": 0, "quote": "别人的", "item": "x"}
    body = {
        "month": "2026-11",
        "technicians": [{"id": 1, "forbidden": [quote, other]}],
        "recordings": [{"score": 81.0}],
    }
    change = {"recordings": [{"id": private, "items": [{"id": "x", "note": SPOKEN}]}]}
    with db.writing() as session:
        month = PublishedMonth(
            month="2026-11", edition=1, published_by_id=people["manager"].id, body=body, difference=change
        )
        session.add(month)
        session.flush()
        known = digest(month.body)
        erase_quotes(session, {private})
    with db.reading() as session:
        month = session.scalars(select(PublishedMonth)).one()
        assert SPOKEN not in str(month.body) + str(month.difference)
        assert "别人的" in str(month.body)
        assert digest(month.body) == known
        assert digest({k: v for k, v in month.body.items() if k != PUBLISHED_DIGEST}) != known


def test_readers_that_learnt_from_it_are_asked_to_learn_anew(app: Flask, db: Database, private: int) -> None:
    report = Report(dt.datetime.now(dt.UTC), 1, ())
    with db.writing() as session:
        standing.end(session, report)
        removal.remove(session, private)
    burning.remove_deleted(app.extensions[KEY])
    with db.reading() as session:
        assert standing.standing(session).state == "asked"
        assert session.get(SiteValue, FORGET) is None


def test_where_nobody_has_ever_had_it_learnt_nothing_is_learnt(app: Flask, db: Database, private: int) -> None:
    with db.writing() as session:
        removal.remove(session, private)
    burning.remove_deleted(app.extensions[KEY])
    with db.reading() as session:
        assert standing.standing(session).state == "idle"


def test_a_hold_stops_every_way_of_deleting(
    app: Flask, login: Login, db: Database, people: dict[str, Any], private: int
) -> None:
    with db.writing() as session:
        assert holds.hold(session, private, "投诉处理中", people["admin"].id)
    with db.writing() as session, pytest.raises(HeldError):
        removal.remove(session, private)
    answer = login("qa").post("/recordings/bulk", data={"action": "delete", "id": str(private)}, follow_redirects=True)
    assert "法律保留" in answer.get_data(as_text=True)
    login("qa").post("/queue", data={"do": "delete", "id": str(private)})
    with db.reading() as session:
        assert session.get_one(Recording, private).deleted_at is None


def test_words_that_are_gone_are_not_judged_again(app: Flask, db: Database, private: int) -> None:
    with db.writing() as session:
        erasure.erase_words(session, session.get_one(Recording, private))
    with app.app_context(), db.writing() as session, pytest.raises(AnalyzerError, match="按保存期限或申请删除"):
        rejudge.request(session, private, "重新判分", None)


def test_without_its_words_a_recording_keeps_its_verdicts_score_and_page(
    app: Flask, login: Login, db: Database, private: int
) -> None:
    signed(db, private)
    with db.reading() as session:
        before = session.get_one(Recording, private).score
    with db.writing() as session:
        row = session.get_one(Recording, private)
        erasure.erase_audio(session, row)
        erasure.erase_words(session, row)
    for who in ("qa", "manager", "technician"):
        answer = login(who).get(f"/recordings/{private}")
        assert answer.status_code == 200
        text = answer.get_data(as_text=True)
        assert "录音已按保存期限或申请删除" in text
        assert SPOKEN not in text
        assert "跟我们没关系" in text  # the clause is still there
    with db.reading() as session:
        assert session.get_one(Recording, private).score == before


def test_a_document_without_words_says_nothing_that_was_said() -> None:
    document = {
        "transcript": [{"text": "a"}],
        "items": [{"id": "x", "hits": [1], "reason": "r"}],
        "facts": {"late": True},
    }
    assert without_words(document) == {
        "transcript": [], "items": [{"id": "x", "hits": [], "reason": "", "nearest": None}], "facts": {"late": True},
        "file": "", "figures": {"keywords": []},
    }  # fmt: skip


def test_what_was_erased_is_not_left_in_free_pages_of_the_file(
    app: Flask, db: Database, home: Path, private: int
) -> None:
    """SQLite forgets where a row was, and leaves it there, unless it is told to overwrite what is freed."""
    if not db.is_sqlite:
        pytest.skip("tells of SQLite's file")
    with db.writing() as session:
        removal.remove(session, private)
    burning.remove_deleted(app.extensions[KEY])
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    left = b"".join(path.read_bytes() for path in (home / "web").glob("tingjian.db*"))
    assert WORDS.encode() not in left
    assert f"{NUMBER}_".encode() not in left
