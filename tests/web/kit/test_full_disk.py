"""A disk that others have filled to its end: people still log in and decide; the worker begins nothing."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from analyzer.settings import ROOT, Settings
from tests.web import cast
from tests.web.cast import PASSWORD
from tests.web.worker import stubs
from web import create_app, queue
from web.config import WebSettings
from web.db import Database, reserve
from web.kit.site import KEY, site_of
from web.migrations import upgrade
from web.models import JobKind, User
from web.worker.chores import keep_room
from web.worker.post import Post, Terms

MIB = 1024**2


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "none", disk], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


@pytest.fixture
def app(small: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A site on it, with rooms to its measure."""
    for name, value in (("KEPT_BYTES", 8 * MIB), ("LOW_BYTES", 2 * MIB), ("ROOM_BYTES", 12 * MIB)):
        monkeypatch.setattr(reserve, name, value)
    web = WebSettings(database_url=f"sqlite:///{small / 'web' / 'tingjian.db'}")
    upgrade(web.database_url)
    made = create_app({"WTF_CSRF_ENABLED": False}, Settings(home=small, lexicons=ROOT / "lexicons"), web)
    with made.extensions[KEY].db.writing() as session:
        cast.company(session)
    yield made
    made.extensions[KEY].db.dispose()


def fill(disk: Path) -> None:
    """Write until nothing more goes."""
    with pytest.raises(OSError, match="No space left"), (disk / "others").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(64 * 1024))


def test_people_log_in_and_change_things_on_a_full_disk(app: Flask, small: Path) -> None:
    keep_room(site_of(app))
    fill(small)
    browser = app.test_client()
    for _ in range(20):
        assert browser.post("/login", data={"username": "chen", "password": PASSWORD}).status_code == 302
        assert browser.post("/logout").status_code == 302
    assert not (small / "web" / "reserve").exists()


def test_without_the_reserve_a_full_disk_is_told_as_such(app: Flask, small: Path) -> None:
    fill(small)
    answer = app.test_client().post("/login", data={"username": "chen", "password": PASSWORD})
    assert answer.status_code == 507
    assert "磁盘空间不足" in answer.text


def test_the_worker_begins_nothing_on_what_is_left_and_goes_on_after_the_repair(app: Flask, small: Path) -> None:
    here = site_of(app)
    db: Database = here.db
    with db.writing() as session:
        row = cast.recording(session, None, "works.mp3", stored_key="aa/bb/cc")
        queue.enqueue(session, row.id, JobKind.HEAR)
    keep_room(here)
    fill(small)
    with db.writing() as session:
        session.get_one(User, 1).name = "管理员二"  # spends the reserve
    post = Post(here, JobKind.HEAR, stubs.child, Terms(hung_s=60.0), threading.Event())
    assert post.step() is False
    keep_room(here)
    assert not (small / "web" / "reserve").exists()  # no room yet
    (small / "others").unlink()
    keep_room(here)
    assert (small / "web" / "reserve").stat().st_size == 8 * MIB
    assert post.step() is True
    post.close()
