"""Doctor, backup, restore, upgrade."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web import cast
from web.db import Database
from web.kit import audit
from web.kit.site import KEY
from web.maintenance import backup as copies
from web.maintenance.doctor import examine, sqlite_is_mended
from web.migrations import is_current, upgrade
from web.models import AuditEntry, Team


def names(path: Path) -> set[str]:
    database = Database(f"sqlite:///{path}")
    with database.reading() as session:
        found = set(session.scalars(select(Team.name)))
    database.dispose()
    return found


def test_a_backup_of_a_site_in_use_is_whole_and_comes_back(
    app: Flask, db: Database, home: Path, tmp_path: Path
) -> None:
    run = app.test_cli_runner().invoke
    sound = home / "web" / "audio" / "ab" / "cd" / "abcd"
    sound.parent.mkdir(parents=True)
    sound.write_bytes(b"sound")
    with db.writing() as session:
        audit.record(session, "listen")
    with db.reading() as held:  # somebody reads meanwhile
        held.scalars(select(Team)).all()
        made = run(args=["backup", str(tmp_path / "kept")])
    assert made.exit_code == 0, made.output
    with db.writing() as session:
        session.add(Team(name="后来的"))
    sound.unlink()
    db.dispose()
    done = run(args=["restore", str(tmp_path / "kept"), "--yes"])
    assert done.exit_code == 0, done.output
    assert names(home / "web" / "tingjian.db") == {"东区", "西区"}
    assert sound.read_bytes() == b"sound"
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


def test_a_damaged_or_newer_backup_is_refused(app: Flask, db: Database, home: Path, tmp_path: Path) -> None:
    database = home / "web" / "tingjian.db"
    copies.backup(database, None, tmp_path / "kept")
    db.dispose()
    manifest = tmp_path / "kept" / copies.MANIFEST
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "revision": "9999"}))
    with pytest.raises(copies.BackupError, match="更新的版本"):
        copies.restore(tmp_path / "kept", database, None)
    manifest.write_text(json.dumps({**told, "sha256": "0" * 64}))
    with pytest.raises(copies.BackupError, match="不符"):
        copies.restore(tmp_path / "kept", database, None)
    with pytest.raises(copies.BackupError, match="不是一份完整的备份"):
        copies.restore(tmp_path, database, None)


def test_nothing_is_restored_under_a_running_site(app: Flask, db: Database, home: Path, tmp_path: Path) -> None:
    copies.backup(home / "web" / "tingjian.db", None, tmp_path / "kept")
    with db.reading() as session:
        session.scalars(select(Team)).all()
        with pytest.raises(copies.BackupError, match="还在运行"):
            copies.restore(tmp_path / "kept", home / "web" / "tingjian.db", None)


def test_an_old_database_is_kept_before_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    url = f"sqlite:///{path}"
    assert upgrade(url) is None  # nothing to lose yet
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO teams (name) VALUES ('东区')")
    assert upgrade(url) is None  # nothing to migrate


def test_doctor_names_what_is_wrong_and_what_to_do(app: Flask, db: Database) -> None:
    findings = {f.name: f for f in examine(app.extensions[KEY])}
    assert findings["database"].level == "ok"
    assert findings["audit"].level == "ok"
    assert findings["model"].level == "error"  # the test's home has none
    assert findings["standards"].level == "ok"
    with db.writing() as session:
        cast.recording(session, name="丢了.mp3", stored_key="ab/cd/" + "ab" * 32)
    findings = {f.name: f for f in examine(app.extensions[KEY])}
    assert "1 段的文件不见了" in findings["audio"].message
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1
    assert "make model" in done.output


@pytest.mark.parametrize(
    ("version", "mended"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
    ],
)
def test_sqlite_versions_with_the_wal_fault_are_known(version: tuple[int, int, int], mended: bool) -> None:
    assert sqlite_is_mended(version) is mended


def test_the_upgrade_command_says_that_it_is_done(app: Flask, db: Database) -> None:
    done = app.test_cli_runner().invoke(args=["upgrade"])
    assert "最新版本" in done.output
    assert is_current(db)
