"""Each class of data goes when its days are over, and not before; holds, appeals and work stop it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.privacy.stage import SPOKEN, everything, signed, told
from web import queue
from web.config import WebSettings
from web.db import Database, now
from web.intake import erasure
from web.kit.site import KEY, Site
from web.models import Appeal, AuditEntry, JobKind, Recording
from web.privacy import holds, retention
from web.worker.chores import CHORES

LATER = dt.timedelta(days=31)


@pytest.fixture
def old(app: Flask, people: dict[str, Any], db: Database) -> int:
    """A signed recording, taken in a moment ago, of which tests ask what stands in a month."""
    number = told(app, people)
    signed(db, number)
    return number


def keeping(app: Flask, **days: int) -> Site:
    return dataclasses.replace(
        app.extensions[KEY], web=WebSettings(**{f"keep_{name}_days": d for name, d in days.items()})
    )


def row(db: Database, number: int) -> Recording:
    with db.reading() as session:
        return session.get_one(Recording, number)


def test_nothing_goes_while_no_days_are_set(app: Flask, db: Database, old: int) -> None:
    assert retention.expire(keeping(app), now() + dt.timedelta(days=9999)) == {}
    assert row(db, old).stored_key


def test_the_sound_goes_when_its_days_are_over_and_the_words_stay(app: Flask, db: Database, old: int) -> None:
    here = keeping(app, audio=30)
    assert retention.expire(here, now() + dt.timedelta(days=29)) == {"audio": 0}
    assert retention.expire(here, now() + LATER) == {"audio": 1}
    assert row(db, old).stored_key == ""
    assert SPOKEN in everything(db)
    assert retention.expire(here, now() + LATER) == {"audio": 0}


def test_the_words_go_and_verdicts_and_score_stay(app: Flask, db: Database, old: int) -> None:
    before = row(db, old)
    assert retention.expire(keeping(app, transcript=30), now() + LATER) == {"transcript": 1}
    assert SPOKEN not in everything(db, ("audit_log", "clips"))
    after = row(db, old)
    assert (after.score, after.missed_count, after.stored_key) == (before.score, before.missed_count, before.stored_key)


def test_with_the_score_the_whole_recording_goes_signed_or_not(app: Flask, db: Database, old: int) -> None:
    assert retention.expire(keeping(app, score=30), now() + LATER) == {"score": 1}
    assert row(db, old).deleted_at is not None


def test_each_erasing_is_logged_with_what_and_why(app: Flask, db: Database, old: int) -> None:
    retention.expire(keeping(app, audio=30), now() + LATER)
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "retention-expired")).one()
    assert (entry.object_id, entry.detail) == (str(old), {"what": "audio", "days": 30})


def test_a_hold_stops_it_and_is_logged_when_set_and_lifted(
    app: Flask, db: Database, people: dict[str, Any], old: int
) -> None:
    here = keeping(app, audio=30, transcript=30, score=30)
    with db.writing() as session:
        holds.hold(session, old, "诉讼", people["admin"].id)
    assert retention.expire(here, now() + LATER) == {"score": 0, "transcript": 0, "audio": 0}
    with db.writing() as session:
        assert holds.release(session, old)
    assert retention.expire(here, now() + LATER)["score"] == 1
    with db.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("hold"))).all()
    assert actions == ["hold-set", "hold-lifted"]


def test_an_open_appeal_and_work_on_it_stop_it(app: Flask, db: Database, people: dict[str, Any], old: int) -> None:
    here = keeping(app, audio=30)
    with db.writing() as session:
        session.add(Appeal(recording_id=old, item_id="greeting", user_id=people["technician"].id, text="我说了您好"))
    assert retention.expire(here, now() + LATER) == {"audio": 0}
    with db.writing() as session:
        session.scalars(select(Appeal)).one().state = "rejected"
        queue.enqueue(session, old, JobKind.SCORE)
    assert retention.expire(here, now() + LATER) == {"audio": 0}


def test_one_that_fails_keeps_no_other_from_going(
    app: Flask, db: Database, people: dict[str, Any], old: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing() as session:
        other = Recording(sha256="2" * 64, original_name="x", size_bytes=1, stored_key="ab/cd/" + "e" * 64)
        session.add(other)
        session.flush()
        number = other.id
    real = erasure.erase_audio

    def broken(session: Any, recording: Recording, moment: Any = None) -> None:
        if recording.id == old:
            raise RuntimeError("a row that cannot be read")
        real(session, recording, moment)

    monkeypatch.setattr(retention, "erase_audio", broken)
    assert retention.expire(keeping(app, audio=30), now() + LATER) == {"audio": 1}
    assert row(db, number).stored_key == ""
    assert row(db, old).stored_key


def test_it_is_a_daily_chore_of_the_worker() -> None:
    assert next(chore.period_s for chore in CHORES if chore.name == "retention") == 86_400.0
