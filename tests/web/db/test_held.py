"""Who holds the write lock for long is told in the log, with the place."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select

from web.db import Database, held
from web.models import Team


@pytest.mark.parametrize("fails", [False, True])
def test_a_long_write_is_told_with_its_place(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fails: bool
) -> None:
    monkeypatch.setattr(held, "LONG_S", -1.0)
    with caplog.at_level(logging.WARNING, "web.db.held"):
        _write(db, fails)
    (record,) = caplog.records
    assert "test_held.py" in record.getMessage() and "(_write)" in record.getMessage()


def test_reading_and_short_writes_are_not_told(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    with db.reading() as session:
        session.scalars(select(Team)).all()
    _write(db, fails=False)
    assert [record for record in caplog.records if record.name == "web.db.held"] == []


def _write(db: Database, fails: bool) -> None:
    try:
        with db.writing() as session:
            session.add(Team(name="一班"))
            session.flush()
            if fails:
                raise ValueError
    except ValueError:
        return
