"""Backups of a site in use come back whole: of SQLite and PostgreSQL, with audio in a folder or elsewhere."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from tests.web import cast
from tests.web.cast import PASSWORD
from tests.web.servers import POSTGRES
from web import create_app
from web.backups import backup as copies
from web.backups import nightly
from web.backups.databases import Postgres
from web.config import WebSettings
from web.db import Database, now
from web.db.copies import BackupError
from web.intake.storage import Storage
from web.kit import audit
from web.kit.site import KEY, Site
from web.maintenance.doctor import examine
from web.migrations import upgrade
from web.models import AuditEntry, Recording, Team
from web.watch.metrics import exposition
from web.worker import apart

SERVER = POSTGRES or "postgresql://postgres@127.0.0.1:5432/postgres"


def names(path: Path) -> set[str]:
    database = Database(f"sqlite:///{path}")
    with database.reading() as session:
        found = set(session.scalars(select(Team.name)))
    database.dispose()
    return found


def stored(storage: Storage, folder: Path, said: bytes = b"sound") -> str:
    """Store a file; return its key."""
    path = folder / "sound"
    path.write_bytes(said)
    return storage.take(path).key


def content(storage: Storage, key: str) -> bytes:
    with storage.open(key) as f:
        return f.read()


@pytest.mark.sqlite
def test_a_backup_of_a_site_in_use_is_whole_and_comes_back(
    app: Flask, db: Database, storage: Storage, home: Path, tmp_path: Path
) -> None:
    run = app.test_cli_runner().invoke
    sound = stored(storage, tmp_path)
    with db.writing() as session:
        audit.record(session, "listen")
    with db.reading() as held:  # somebody reads meanwhile
        held.scalars(select(Team)).all()
        made = run(args=["backup", str(tmp_path / "kept")])
    assert made.exit_code == 0, made.output
    with db.writing() as session:
        session.add(Team(name="后来的"))
    storage.delete(sound)
    db.dispose()
    done = run(args=["restore", str(tmp_path / "kept"), "--yes"])
    assert done.exit_code == 0, done.output
    assert names(home / "web" / "tingjian.db") == {"东区", "西区"}
    assert content(storage, sound) == b"sound"
    kept = next((home / "web").glob("*.before-restore.db"))
    assert "后来的" in names(kept)
    checked = run(args=["audit"])  # the log ends earlier now, on purpose, and says so
    assert checked.exit_code == 0, checked.output
    with db.reading() as session:
        restored = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert restored is not None and restored.action == "restored"
        assert restored.detail["head"].startswith("2 k:")  # of what the restore took away: the entry of the backup


def test_a_backup_is_not_written_over(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    done = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "kept")])
    assert done.exit_code == 1
    assert "已经存在" in done.output


def test_a_damaged_or_newer_backup_is_refused(here: Site, storage: Storage, tmp_path: Path) -> None:
    db = here.db
    copies.backup(db.url, None, tmp_path / "kept")
    db.dispose()
    manifest = tmp_path / "kept" / copies.MANIFEST
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "revision": "9999"}))
    with pytest.raises(BackupError, match="更新的版本"):
        copies.restore(tmp_path / "kept", db.url, storage, here.folder)
    manifest.write_text(json.dumps({**told, "sha256": "0" * 64}))
    with pytest.raises(BackupError, match="不符"):
        copies.restore(tmp_path / "kept", db.url, storage, here.folder)
    with pytest.raises(BackupError, match="不是一份完整的备份"):
        copies.restore(tmp_path, db.url, storage, here.folder)


def test_nothing_is_restored_under_a_running_site(here: Site, storage: Storage, tmp_path: Path) -> None:
    copies.backup(here.db.url, None, tmp_path / "kept")
    with here.db.reading() as session:
        session.scalars(select(Team)).all()
        with pytest.raises(BackupError, match="还在运行"):
            copies.restore(tmp_path / "kept", here.db.url, storage, here.folder)


def test_what_is_restored_on_another_machine_opens_and_plays(
    here: Site, storage: Storage, people: dict[str, Any], web_settings: WebSettings, tmp_path: Path
) -> None:
    """The rehearsal: a nightly backup, an empty machine, a login, a recording that is heard."""
    key = stored(storage, tmp_path, b"RIFF sound")
    with here.db.writing() as session:
        row = cast.recording(session, people["wang"], stored_key=key, media_type="audio/wav")
        number = row.id
    web = WebSettings(backup_folder=str(tmp_path / "disk"))
    assert nightly.make(Site(here.settings, web, here.db)) is not None
    (made,) = (tmp_path / "disk").glob("nightly-*")
    here.db.dispose()
    fresh = create_app(
        {"TESTING": True, "WTF_CSRF_ENABLED": False}, type(here.settings)(home=tmp_path / "new"), web_settings
    )
    done = fresh.test_cli_runner().invoke(args=["restore", str(made), "--yes"])
    assert done.exit_code == 0, done.output
    browser = fresh.test_client()
    assert browser.post("/login", data={"username": "chen", "password": PASSWORD}).status_code == 302
    with browser.get(f"/recordings/{number}/audio") as heard:
        assert heard.data == b"RIFF sound"
    fresh.extensions[KEY].db.dispose()


def test_audio_that_was_deleted_meanwhile_stands_in_the_manifest(
    here: Site, storage: Storage, people: dict[str, Any], tmp_path: Path
) -> None:
    lost = "ab/cd/" + "ab" * 32
    with here.db.writing() as session:
        cast.recording(session, people["wang"], stored_key=lost)
    made = copies.backup(here.db.url, storage, tmp_path / "kept")
    assert made.missing == (lost,)
    assert copies.read_manifest(tmp_path / "kept") == made


def test_a_damaged_audio_file_is_named_and_not_restored(here: Site, storage: Storage, tmp_path: Path) -> None:
    key = stored(storage, tmp_path)
    copies.backup(here.db.url, storage, tmp_path / "kept")
    (tmp_path / "kept" / "audio" / key).write_bytes(b"other")
    storage.delete(key)
    here.db.dispose()
    done = copies.restore(tmp_path / "kept", here.db.url, storage, here.folder)
    assert done.damaged == (key,)
    assert not storage.exists(key)


def test_the_next_backup_links_what_the_last_one_has(here: Site, storage: Storage, tmp_path: Path) -> None:
    key = stored(storage, tmp_path)
    copies.backup(here.db.url, storage, tmp_path / "one")
    copies.backup(here.db.url, storage, tmp_path / "two", tmp_path / "one")
    first, second = (tmp_path / name / "audio" / key for name in ("one", "two"))
    assert first.stat().st_ino == second.stat().st_ino


def test_audio_comes_back_to_a_bucket(here: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs", reason="no driver of s3:// here")
    moto = pytest.importorskip("moto.server", reason="no server of s3:// here")
    import fsspec
    import fsspec.config

    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setitem(
        fsspec.config.conf, "s3", {"endpoint_url": f"http://{host}:{port}", "key": "nobody", "secret": "nothing"}
    )
    try:
        fsspec.filesystem("s3").mkdir("tingjian")
        bucket = Storage("s3://tingjian/audio")
        key = stored(bucket, tmp_path)
        copies.backup(here.db.url, bucket, tmp_path / "kept")
        assert (tmp_path / "kept" / "audio" / key).read_bytes() == b"sound"
        bucket.delete(key)
        here.db.dispose()
        copies.restore(tmp_path / "kept", here.db.url, bucket, here.folder)
        assert content(bucket, key) == b"sound"
    finally:
        fsspec.filesystem("s3").clear_instance_cache()
        server.stop()


@pytest.fixture
def postgres() -> Iterator[str]:
    """An empty PostgreSQL database; skipped where no server answers."""
    driver = pytest.importorskip("psycopg", reason="no driver of PostgreSQL here")
    plain = make_url(SERVER).set(drivername="postgresql")
    try:
        server = driver.connect(plain.render_as_string(hide_password=False), autocommit=True, connect_timeout=3)
    except driver.OperationalError:
        pytest.skip("no PostgreSQL answers here")
    name = f"tingjian_backup_{uuid.uuid4().hex[:8]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    yield plain.set(database=name).render_as_string(hide_password=False)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


def test_postgresql_comes_back_as_of_the_moment_of_its_backup(postgres: str, storage: Storage, tmp_path: Path) -> None:
    upgrade(postgres)
    key = stored(storage, tmp_path)
    database = Database(postgres)
    with database.writing() as session:
        people = cast.company(session)
        cast.recording(session, people["wang"], "王师傅.mp3", stored_key=key)
    made = copies.backup(postgres, storage, tmp_path / "kept")
    assert (made.kind, made.audio_files, made.missing) == ("postgresql", 1, ())
    with database.writing() as session:
        session.add(Team(name="后来的"))
        with pytest.raises(BackupError, match="还在运行"):
            copies.restore(tmp_path / "kept", postgres, storage, tmp_path)
    database.dispose()
    done = copies.restore(tmp_path / "kept", postgres, storage, tmp_path)
    with database.reading() as session:
        assert set(session.scalars(select(Team.name))) == {"东区", "西区"}
        assert session.scalars(select(Recording.original_name)).one() == "王师傅.mp3"
    with database.writing() as session:  # its numbers go on where they were
        session.add(Team(name="南区"))
    database.dispose()
    assert done.kept is not None and done.kept.stat().st_size > 1000
    assert not list((tmp_path / "kept").glob("*.sql"))
    with pytest.raises(BackupError, match="同一种数据库"):
        copies.restore(tmp_path / "kept", f"sqlite:///{tmp_path / 'other.db'}", storage, tmp_path)


def test_a_restore_that_breaks_off_leaves_postgresql_as_it_was(
    postgres: str, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(postgres)
    copies.backup(postgres, None, tmp_path / "kept")
    database = Database(postgres)
    with database.writing() as session:
        session.add(Team(name="后来的"))
    database.dispose()
    run = Postgres._run

    def breaks(self: Postgres, program: str, *arguments: str) -> None:
        run(self, program, *arguments)
        if program == "pg_restore":
            with (tmp_path / "kept" / "tingjian.dump.sql").open("a") as script:
                script.write("SELECT no_such_thing;\n")

    monkeypatch.setattr(Postgres, "_run", breaks)
    with pytest.raises(BackupError, match="no_such_thing"):
        copies.restore(tmp_path / "kept", postgres, storage, tmp_path)
    with database.reading() as session:
        assert session.scalars(select(Team.name)).all() == ["后来的"]
    database.dispose()


def test_a_missing_program_is_named_with_what_to_do(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(postgres)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="请安装 postgresql-client"):
        copies.backup(postgres, None, tmp_path / "kept")


def test_a_password_never_stands_in_a_command_line() -> None:
    dump = Postgres("postgresql://who:secret@db.example:5433/site?sslmode=require")
    environment = dump._environment()
    assert (environment["PGPASSWORD"], environment["PGPORT"]) == ("secret", "5433")
    assert environment["PGSSLMODE"] == "require"


@pytest.fixture
def at_night(here: Site, tmp_path: Path) -> Site:
    """The site with its backups on another disk, from midnight on."""
    web = WebSettings(backup_folder=str(tmp_path / "disk"), backup_hour=0, backup_keep_days=3)
    return Site(here.settings, web, here.db)


def test_the_days_backup_is_made_once_by_one_worker(at_night: Site) -> None:
    made: list[bool] = []

    def start(settings: Any, web: Any) -> Any:
        made.append(nightly.make(at_night) is not None)

    for _ in range(3):
        apart.backups(start).look(at_night)  # three workers
    assert made == [True]
    with at_night.db.reading() as session:
        known = nightly.last(session)
        assert session.scalars(select(AuditEntry.action)).all() == ["backup"]
    assert (known.state, known.done_at is not None) == ("done", True)
    assert nightly.is_due(at_night, now() + timedelta(days=1))
    assert {f.name: f.level for f in examine(at_night)}["backup"] == "ok"
    assert b"\ntingjian_backup_age_seconds " in exposition(at_night)


def test_no_hour_means_no_backup_and_doctor_says_so(here: Site) -> None:
    off = Site(here.settings, WebSettings(backup_hour=-1), here.db)
    assert not nightly.is_due(off, now())
    assert "没有打开" in {f.name: f.message for f in examine(off)}["backup"]


def test_one_that_somebody_asks_for_is_made_at_once_and_counts_as_the_days(at_night: Site) -> None:
    off = Site(at_night.settings, WebSettings(backup_hour=-1, backup_folder=at_night.web.backup_folder), at_night.db)
    made: list[bool] = []

    def start(settings: Any, web: Any) -> Any:
        made.append(nightly.make(off) is not None)

    apart.backups(start).look(off)
    assert made == []
    with off.db.writing() as session:
        nightly.ask(session, now())
    for _ in range(3):
        apart.backups(start).look(off)
    assert made == [True]
    with off.db.reading() as session:
        assert nightly.asked_at(session) is None
        assert nightly.last(session).state == "done"
    assert not nightly.is_due(at_night, now())


def test_two_backups_never_run_at_once(at_night: Site) -> None:
    assert nightly.claim(at_night, now())
    with at_night.db.writing() as session:
        nightly.ask(session, now())
    assert not nightly.claim(at_night, now())


def test_one_that_failed_is_told_and_tried_again_in_an_hour(at_night: Site) -> None:
    full = Site(at_night.settings, WebSettings(backup_hour=0, min_free_bytes=2**50), at_night.db)
    assert nightly.claim(full, now())
    assert nightly.make(full) is None
    assert not nightly.is_due(full, now())
    assert nightly.is_due(full, now() + timedelta(minutes=61)) or now().astimezone(full.zone).hour == 23
    assert "请清理磁盘" in {f.name: f.message for f in examine(full)}["backup"]


def test_old_nightly_backups_go_but_never_the_newest_nor_those_made_by_hand(at_night: Site) -> None:
    folder = nightly.folder_of(at_night)
    for days in (9, 5, 4):
        stamp = f"{(now() - timedelta(days=days)).astimezone(at_night.zone):%Y%m%d-%H%M%S}"
        for name in (f"nightly-{stamp}", stamp):
            (folder / name).mkdir(parents=True)
            (folder / name / copies.MANIFEST).write_text("{}")
    removed = nightly.remove_old(at_night, now())
    assert len(removed) == 2
    assert len(list(folder.glob("nightly-*"))) == 1
    assert len([p for p in folder.iterdir() if not p.name.startswith("nightly")]) == 3


def test_without_a_folder_of_its_own_the_audio_is_left_out(here: Site, storage: Storage, tmp_path: Path) -> None:
    stored(storage, tmp_path)
    made = nightly.make(here)
    assert made is not None
    assert not made.with_audio
