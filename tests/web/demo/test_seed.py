"""The demo archive in a database: through the import, once, with people's reviews beside the machine's verdicts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.web.conftest import Login
from tests.web.demo.spoken import SAMPLE, spoken_order
from web.db import Database
from web.demo import reviews
from web.demo import seed as seeding
from web.demo.archive import SEED, generate
from web.demo.company import LOGINS, PASSWORD
from web.demo.seed import STAMP, Seeded, seed
from web.demo.values import DemoArchive
from web.kit.site import Site, forget_reads, site
from web.models import (
    Analysis,
    Appeal,
    CoachingNote,
    Decision,
    PrivateWords,
    Recording,
    RecordingState,
    ReviewState,
    SignOff,
    SiteValue,
    StaleDay,
    Team,
    Technician,
    User,
    Verdict,
    WorkOrder,
)
from web.worker.muting import mute_waiting

END = dt.date(2026, 11, 23)
EVERY = 40  # of the archive's recordings: the whole takes most of a minute


def thinned(number: int, weeks_end: dt.date, timezone: str = "Asia/Shanghai") -> DemoArchive:
    whole = generate(number, weeks_end, timezone)
    return replace(whole, transcripts=whole.transcripts[::EVERY])


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(seeding, "generate", thinned)
    with app.app_context():
        yield site()


def bring_in(here: Site, **more: object) -> Seeded:
    return seed(here, lambda _: None, **{"weeks_end": END, **more})  # type: ignore[arg-type]


def counts(db: Database) -> dict[str, int]:
    tables = (Team, Technician, User, WorkOrder, Recording, Analysis, Verdict, Decision, SignOff, Appeal, CoachingNote)
    with db.reading() as session:
        return {t.__tablename__: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def test_a_second_run_adds_nothing_even_on_another_day(here: Site, db: Database) -> None:
    first = bring_in(here)
    before = counts(db)
    assert first.added == before["recordings"] > 30
    again = bring_in(here, weeks_end=END + dt.timedelta(days=1))
    assert (again.added, again.already, again.signed) == (0, first.added, 0)
    assert counts(db) == before


def test_an_interrupted_run_is_taken_up_where_it_stopped(
    here: Site, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeding, "BATCH", 10)
    monkeypatch.setattr(seeding, "PROGRESS", 10)
    lines: list[str] = []

    def stop_after_one(line: str) -> None:
        lines.append(line)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(here, stop_after_one, weeks_end=END)
    assert counts(db)["recordings"] == 10
    rest = bring_in(here, weeks_end=END + dt.timedelta(days=3))
    assert rest.already == 10
    assert counts(db)["recordings"] == rest.added + 10 == len(thinned(SEED, END).transcripts)
    assert lines == [f"演示档案：已导入 10/{rest.added + 10} 段"]


def test_everything_is_judged_summed_up_later_and_labelled_as_demo(here: Site, db: Database) -> None:
    bring_in(here)
    with db.reading() as session:
        recordings = session.scalars(select(Recording)).all()
        assert {r.source for r in recordings} == {"demo"}
        assert {r.state for r in recordings} == {RecordingState.JUDGED}
        assert all(r.original_name.startswith("演示_") and r.note == "演示数据" for r in recordings)
        assert all(r.technician_id and r.work_order_id for r in recordings)
        assert {a.origin for a in session.scalars(select(Analysis))} == {"imported"}
        assert all(
            name.startswith("演示")
            for name in session.scalars(select(Team.name).where(Team.name != "东区"))
            if name != "西区"
        )
        days = {(d.technician_id, d.day) for d in session.scalars(select(StaleDay))}
        assert days == {(r.technician_id, r.recorded_on) for r in recordings}
        assert session.get_one(SiteValue, STAMP).value["finished"] is True


@pytest.fixture
def heard(here: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> int:
    """The id of the one recording of an archive that can be heard, a call about a visit to come."""

    def small(number: int, weeks_end: dt.date, timezone: str = "Asia/Shanghai") -> DemoArchive:
        whole = generate(number, weeks_end, timezone, (spoken_order(tmp_path, weeks_ago=1),))
        few = [t for t in whole.transcripts if t.sound is not None] + list(whole.transcripts[::400])
        return replace(whole, transcripts=tuple(sorted(few, key=lambda t: t.recorded_at)))

    monkeypatch.setattr(seeding, "generate", small)
    assert bring_in(here).added == len(small(SEED, END).transcripts)
    with here.db.reading() as session:
        return session.scalars(select(Recording.id).where(Recording.stored_key != "")).one()


def test_what_can_be_heard_is_played_as_it_was_spoken_with_its_waveform(heard: int, login: Login, db: Database) -> None:
    with db.reading() as session:
        row = session.get_one(Recording, heard)
        assert (row.source, row.note, row.state, row.channels) == ("demo", "演示数据", RecordingState.JUDGED, 1)
        assert row.size_bytes == SAMPLE.stat().st_size
    client = login("qa")
    assert client.get(f"/recordings/{heard}/audio", buffered=True).data == SAMPLE.read_bytes()
    assert client.get(f"/recordings/{heard}/peaks.json", buffered=True).json == {"schema": 1}
    text = client.get(f"/recordings/{heard}").get_data(as_text=True)
    assert 'id="play"' in text
    assert "合成语音" in text


def waiting(db: Database) -> bool:
    with db.reading() as session:
        return (
            session.scalar(select(PrivateWords.recording_id).where(PrivateWords.state == "waiting").limit(1))
            is not None
        )


def test_private_words_of_what_can_be_heard_are_muted_as_everywhere(
    heard: int, here: Site, login: Login, db: Database
) -> None:
    manager = login("manager")
    assert manager.get(f"/recordings/{heard}/audio", buffered=True).status_code == 404
    while waiting(db):  # the worker looks at a few at a time
        mute_waiting(here)
    forget_reads()
    answer = manager.get(f"/recordings/{heard}/audio", buffered=True)
    assert answer.status_code == 200
    assert answer.data != SAMPLE.read_bytes()
    assert "一三九一" not in manager.get(f"/recordings/{heard}").get_data(as_text=True)


def test_a_second_run_does_not_bring_sound_in_again(heard: int, here: Site, db: Database) -> None:
    with db.writing() as session:
        row = session.get_one(SiteValue, STAMP)
        row.value = {**row.value, "finished": False}
    assert bring_in(here).added == 0
    with db.reading() as session:
        assert session.scalars(select(Recording.id).where(Recording.stored_key != "")).all() == [heard]


class Clause:
    """A clause of the panel as the reviewers of the demo look at it."""

    how, item_id, asks, must_see = "rule", "greeting", False, True
    choices = ("met", "missed", "not_applicable")

    def __init__(self, machine: str) -> None:
        self.machine = machine


@pytest.mark.parametrize(
    ("machine", "meant", "action"),
    [("met", "met", "confirm"), ("missed", "met", "overrule"), ("met", "not_applicable", "overrule")],
)
def test_reviewers_confirm_what_is_right_and_overrule_what_is_wrong_with_a_note(
    machine: str, meant: str, action: str
) -> None:
    line: Any = Clause(machine)
    after = reviews._answer(line, meant, Random(1), thorough=False)
    assert after == meant
    done, note = reviews._action(line, after)
    assert done == action
    assert bool(note) is (action == "overrule")


def test_people_reviewed_two_in_five(here: Site, db: Database) -> None:
    done = bring_in(here)
    with db.reading() as session:
        signed = session.scalars(select(Recording).where(Recording.review_state == ReviewState.SIGNED)).all()
        assert len(signed) == done.signed
        assert 0.25 < done.signed / done.added < 0.6
        actions = Counter(session.scalars(select(Decision.action)))
        assert actions["answer"] > 0
        assert all(d.note for d in session.scalars(select(Decision).where(Decision.action == "overrule")))
        linked = select(Verdict).where(Verdict.item_id == "on-time", Verdict.recording_id.in_([r.id for r in signed]))
        assert all(v.machine in ("met", "missed") for v in session.scalars(linked))
        unanswered = select(Verdict).where(
            Verdict.recording_id.in_([r.id for r in signed]),
            Verdict.how == "person",
            Verdict.human.is_(None),
            ~Verdict.optional,
        )
        assert session.scalars(unanswered).all() == []


def test_the_demo_logins_work_and_nobody_elses_password_is_touched(here: Site, app: Flask, db: Database) -> None:
    with db.reading() as session:
        own = session.scalars(select(User.password_hash).where(User.username == "admin")).one()
    bring_in(here)
    with db.reading() as session:
        assert session.scalars(select(User.password_hash).where(User.username == "admin")).one() == own
        users = {u.username: u for u in session.scalars(select(User))}
    assert all(users[name].role is role for name, _, role in LOGINS)
    assert users["qa"].preferences["demo"] is True
    assert "demo" not in users["admin"].preferences
    answer = app.test_client().post("/login", data={"username": "manager", "password": PASSWORD})
    assert answer.status_code == 302
