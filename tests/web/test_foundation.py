"""The house itself: transactions, migrations, authorization table, headers."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from tests.web import cast
from tests.web.data import analysis
from tests.web.html import page
from web.config import WebSettings
from web.db import Database, now
from web.intake import rows
from web.kit import access, audit
from web.migrations import configuration, is_current, is_ours, upgrade
from web.models import AuditEntry, Base, SiteValue, Team, UserRole, Verdict


def test_migrations_make_exactly_the_tables_of_the_models(db: Database) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_name": is_ours})
        assert compare_metadata(context, Base.metadata) == []
    assert is_current(db)


def test_what_old_verdicts_rest_on_is_read_from_their_evidence(db: Database, people: dict[str, Any]) -> None:
    old = [
        ("sound", [{"by": "words"}, {"by": "sound"}]),
        ("meaning", [{"by": "meaning"}]),
        ("words", [{}]),
        ("nothing", []),
    ]
    with db.writing() as session:
        number = cast.recording(session, people["wang"]).id
        rows.record_analysis(session, number, analysis("visit-03"), "heard")
        verdicts = session.scalars(select(Verdict).limit(len(old))).all()
        expected = {v.item_id: means for v, (means, _) in zip(verdicts, old, strict=True)}
        for verdict, (_, evidence) in zip(verdicts, old, strict=True):
            verdict.evidence, verdict.hit_count = evidence, len(evidence)
    db.dispose()
    command.downgrade(configuration(db.url), "0010")
    upgrade(db.url)
    with db.reading() as session:
        found = {v.item_id: v.rests_on for v in session.scalars(select(Verdict))}
    assert {item_id: found[item_id] for item_id in expected} == expected


def test_two_threads_that_read_and_then_write_lose_no_update(db: Database) -> None:
    with db.writing() as session:
        session.add(SiteValue(name="counter", value=0))

    def count() -> None:
        for _ in range(25):
            with db.writing() as session:
                row = session.get_one(SiteValue, "counter")
                row.value = row.value + 1

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as session:
        assert session.get_one(SiteValue, "counter").value == 100


@pytest.mark.sqlite
def test_sqlite_keeps_foreign_keys_and_what_it_acknowledged(db: Database) -> None:
    with db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


def test_a_failed_block_leaves_nothing(db: Database) -> None:
    with pytest.raises(RuntimeError), db.writing() as session:
        session.add(Team(name="南区"))
        session.flush()
        raise RuntimeError
    with db.reading() as session:
        assert session.scalar(select(Team).where(Team.name == "南区")) is None


def test_every_endpoint_stands_in_the_authorization_table_and_no_other(app: Flask) -> None:
    assert set(app.view_functions) == set(access.TABLE)


def test_an_endpoint_without_a_rule_is_refused(app: Flask, login: object) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    response = login("admin").get("/forgotten")  # type: ignore[operator]
    assert response.status_code == 403
    assert b"secret" not in response.data


def test_strangers_are_sent_to_the_login(client: FlaskClient) -> None:
    response = client.get("/")
    assert response.status_code == 302
    assert response.location.startswith("/login")


def test_answers_carry_a_strict_policy(client: FlaskClient) -> None:
    headers = client.get("/health").headers
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert not any(name.startswith("Access-Control") for name, _value in headers)
    assert client.open("/login", method="TRACE").status_code == 405


def test_an_unknown_page_is_told_in_chinese(login: object) -> None:
    assert "找不到这个页面" in page(login("qa").get("/nowhere"), 404).text  # type: ignore[operator]


def test_a_changed_audit_entry_breaks_the_chain(db: Database) -> None:
    for n in range(5):
        with db.writing() as session:
            audit.record(session, "listen", "recording", n, seconds=n)
    with db.reading() as session:
        assert list(audit.broken_links(session)) == []
        third = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)).all()[2]
    with db.writing() as session:
        session.get_one(AuditEntry, third).object_id = "99"
    with db.reading() as session:
        assert third in list(audit.broken_links(session))


def test_times_come_back_with_their_zone(db: Database) -> None:
    moment = now()
    with db.writing() as session:
        audit.record(session, "look")
        session.flush()
        session.scalars(select(AuditEntry)).one().at = moment
    with db.reading() as session:
        assert session.scalars(select(AuditEntry.at)).one() == moment


def test_roles_are_those_of_the_table() -> None:
    assert {role for roles in access.TABLE.values() for role in roles} <= set(UserRole)


@pytest.mark.sqlite
def test_the_database_file_lies_in_the_services_own_folder(home: Path, app: Flask) -> None:
    assert (home / "web" / "tingjian.db").is_file()


def test_a_home_that_is_named_relatively_is_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = WebSettings()
    assert settings.storage(Path("var/demo")) == (tmp_path / "var" / "demo" / "web" / "audio").as_uri()
    assert settings.database(Path("var/demo")) == f"sqlite:///{tmp_path / 'var' / 'demo' / 'web' / 'tingjian.db'}"
