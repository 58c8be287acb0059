"""Sound by ranges, waveform, words as files."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.samples import sample
from tests.web.conftest import Login
from web.db import Database
from web.intake.storage import PEAKS, PLAY, Storage, open_storage
from web.kit.site import KEY
from web.models import AuditEntry, Recording
from web.recordings import media

# responses with files are read whole and closed, as a server does (`buffered`)
SOUND = sample("visit-03-heater-rude.m4a").read_bytes()


@pytest.fixture
def store(app: Flask) -> Storage:
    here = app.extensions[KEY]
    return open_storage(here.web, here.settings.home)


def put(store: Storage, key: str, content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as made:
        made.write(content)
        made.flush()
        store.put(key, Path(made.name))


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("", 200, SOUND),
        ("bytes=0-99", 206, SOUND[:100]),
        ("bytes=1000-", 206, SOUND[1000:]),
        ("bytes=-50", 206, SOUND[-50:]),
        (f"bytes=10-{len(SOUND) + 5}", 206, SOUND[10:]),
        (f"bytes={len(SOUND)}-", 416, None),
    ],
)
def test_ranges(login: Login, visit: int, asked: str, status: int, body: bytes | None) -> None:
    answer = login("qa").get(f"/recordings/{visit}/audio", buffered=True, headers={"Range": asked} if asked else {})
    assert answer.status_code == status
    if body is not None:
        assert answer.data == body
        assert answer.headers["Accept-Ranges"] == "bytes"
    if status == 206:
        assert answer.headers["Content-Range"].endswith(f"/{len(SOUND)}")


def test_sound_has_a_fixed_type_and_its_own_name(login: Login, visit: int) -> None:
    headers = login("qa").get(f"/recordings/{visit}/audio", buffered=True).headers
    assert headers["Content-Type"] == "audio/mp4"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("inline")
    saved = login("qa").get(f"/recordings/{visit}/audio?download=1", buffered=True).headers
    assert saved["Content-Type"] == "application/octet-stream"
    assert saved["Content-Disposition"] == "attachment; filename*=UTF-8''visit-03-heater-rude.m4a"


@pytest.mark.parametrize("what", ["audio", "audio?download=1", "transcript.json", "transcript.txt"])
def test_nothing_of_a_recording_is_kept_by_browsers(login: Login, visit: int, what: str) -> None:
    assert login("qa").get(f"/recordings/{visit}/{what}", buffered=True).headers["Cache-Control"] == "no-store"


def test_a_type_that_is_no_sound_is_never_told_to_a_browser(login: Login, db: Database, visit: int) -> None:
    with db.writing() as session:
        session.get_one(Recording, visit).media_type = "text/html"
    assert (
        login("qa").get(f"/recordings/{visit}/audio", buffered=True).headers["Content-Type"]
        == "application/octet-stream"
    )


def test_what_browsers_cannot_play_is_given_as_the_worker_made_it(
    login: Login, store: Storage, db: Database, visit: int
) -> None:
    with db.reading() as session:
        key = session.get_one(Recording, visit).stored_key
    put(store, key + PLAY, b"....ftypM4A")
    assert login("qa").get(f"/recordings/{visit}/audio", buffered=True).data == b"....ftypM4A"
    assert login("qa").get(f"/recordings/{visit}/audio?download=1", buffered=True).data == SOUND


def test_a_remote_store_gives_ranges_too(app: Flask, login: Login, visit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Storage, "path", lambda *_: None)
    answer = login("qa").get(f"/recordings/{visit}/audio", buffered=True, headers={"Range": "bytes=5-9"})
    assert (answer.status_code, answer.data) == (206, SOUND[5:10])
    assert answer.headers["Content-Range"] == f"bytes 5-9/{len(SOUND)}"


def test_listening_is_logged_once_for_many_ranges(login: Login, db: Database, visit: int) -> None:
    client = login("qa")
    for start in range(3):
        client.get(f"/recordings/{visit}/audio", buffered=True, headers={"Range": f"bytes={start}-"})
    login("qa2").get(f"/recordings/{visit}/audio", buffered=True)
    with db.reading() as session:
        assert session.execute(select(AuditEntry.username, AuditEntry.action)).all() == [
            ("chen", "listen"),
            ("lin", "listen"),
        ]


def test_the_waveform_comes_once_and_is_not_sent_again(login: Login, store: Storage, db: Database, visit: int) -> None:
    client = login("qa")
    assert client.get(f"/recordings/{visit}/peaks.json", buffered=True).status_code == 404
    with db.reading() as session:
        key = session.get_one(Recording, visit).stored_key
    put(store, key + PEAKS, b'{"schema": 1, "duration_s": 82.1, "channels": [[-12, 12]]}')
    first = client.get(f"/recordings/{visit}/peaks.json", buffered=True)
    assert first.get_json()["duration_s"] == 82.1
    again = client.get(
        f"/recordings/{visit}/peaks.json", buffered=True, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_a_file_that_is_gone_is_not_found(login: Login, store: Storage, db: Database, visit: int) -> None:
    with db.reading() as session:
        store.delete(session.get_one(Recording, visit).stored_key)
    assert login("qa").get(f"/recordings/{visit}/audio", buffered=True).status_code == 404


def test_words_as_files_carry_peoples_corrections(login: Login, visit: int) -> None:
    client = login("qa")
    client.post(f"/recordings/{visit}/lines/0", data={"text": "谁呀？", "seen": "睡一雅,", "revision": 0})
    text = client.get(f"/recordings/{visit}/transcript.txt").data.decode("utf-8-sig")
    assert text.splitlines()[0] == "0:00\t客户\t谁呀？"
    subtitles = client.get(f"/recordings/{visit}/transcript.srt").data.decode("utf-8-sig")
    assert subtitles.startswith("1\r\n00:00:00,620 --> 00:00:01,630\r\n客户：谁呀？\r\n\r\n2\r\n")
    whole = json.loads(client.get(f"/recordings/{visit}/transcript.json").data)
    assert whole["schema"] == 1
    assert client.get(f"/recordings/{visit}/transcript.exe").status_code == 404


def test_all_playable_types_are_sound() -> None:
    assert all(kind.startswith("audio/") for kind in media.PLAYABLE)
