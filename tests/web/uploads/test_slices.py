"""Slices: what is confirmed lies on the disk, whatever breaks."""

from __future__ import annotations

import io
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.samples import sample
from tests.web import cast
from tests.web.conftest import Login
from web.db import Database, now
from web.kit.site import KEY, Site
from web.models import AuditEntry, Job, Recording, RecordingState, Upload, UploadState
from web.uploads import slices
from web.uploads.slices import SliceError

SOUND = sample("followup-01-washer.amr").read_bytes()
HALF = len(SOUND) // 2


@pytest.fixture
def here(app: Flask) -> Site:
    found: Site = app.extensions[KEY]
    return found


@pytest.fixture
def files(here: Site) -> Path:
    return slices.folder(here)


def begin(client: FlaskClient, content: bytes = SOUND, name: str = "张三_入户.amr", **more: Any) -> Any:
    told = {"name": name, "size": len(content), "modified": 1_767_600_000_000, "sample": "ab", **more}
    return client.post("/api/uploads", json=told)


def put(client: FlaskClient, upload_id: str, offset: int, content: bytes) -> Any:
    return client.put(f"/api/uploads/{upload_id}?offset={offset}", data=content)


def finish(client: FlaskClient, upload_id: str, **details: Any) -> Any:
    return client.post(f"/api/uploads/{upload_id}/finish", json={"details": details})


def send(client: FlaskClient, content: bytes = SOUND, name: str = "张三_入户.amr", **details: Any) -> Any:
    upload_id = begin(client, content, name).json["id"]
    assert put(client, upload_id, 0, content).status_code == 200
    return finish(client, upload_id, **details)


def test_a_file_in_slices_becomes_a_recording_of_the_same_bytes(login: Login, db: Database, files: Path) -> None:
    client = login("qa")
    begun = begin(client)
    assert (begun.status_code, begun.json["offset"]) == (201, 0)
    upload_id = begun.json["id"]
    assert put(client, upload_id, 0, SOUND[:HALF]).json == {"offset": HALF}
    assert put(client, upload_id, HALF, SOUND[HALF:]).json == {"offset": len(SOUND)}
    answer = finish(client, upload_id, standard_id="property-followup", staff_no="1001 王师傅", facts={"late": True})
    assert answer.status_code == 200
    assert answer.json["duplicate"] is False
    assert answer.json["url"] == f"/recordings/{answer.json['recording_id']}"
    with db.reading() as session:
        row = session.scalars(select(Recording)).one()
        assert (row.original_name, row.size_bytes, row.state) == ("张三_入户.amr", len(SOUND), RecordingState.QUEUED)
        assert row.facts == {"late": True}
        assert row.recorded_at.timestamp() == 1_767_600_000  # the file's own time, as nothing else tells it
        assert session.scalars(select(Job.recording_id)).all() == [row.id]
        assert session.scalar(select(AuditEntry.username).where(AuditEntry.action == "recording.received")) == "chen"
    assert not list(files.glob("*.part"))
    assert finish(client, upload_id).json["recording_id"] == row.id  # an answer that got lost is given again


def test_the_same_file_chosen_again_goes_on_at_the_confirmed_offset(login: Login) -> None:
    client = login("qa")
    first = begin(client).json["id"]
    put(client, first, 0, SOUND[:HALF])
    assert begin(client).json == {"id": first, "offset": HALF}
    assert begin(client, sample="cd").json["offset"] == 0, "another content under the same name"
    assert begin(login("qa2")).json["offset"] == 0, "another person"


@pytest.mark.parametrize("offset", [0, HALF - 1, HALF + 1, -1])
def test_a_wrong_offset_is_answered_with_the_right_one(login: Login, files: Path, offset: int) -> None:
    client = login("qa")
    upload_id = begin(client).json["id"]
    put(client, upload_id, 0, SOUND[:HALF])
    answer = put(client, upload_id, offset, SOUND[HALF:])
    assert (answer.status_code, answer.json["offset"]) == (409, HALF)
    assert (files / f"{upload_id}.part").read_bytes() == SOUND[:HALF]


def test_a_connection_that_breaks_within_a_slice_confirms_nothing_of_it(
    here: Site, people: dict[str, Any], files: Path
) -> None:
    user = people["qa"].id
    begun = slices.begin(here, user, "a.amr", len(SOUND), 0, "")
    with pytest.raises(SliceError) as caught:
        slices.append(here, user, begun.id, 0, HALF, io.BytesIO(SOUND[:100]))
    assert (caught.value.status, caught.value.given["offset"]) == (400, 0)
    assert slices.begin(here, user, "a.amr", len(SOUND), 0, "").received_bytes == 0
    slices.append(here, user, begun.id, 0, 50, io.BytesIO(SOUND[:50]))
    assert (files / f"{begun.id}.part").read_bytes() == SOUND[:50], "nothing of the broken slice is left"


def test_of_slices_sent_at_once_exactly_one_is_taken(here: Site, people: dict[str, Any], files: Path) -> None:
    user = people["qa"].id
    begun = slices.begin(here, user, "a.amr", len(SOUND), 0, "")
    at_once = threading.Barrier(8)

    def one(number: int) -> int:
        at_once.wait()
        try:
            slices.append(here, user, begun.id, 0, HALF, io.BytesIO(SOUND[:HALF]))
        except SliceError as error:
            assert (error.code, error.given["offset"]) == ("offset", HALF)
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(8))) == 1
    assert (files / f"{begun.id}.part").read_bytes() == SOUND[:HALF]


def test_nobody_touches_anothers_upload(login: Login, files: Path) -> None:
    upload_id = begin(login("qa")).json["id"]
    put(login("qa"), upload_id, 0, SOUND[:HALF])
    other = login("qa2")
    assert put(other, upload_id, HALF, SOUND[HALF:]).status_code == 404
    assert finish(other, upload_id).status_code == 404
    assert other.delete(f"/api/uploads/{upload_id}").status_code == 404
    assert put(login("qa"), upload_id, HALF, SOUND[HALF:]).status_code == 200
    for strange in (str(uuid.uuid4()), "..%2F..%2Ftingjian.db", "x", upload_id.upper()):
        assert put(other, strange, 0, b"x").status_code == 404
    assert [p.suffix for p in sorted(files.iterdir())] == [".lock", ".part"]


def test_cancelling_leaves_no_file(login: Login, db: Database, files: Path) -> None:
    client = login("qa")
    upload_id = begin(client).json["id"]
    put(client, upload_id, 0, SOUND[:HALF])
    assert client.delete(f"/api/uploads/{upload_id}").status_code == 204
    assert list(files.iterdir()) == []
    with db.reading() as session:
        assert session.scalars(select(Upload)).all() == []
    assert put(client, upload_id, HALF, SOUND[HALF:]).status_code == 404
    assert list(files.iterdir()) == []


def test_the_same_content_is_told_as_already_there(login: Login, db: Database) -> None:
    client = login("qa")
    first = send(client, standard_id="property-followup").json
    again = send(client, name="换了名字.amr", standard_id="property-visit").json
    assert again.pop("words") == "内容相同的录音已在系统里，这次填写的标准和已有的不同，没有改动"
    assert again.pop("offer") == "/recordings/1/details?offer-standard=property-visit"
    assert again == {**first, "duplicate": True}
    with db.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 1


def test_half_an_emoji_in_a_name_is_shown_as_unreadable(login: Login, db: Database) -> None:
    body = b'{"name":"\\ud83d.amr","size":10,"modified":0,"sample":"\\udc00","details":{"note":"\\ud83d"}}'
    answer = login("qa").post("/api/uploads", data=body, content_type="application/json")
    assert answer.status_code == 201
    with db.reading() as session:
        assert session.scalars(select(Upload.original_name)).all() == ["\ufffd.amr"]


def test_without_a_standard_a_recording_waits_for_data(login: Login, db: Database) -> None:
    assert send(login("qa")).status_code == 200
    with db.reading() as session:
        assert session.scalars(select(Recording.state)).all() == [RecordingState.NEEDS_DATA]
        assert session.scalars(select(Job)).all() == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("工号,姓名\n1001,王\n".encode() * 50, "内容是文本，不是录音"),
        (b"PK\x03\x04" + bytes(range(200, 250)) * 40, "这是压缩包（zip），不是录音"),
        (b"PK\x03\x04[Content_Types].xml xl/workbook.xml" + bytes(2000), "这是 Excel 表格，不是录音"),
        (bytes(range(7)) * 300, "不是能识别的录音格式"),
        (b"#!SILK_V3" + b"\x02" * 400, "SILK"),
    ],
)
def test_what_is_no_recording_is_refused_after_its_first_slice(
    login: Login, db: Database, files: Path, content: bytes, told: str
) -> None:
    client = login("qa")
    upload_id = begin(client, content * 2, "台账.mp3").json["id"]
    answer = put(client, upload_id, 0, content)
    assert answer.status_code == 415
    assert told in answer.json["error"]
    assert answer.json["advice"]
    assert not list(files.glob("*.part"))
    with db.reading() as session:
        assert session.scalars(select(Upload.state)).all() == [UploadState.REFUSED]
        assert session.scalars(select(Recording)).all() == []
    assert put(client, upload_id, len(content), content).status_code == 409


def test_limits_are_told_with_what_to_do(login: Login, here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = login("qa")
    large = begin(client, size=here.settings.max_file_bytes + 1)
    assert large.status_code == 413
    assert "2.0 GB" in large.json["error"]
    assert "请分段导出" in large.json["advice"]
    assert begin(client, size=0).status_code == 422
    for wrong in ({"size": "1"}, {"size": True}, {"name": ""}, {"name": 7}, {"modified": None}, {"size": 2**60}):
        assert begin(client, **wrong).status_code == 422
    assert client.post("/api/uploads", data=b"{").status_code == 422
    upload_id = begin(client).json["id"]
    assert put(client, upload_id, 0, SOUND + b"x").status_code == 413, "more than the file has"
    assert put(client, upload_id, 0, b"").status_code == 411
    monkeypatch.setattr(slices, "MAX_SLICE_BYTES", 10)
    assert put(client, upload_id, 0, SOUND).status_code == 413


def test_a_full_disk_refuses_and_keeps_what_is_there(
    login: Login, db: Database, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = login("qa")
    upload_id = begin(client).json["id"]
    put(client, upload_id, 0, SOUND[:HALF])
    with monkeypatch.context() as full:
        full.setattr(slices, "free_bytes", lambda _: 1000)
        for answer in (put(client, upload_id, HALF, SOUND[HALF:]), begin(client, name="b.amr")):
            assert answer.status_code == 507
            assert "磁盘空间不足" in answer.json["error"]
            assert "不用重传" in answer.json["advice"]
    assert put(client, upload_id, HALF, SOUND[HALF:]).status_code == 200


def test_an_unknown_person_is_told_before_a_byte_is_sent_and_can_be_mended_after(login: Login, db: Database) -> None:
    client = login("qa")
    early = begin(client, details={"staff_no": "9999"})
    assert early.status_code == 422
    assert "9999" in early.json["error"]
    late = send(client, order_no="WO-404")
    assert (late.status_code, late.json["again"]) == (422, True)
    with db.reading() as session:
        upload_id = session.scalars(select(Upload.id)).one()
    assert finish(client, upload_id).status_code == 200, "without sending again"


def test_a_file_that_is_not_whole_is_not_finished(login: Login) -> None:
    client = login("qa")
    upload_id = begin(client).json["id"]
    put(client, upload_id, 0, SOUND[:HALF])
    answer = finish(client, upload_id)
    assert (answer.status_code, answer.json["offset"]) == (409, HALF)


def test_after_a_restored_backup_the_disk_says_how_far_it_is(login: Login, files: Path) -> None:
    client = login("qa")
    upload_id = begin(client).json["id"]
    put(client, upload_id, 0, SOUND[:HALF])
    (files / f"{upload_id}.part").write_bytes(SOUND[:100])
    assert begin(client).json == {"id": upload_id, "offset": 100}
    (files / f"{upload_id}.part").unlink()
    assert begin(client).json == {"id": upload_id, "offset": 0}
    put(client, upload_id, 0, SOUND)
    assert finish(client, upload_id).status_code == 200


def test_uploads_that_nobody_goes_on_with_are_removed_after_three_days(
    login: Login, db: Database, here: Site, files: Path
) -> None:
    client = login("qa")
    old, fresh = begin(client, name="旧.amr").json["id"], begin(client, name="新.amr").json["id"]
    put(client, old, 0, SOUND[:HALF])
    put(client, fresh, 0, SOUND[:HALF])
    with db.writing() as session:
        session.execute(update(Upload).where(Upload.id == old).values(updated_at=now() - timedelta(days=3, minutes=1)))
    assert slices.remove_stale(here) == 1
    assert [p.stem for p in files.glob("*.part")] == [fresh]
    with db.reading() as session:
        assert session.scalars(select(Upload.id)).all() == [fresh]
    assert slices.remove_stale(here, now() + timedelta(days=4)) == 1
    assert list(files.iterdir()) == []


def test_the_order_gives_its_technician(login: Login, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        cast.order(session, people["li"], "WO-7")
    send(login("qa"), order_no="WO-7", standard_id="property-visit", recorded_at="2026-01-05T14:03")
    with db.reading() as session:
        row = session.scalars(select(Recording)).one()
        assert row.technician_id == people["li"].id
        assert row.recorded_at.isoformat() == "2026-01-05T06:03:00+00:00"
        assert row.recorded_on.isoformat() == "2026-01-05"
