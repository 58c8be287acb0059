"""A finished file becomes a recording: known by its content, safe before it is acknowledged, or refused with a reason."""

from __future__ import annotations

import dataclasses
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.samples import sample
from tests.web import cast
from web.config import WebSettings
from web.db import Database
from web.intake import removal
from web.intake.details import Details
from web.intake.receive import Received, RefusedError, drawn, receive_file
from web.intake.storage import Storage
from web.kit.site import Site
from web.models import AuditEntry, Job, JobKind, Recording, RecordingState
from web.worker import burning

SAMPLE = sample("visit-03-heater-rude.m4a")
NAME = "20261123_1001_WO-1_入户 录音(1).m4a"


@pytest.fixture
def take(here: Site, storage: Storage, people: dict[str, Any]) -> Any:
    def take(path: Path = SAMPLE, name: str = NAME, site: Site = here, **told: Any) -> Received:
        return receive_file(site.db, storage, site, path, name, Details(**told), people["qa"].id, "upload")

    return take


def row(db: Database, recording_id: int) -> Recording:
    with db.reading() as session:
        return session.get_one(Recording, recording_id)


def test_a_file_is_stored_and_queued_to_be_heard(take: Any, db: Database, storage: Storage, people: Any) -> None:
    received = take(standard_id="property-visit")
    found = row(db, received.recording_id)
    assert not received.duplicate
    assert (found.original_name, found.state, found.media_type) == (NAME, RecordingState.QUEUED, "audio/mp4")
    assert found.size_bytes == SAMPLE.stat().st_size == storage.size(found.stored_key)
    assert "入户" not in found.stored_key
    assert (found.uploaded_by_id, found.source) == (people["qa"].id, "upload")
    with db.reading() as session:
        assert session.scalars(select(Job.kind)).all() == [JobKind.HEAR]
        assert session.scalars(select(AuditEntry.action)).all() == ["recording.received"]


def test_without_a_standard_nothing_is_queued(take: Any, db: Database) -> None:
    assert row(db, take().recording_id).state is RecordingState.NEEDS_DATA
    with db.reading() as session:
        assert session.scalar(select(func.count(Job.id))) == 0


def test_what_a_waiting_recording_lacks_is_taken_from_a_repeated_upload(take: Any, db: Database) -> None:
    first = take()
    again = take(standard_id="property-visit", staff_no="1002")
    assert again == Received(first.recording_id, True, added=("standard_id", "technician_id"))
    assert row(db, first.recording_id).standard_id == "property-visit"
    with db.reading() as session:
        assert session.scalars(select(Job.kind)).all() == [JobKind.HEAR]


def test_the_same_content_under_another_name_is_the_same_recording(take: Any, db: Database) -> None:
    first = take(standard_id="property-visit")
    again = take(name="另一个名字.m4a", standard_id="property-followup")
    assert again == Received(first.recording_id, True, differs=("standard_id",))
    with db.reading() as session:
        assert session.scalar(select(func.count(Recording.id))) == 1
        assert session.scalar(select(func.count(Job.id))) == 1


def test_deleted_content_comes_in_anew_and_keeps_its_audio(
    take: Any, here: Site, db: Database, storage: Storage
) -> None:
    first = take().recording_id
    with db.writing() as session:
        removal.remove(session, first)
    second = take()
    assert not second.duplicate
    burning.remove_deleted(here)
    assert storage.exists(row(db, second.recording_id).stored_key)
    with db.writing() as session:
        removal.remove(session, second.recording_id)
    key = row(db, second.recording_id).stored_key
    burning.remove_deleted(here)
    assert not storage.exists(key)
    assert row(db, second.recording_id).stored_key == ""


def test_a_file_taken_away_while_it_comes_in_is_stored_again(
    take: Any, db: Database, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, taken = storage.take, []

    def take_and_lose(path: Path) -> Any:
        found = real(path)
        taken.append(found)
        if len(taken) == 1:
            storage.delete(found.key)
        return found

    monkeypatch.setattr(storage, "take", take_and_lose)
    received = take()
    assert len(taken) == 2
    assert storage.exists(row(db, received.recording_id).stored_key)


def test_an_order_gives_its_technician_and_a_stated_one_wins(take: Any, db: Database, people: Any) -> None:
    with db.writing() as session:
        order = cast.order(session, people["wang"], "WO-7", facts={"late": True})
        order_id = order.id
    found = row(db, take(order_no="WO-7").recording_id)
    assert (found.work_order_id, found.technician_id) == (order_id, people["wang"].id)
    with db.writing() as session:
        removal.remove(session, found.id)
    found = row(db, take(order_no="WO-7", staff_no="1002").recording_id)
    assert found.technician_id == people["li"].id


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"staff_no": "9999"}, "staff-unknown"),
        ({"order_no": "WO-0"}, "order-unknown"),
        ({"standard_id": "nonsense"}, "standard-unknown"),
    ],
)
def test_what_nobody_knows_is_refused(take: Any, db: Database, told: dict[str, Any], code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        take(**told)
    assert refused.value.code == code
    assert refused.value.advice
    with db.reading() as session:
        assert session.scalar(select(func.count(Recording.id))) == 0


def test_a_time_without_zone_is_the_sites_and_gives_the_day_there(take: Any, db: Database) -> None:
    found = row(db, take(recorded_at=datetime(2026, 11, 23, 7, 30)).recording_id)
    assert found.recorded_at == datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert found.recorded_on == date(2026, 11, 23)


def test_without_a_stated_time_the_files_own_is_taken_unless_its_clock_is_wrong(
    take: Any, db: Database, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(SAMPLE.read_bytes())
    moment = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
    os.utime(path, (moment.timestamp(),) * 2)
    found = row(db, take(path).recording_id)
    assert (found.recorded_at, found.recorded_on) == (moment, date(2026, 11, 21))
    path.write_bytes(SAMPLE.read_bytes() + b"\0")
    os.utime(path, (4_102_444_800.0,) * 2)
    found = row(db, take(path).recording_id)
    assert found.recorded_at.year < 2099


def test_a_text_file_is_refused_in_words(take: Any, tmp_path: Path, db: Database) -> None:
    path = tmp_path / "x"
    path.write_text("工号,姓名\n1001,王师傅\n", "utf-8")
    with pytest.raises(RefusedError) as refused:
        take(path, "名单.mp3")
    assert refused.value.code == "audio-text"
    assert refused.value.message == "「名单.mp3」：内容是文本，不是录音"


def test_limits_are_told_with_what_to_do(take: Any, here: Site) -> None:
    small = Site(dataclasses.replace(here.settings, max_file_bytes=1000), here.web, here.db)
    with pytest.raises(RefusedError, match="文件太大，超过上限 1000 B"):
        take(site=small)
    full = Site(here.settings, WebSettings(min_free_bytes=2**50), here.db)
    with pytest.raises(RefusedError, match="磁盘空间不足"):
        take(site=full)


def test_a_store_that_fails_leaves_no_row(
    take: Any, db: Database, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "take", full)
    with pytest.raises(RefusedError, match="没能保存"):
        take()
    with db.reading() as session:
        assert session.scalar(select(func.count(Recording.id))) == 0


def test_the_draw_takes_its_share_and_always_the_same() -> None:
    digests = [f"{number:064x}" for number in range(20_000)]
    first = [drawn(digest, 0.1) for digest in digests]
    assert 0.092 < sum(first) / len(first) < 0.108
    assert first == [drawn(digest, 0.1) for digest in digests]
    assert all(drawn(d, 1.0) for d in digests[:100])
    assert not any(drawn(d, 0.0) for d in digests[:100])
    assert all(drawn(d, 0.2) for d, was in zip(digests, first, strict=True) if was)  # a larger share adds, swaps none
