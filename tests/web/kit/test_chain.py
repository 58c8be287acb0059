"""The audit log under attack by somebody who can write to the database: every change, cut and addition shows."""

from __future__ import annotations

import contextlib
import hashlib
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from tests.web.conftest import Login
from web.config import SettingsError
from web.db import Database, now
from web.kit import audit, chain, seal
from web.kit.site import Site, open_site
from web.maintenance.doctor import examine
from web.models import AuditEntry


def write(db: Database, count: int = 6) -> list[int]:
    for n in range(count):
        with db.writing() as session:
            audit.record(session, "listen", "recording", n, reason="听")
    with db.reading() as session:
        return list(session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))


def kinds(db: Database, told: tuple[int, str] | None = None) -> set[str]:
    with db.reading() as session:
        return {fault.kind for fault in chain.faults(session, told)}


def plain_digest(before: str, row: AuditEntry) -> str:
    """How digests were made before there was a key: anybody can."""
    covered = [before, row.at.isoformat(), row.user_id, row.username, row.action]
    covered += [row.object_kind, row.object_id, row.detail, row.address]
    return hashlib.sha256(json.dumps(covered, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def recompute(db: Database) -> None:
    """Write all digests anew, as an attacker with the source code, but without the key, can."""
    with db.writing() as session:
        before = ""
        for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all():
            row.digest = before = plain_digest(before, row)


def test_an_untouched_log_is_whole_and_its_key_and_heads_are_the_owners(db: Database, here: Site) -> None:
    write(db)
    assert kinds(db) == set()
    for name in ("audit_key", "audit_heads"):
        assert stat.S_IMODE((here.folder / name).stat().st_mode) == 0o600
    assert len((here.folder / "audit_heads").read_text().splitlines()) == 6


@pytest.mark.parametrize("column", ["action", "object_id", "username", "address", "detail", "at"])
def test_no_field_of_an_entry_can_be_changed_unseen(db: Database, column: str) -> None:
    third = write(db)[2]
    value = {"detail": {"reason": "没听"}, "at": now()}.get(column, "别的")
    with db.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == third).values({column: value}))
    assert "changed" in kinds(db)


def test_taking_entries_out_or_cutting_the_tail_shows(db: Database) -> None:
    ids = write(db)
    with db.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == ids[-1]))
    assert kinds(db) == {"cut"}
    with db.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == ids[2]))
    assert "changed" in kinds(db)


def test_a_cut_tail_shows_even_when_the_log_has_grown_past_it(db: Database) -> None:
    ids = write(db)
    with db.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id.in_(ids[-2:])))
    write(db)  # SQLite gives the same numbers again
    assert kinds(db) == {"cut"}


def test_an_emptied_log_shows(db: Database) -> None:
    write(db)
    with db.writing() as session:
        session.execute(delete(AuditEntry))
    assert kinds(db) == {"cut"}


def test_digests_made_anew_without_the_key_show(db: Database) -> None:
    third = write(db)[2]
    with db.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == third).values(username="lin"))
    recompute(db)
    assert "cut" in kinds(db)


def test_an_entry_of_another_key_or_of_none_behind_sealed_ones_shows(db: Database, here: Site, tmp_path: Path) -> None:
    write(db)
    with db.writing() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        forged = AuditEntry(at=now(), username="chen", action="signed", detail={}, object_id="7")
        forged.object_kind = forged.address = ""
        forged.digest = plain_digest(last.digest, forged)
        session.add(forged)
    assert "unsealed" in kinds(db)
    stranger = Database(db.url, chain.opened(tmp_path / "elsewhere"))
    write(stranger, 1)
    assert "unknown_key" in kinds(db)
    stranger.dispose()


def test_entries_of_before_there_was_a_key_still_verify_and_cannot_be_rewritten(db: Database, here: Site) -> None:
    write(db)
    recompute(db)  # as an old site wrote them
    (here.folder / "audit_heads").unlink()
    assert kinds(db) == set()
    ids = write(db)
    assert kinds(db) == set()
    with db.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == ids[1]).values(username="lin"))
        before = ""
        for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[:6]:
            row.digest = before = plain_digest(before, row)
    assert kinds(db) == {"changed"}


def test_heads_that_are_gone_and_a_head_kept_elsewhere_are_told(db: Database, here: Site, app: Flask) -> None:
    ids = write(db)
    run = app.test_cli_runner().invoke
    printed = run(args=["audit"])
    assert printed.exit_code == 0, printed.output
    head = printed.output.split("：")[1].strip()
    assert run(args=["audit", "--head", head]).exit_code == 0
    (here.folder / "audit_heads").unlink()
    assert kinds(db) == {"headless"}
    with db.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == ids[-1]))
    done = run(args=["audit", "--head", head])
    assert done.exit_code == 1
    assert f"第 {ids[-1]} 条曾经是最后一条" in done.output
    assert run(args=["audit", "--head", "7"]).exit_code == 2


def test_an_earlier_key_still_checks_what_it_sealed(here: Site) -> None:
    old, new = "o" * 40, "n" * 40
    for stated in (old, f"{new}, {old}"):
        site = open_site(here.settings, replace(here.web, audit_key=stated))
        write(site.db, 3)
        assert kinds(site.db) == set()
        site.db.dispose()
    site = open_site(here.settings, replace(here.web, audit_key=new))
    assert kinds(site.db) == {"unknown_key"}
    site.db.dispose()
    with pytest.raises(SettingsError, match="至少要 32 个字符"):
        open_site(here.settings, replace(here.web, audit_key="short"))


def test_a_seal_shows_no_key() -> None:
    assert "secret" not in repr(seal.Seal((b"secret" * 8,)))


def test_a_full_disk_does_not_stop_what_is_logged(db: Database, here: Site) -> None:
    (here.folder / "audit_heads").mkdir()
    assert len(write(db, 2)) == 2


def test_what_is_taken_back_leaves_no_head(db: Database, here: Site) -> None:
    write(db, 2)
    with db.writing() as session:
        audit.record(session, "listen", "recording", 7)
        with contextlib.suppress(ValueError), session.begin_nested():
            audit.record(session, "listen", "recording", 8)
            raise ValueError
    assert kinds(db) == set()
    with contextlib.suppress(ValueError), db.writing() as session:
        with session.begin_nested():
            audit.record(session, "listen", "recording", 9)
        raise ValueError
    write(db, 1)
    assert kinds(db) == set()
    assert len((here.folder / "audit_heads").read_text().splitlines()) == 4


def test_no_entry_can_pretend_to_be_two_lines_or_to_run_backwards(db: Database) -> None:
    with db.writing() as session:
        name = "a\r\n2026-11-26 admin 登录\u202egpj.exe\u2028" + "长" * 600
        audit.record(session, "upload.refused", "upload", name, name=name, more=[{"\n": name}])
        entry = session.scalars(select(AuditEntry)).one()
        kept = [entry.object_id, entry.detail["name"], json.dumps(entry.detail["more"], ensure_ascii=False)]
    assert not any(c in text for text in kept for c in "\r\n\u202e\u2028")
    assert len(entry.object_id) <= 64
    assert len(entry.detail["name"]) < 600
    assert kinds(db) == set()


def test_a_refusal_is_logged_once_in_a_while(login: Login, db: Database) -> None:
    browser = login("technician")
    for _ in range(3):
        assert browser.get("/admin/users").status_code == 403
    assert browser.post("/admin/users/1/reset").status_code == 403
    with db.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "refused")).all()
        assert [(e.username, e.object_id) for e in entries] == [("wang", "admin.users"), ("wang", "admin.user_reset")]
        assert entries[0].detail == {"want": "rights", "method": "GET", "path": "/admin/users"}


def test_a_change_without_its_token_is_logged(app: Flask, login: Login, db: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    for _ in range(2):
        assert login("qa").post("/logout").status_code == 400
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "refused")).one()
        assert (entry.object_id, entry.detail["want"]) == ("auth.logout", "token")


def test_doctor_and_the_page_tell_of_a_cut(login: Login, db: Database, app: Flask, here: Site) -> None:
    ids = write(db)
    browser = login("admin")
    browser.post("/admin/audit/verify")
    assert f"末条 {ids[-1]}" in browser.get("/admin/audit").get_data(as_text=True)
    with db.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == ids[-1]))
    finding = next(f for f in examine(here) if f.name == "audit")
    assert (finding.level, f"第 {ids[-1]} 条" in finding.message) == ("error", True)
    browser.post("/admin/audit/verify")
    assert "日志不完整" in browser.get("/admin/audit").get_data(as_text=True)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 5
