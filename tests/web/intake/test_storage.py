"""Audio lies once under its digest, whole or not at all, without the user's name."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from web.intake.storage import PEAKS, PLAY, Storage, key_of

BYTES = b"\x00\x01sound" * 1000
SHA = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Storage:
    return Storage((tmp_path / "audio").as_uri())


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> Storage:
    """A store without a local folder, as s3:// would be."""
    return Storage(f"memory://{request.node.name}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "张三_入户 (1).mp3"
    path.write_bytes(BYTES)
    return path


@pytest.mark.parametrize("kind", ["folder", "bucket"])
class TestBothStores:
    @pytest.fixture
    def storage(self, kind: str, request: pytest.FixtureRequest) -> Storage:
        store: Storage = request.getfixturevalue(kind)
        return store

    def test_a_file_is_found_under_its_digest_and_stays_where_it_was(self, storage: Storage, file: Path) -> None:
        taken = storage.take(file)
        assert (taken.sha256, taken.size_bytes) == (SHA, len(BYTES))
        assert taken.key == f"{SHA[:2]}/{SHA[2:4]}/{SHA}" == key_of(SHA)
        assert storage.open(taken.key).read() == BYTES
        assert storage.size(taken.key) == len(BYTES)
        assert file.read_bytes() == BYTES

    def test_taking_the_same_bytes_twice_is_no_error(self, storage: Storage, file: Path) -> None:
        assert storage.take(file) == storage.take(file)

    def test_a_stretch_can_be_read(self, storage: Storage, file: Path) -> None:
        key = storage.take(file).key
        with storage.open(key) as opened:
            opened.seek(7)
            assert opened.read(5) == BYTES[7:12]

    def test_a_local_path_holds_the_bytes(self, storage: Storage, file: Path) -> None:
        with storage.local_path(storage.take(file).key) as path:
            assert path.read_bytes() == BYTES
            assert path.suffix == ""

    def test_deleting_takes_what_was_made_of_it_along(self, storage: Storage, file: Path) -> None:
        key = storage.take(file).key
        storage.put(key + PEAKS, file)
        storage.put(key + PLAY, file)
        assert storage.playable_key(key) == key + PLAY
        storage.delete(key)
        storage.delete(key)
        assert not any(storage.exists(name) for name in (key, key + PEAKS, key + PLAY))
        assert storage.playable_key(key) == key

    @pytest.mark.parametrize("key", ["", "../x", "a/b/c", f"{SHA[:2]}/{SHA[2:4]}/../../../etc/passwd", f"/{SHA}"])
    def test_only_keys_of_its_own_are_opened(self, storage: Storage, key: str) -> None:
        with pytest.raises(ValueError, match="not a key"):
            storage.open(key)

    def test_what_is_not_there_cannot_be_opened(self, storage: Storage) -> None:
        with pytest.raises(FileNotFoundError):
            storage.open(key_of(SHA))


def test_a_write_that_fails_leaves_nothing(folder: Storage, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.take(file)
    root = folder.path(key_of(SHA))
    assert root is not None
    assert [p for p in root.parents[2].rglob("*") if p.is_file()] == []


def test_every_file_and_its_folders_are_synced_before_they_count(
    folder: Storage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[str] = []
    sync, rename = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        acts.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")  # noqa: PTH112
        sync(handle)

    def replace(path: Path, target: Path) -> Path:
        acts.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    folder.take(file)
    assert acts[:2] == ["file", "rename"]
    assert acts.count("folder") == 3  # ab/cd, ab and the root learnt a new name


def test_leftovers_of_killed_processes_are_swept_after_a_day(folder: Storage, file: Path) -> None:
    kept = folder.path(folder.take(file).key)
    assert kept is not None
    left = kept.parents[2] / "tmp" / "abandoned"
    left.write_bytes(b"half")
    assert folder.sweep(86_400, time.time()) == 0
    assert folder.sweep(86_400, time.time() + 90_000) == 1
    assert kept.exists()
    assert not left.exists()


def test_free_space_is_known_of_a_folder_only(folder: Storage, bucket: Storage) -> None:
    assert (folder.free_bytes() or 0) > 0
    assert bucket.free_bytes() is None
