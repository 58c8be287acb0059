"""s3://: kept whole, through hiccups, told where the store is away, and never asked while others wait to write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.samples import sample
from tests.web import bucket
from tests.web.conftest import Login
from web.config import SettingsError, WebSettings
from web.db import Database, engine, now
from web.intake import removal, storage
from web.intake.details import Details
from web.intake.erasure import erase_deleted
from web.intake.receive import RefusedError, receive_file
from web.intake.storage import PEAKS, PLAY, Storage, StorageError, key_of
from web.kit.site import Site
from web.models import DoomedFile, Recording
from web.worker import burning

SAMPLE = sample("visit-03-heater-rude.m4a")


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[bucket.Stand]:
    with bucket.bucket(monkeypatch) as made:
        yield made


@pytest.fixture
def store(stand: bucket.Stand) -> Storage:
    return Storage(stand.url)


@pytest.fixture
def free(db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Whoever asks the store must not hold the write lock: another writer gets it at once. The names of what was asked."""
    monkeypatch.setattr(engine, "WAIT_MS", 2000)
    other = Database(db.url)
    asked: list[str] = []
    whole = Storage._asked

    def watched(self: Storage, act: Any, *arguments: object) -> Any:
        with other.writing() as session:
            session.execute(text("SELECT 1"))
        asked.append(act.__name__)
        return whole(self, act, *arguments)

    monkeypatch.setattr(Storage, "_asked", watched)
    yield asked
    other.dispose()


def receive(here: Site, store: Storage, path: Path = SAMPLE) -> int:
    return receive_file(here.db, store, here, path, path.name, Details(), None, "upload").recording_id


def test_a_file_goes_there_and_comes_back_in_stretches_and_whole(store: Storage) -> None:
    taken = store.take(SAMPLE)
    assert store.exists(taken.key)
    assert store.size(taken.key) == SAMPLE.stat().st_size
    with store.open(taken.key) as opened:
        opened.seek(1000)
        assert opened.read(50) == SAMPLE.read_bytes()[1000:1050]
    with store.local_path(taken.key) as path:
        assert path.read_bytes() == SAMPLE.read_bytes()
    store.put(taken.key + PEAKS, SAMPLE)
    store.put(taken.key + PLAY, SAMPLE)
    store.delete(taken.key)
    assert not any(store.exists(taken.key + part) for part in ("", PEAKS, PLAY))
    store.delete(taken.key)  # what is gone is gone


def test_a_hiccup_of_the_store_is_tried_again(stand: bucket.Stand, store: Storage) -> None:
    stand.refuse(1)
    taken = store.take(SAMPLE)
    stand.refuse(1)
    with store.local_path(taken.key) as path:
        assert path.read_bytes() == SAMPLE.read_bytes()


def test_a_store_that_is_away_is_told_and_nothing_is_acknowledged(
    stand: bucket.Stand, store: Storage, here: Site, db: Database
) -> None:
    store.exists(key_of("0" * 64))
    stand.stop()
    try:
        with pytest.raises(StorageError):
            store.exists(key_of("0" * 64))
        with pytest.raises(RefusedError) as refused:
            receive(here, store)
    finally:
        stand.start()
    assert refused.value.code == "storage"  # the upload may be finished later
    with db.reading() as session:
        assert session.scalars(select(Recording.id)).all() == []
    receive(here, store)


def test_a_page_that_cannot_have_its_sound_is_told_to_come_again(
    stand: bucket.Stand, store: Storage, here: Site, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.recordings.media.open_storage", lambda *_: store)
    number = receive(here, store)
    admin = login("admin")
    assert admin.get(f"/recordings/{number}/audio").data == SAMPLE.read_bytes()
    stand.stop()
    try:
        for path in (f"/recordings/{number}/audio", f"/recordings/{number}/peaks.json"):
            answer = admin.get(path)
            assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    finally:
        stand.start()


def test_the_store_is_never_asked_while_others_wait_to_write(
    here: Site, store: Storage, db: Database, free: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(burning, "open_storage", lambda *_: store)
    number = receive(here, store)
    receive(here, store)
    with db.writing() as session:
        removal.remove(session, number)
    burning.remove_deleted(here)
    assert {name.lstrip("_") for name in free} == {"put_file", "exists", "rm_file"}
    with db.reading() as session:
        assert session.get_one(Recording, number).stored_key == ""


def test_content_that_is_just_being_removed_is_taken_in_after_that(
    here: Site, storage: Storage, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has looked and is about to remove the file, when the same content comes in again."""
    monkeypatch.setattr("web.intake.receive.time.sleep", lambda _s: go_on())
    number = receive(here, storage)
    with db.writing() as session:
        removal.remove(session, number)
        key = session.get_one(Recording, number).stored_key
    delete, waited = Storage.delete, []

    def slowly(self: Storage, key: str) -> None:
        second = receive(here, self)  # comes in between look and removal
        waited.append(second)

    def go_on() -> None:
        monkeypatch.setattr(Storage, "delete", delete)
        storage.delete(key)
        with db.writing() as session:
            session.delete(session.get_one(DoomedFile, key))

    monkeypatch.setattr(Storage, "delete", slowly)
    monkeypatch.setattr(burning, "open_storage", lambda *_: storage)
    burning.remove_deleted(here)
    (second,) = waited
    assert second != number
    assert storage.exists(key)


def test_content_that_is_being_removed_for_too_long_is_refused_for_now(
    here: Site, storage: Storage, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.intake.receive.time.sleep", lambda _s: None)
    number = receive(here, storage)
    with db.writing() as session:
        removal.remove(session, number)
    with db.writing() as session:
        erase_deleted(session, session.get_one(Recording, number), now())
        session.scalars(select(DoomedFile)).one().removing_at = now()  # by a worker that was killed there
    with pytest.raises(RefusedError) as refused:
        receive(here, storage)
    assert refused.value.code == "storage"
    monkeypatch.setattr(burning, "REMOVING", timedelta(0))  # five minutes later another worker does it
    burning.remove_deleted(here)
    assert receive(here, storage) != number


def test_audio_that_went_missing_comes_back_with_the_same_file(here: Site, storage: Storage, db: Database) -> None:
    number = receive(here, storage)
    with db.reading() as session:
        key = session.get_one(Recording, number).stored_key
    storage.delete(key)
    assert receive(here, storage) == number
    assert storage.exists(key)


@pytest.mark.parametrize(
    ("url", "told"), [("gopher://hole", "gopher"), ("s3://bucket/folder", "requirements-scale.txt")]
)
def test_a_store_that_nothing_here_opens_is_named_with_the_mend(
    url: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fsspec

    def without(protocol: str) -> object:
        if protocol == "s3":
            raise ImportError("Install s3fs to access S3")
        raise ValueError(f"Protocol not known: {protocol}")

    monkeypatch.setattr(fsspec, "get_filesystem_class", without)
    with pytest.raises(SettingsError) as refused:
        storage.check(WebSettings(storage_url=url).storage_url)
    assert told in str(refused.value)
