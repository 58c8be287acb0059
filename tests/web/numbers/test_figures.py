"""Every number leads to its recordings: each figure's link opens a list of exactly so many rows (UI S3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.furnished import furnish
from tests.web.numbers.walk import Walk, links
from tests.web.scorecards.judged import judged
from web.db import Database, now
from web.demo import seed as seeding
from web.demo.archive import generate
from web.demo.values import DemoArchive
from web.figures.frames import Reviewed
from web.kit.calendar import Grain, Period, Span, month_of, period_name, period_named, week_of, weeks_until
from web.kit.site import Site
from web.models import Recording, RecordingState, Technician, User, Verdict, WorkOrder
from web.months import publishing
from web.recordings.filters import Filter
from web.summaries import keep, rules
from web.summaries.judged import asked_for
from web.summaries.listed import arguments
from web.summaries.query import ScorecardQuery

EVERY = 8  # of the archive's recordings: the whole takes most of a minute
STANDARDS = ("property-visit", "property-appointment", "property-followup")


def _thinned(number: int, weeks_end: dt.date, timezone: str = "Asia/Shanghai") -> DemoArchive:
    whole = generate(number, weeks_end, timezone)
    return replace(whole, transcripts=whole.transcripts[::EVERY])


@pytest.fixture
def month(app: Flask, here: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """The demo archive, summed up; the last month that is over is published, and not all that it says is true today."""
    monkeypatch.setattr(seeding, "generate", _thinned)
    with app.app_context():
        seeding.seed(here, lambda _: None)
        keep.refresh_stale(here.db)
        today = now().astimezone(here.zone).date()
        with here.db.reading() as session:
            month = publishing.publishable(session, today)[0]
        draft = publishing.settled_draft(here, month, today)
        with here.db.writing() as session:
            manager = session.scalars(select(User).where(User.username == "manager")).one()
            publishing.publish(session, draft, manager.id, "")
            _judge_otherwise(session, draft.days)
    keep.rebuild(here.db)
    rules.keep(here.db)
    return month


def _judge_otherwise(session: Any, days: Period) -> None:
    """After it was published, a recording of the month is given away, and a clause of another is met after all."""
    rows = session.scalars(
        select(Recording)
        .where(Recording.recorded_on.between(days.first, days.last), Recording.state == RecordingState.JUDGED)
        .order_by(Recording.id)
    ).all()
    others = session.scalars(select(Technician.id).where(Technician.id != rows[0].technician_id)).all()
    rows[0].technician_id = others[0]
    missed = session.scalars(
        select(Verdict).where(Verdict.recording_id.in_([r.id for r in rows[1:]]), Verdict.final == "missed")
    ).first()
    session.execute(
        update(Verdict)
        .where(Verdict.recording_id == missed.recording_id, Verdict.item_id == missed.item_id)
        .values(final="met", final_credit=1.0)
    )


def _pages(db: Database, month: str, role: str) -> list[str]:
    """The pages with figures, as they are asked for: all and signed ones, one standard, one kind of job, one team."""
    with db.reading() as session:
        people = session.scalars(
            select(Technician).where(Technician.staff_no.like("90%")).order_by(Technician.id)
        ).all()
        team = people[0].team_id
    base = "/scorecards"
    if role == "technician":
        return [
            f"{base}/mine",
            f"{base}/mine?period=26w&standard=property-visit",
            f"{base}/talk?standard=property-visit",
            f"{base}/months",
            f"{base}/months/{month}/1",
        ]
    kinds = ("", "reviewed=signed", "standard=property-visit&period=4w", f"kind=热水器&period={month}", f"team={team}")
    found = [f"{base}/{name}?{asked}" for name in ("team", "words", "talk") for asked in kinds]
    for who, asked in zip(people, (*kinds, "", "", "", ""), strict=False):
        found.append(f"{base}/technicians/{who.id}?{asked}")
        found.append(f"{base}/talk?technician={who.id}&{asked}")
    found += [f"/standards/{one}?{asked}" for one in STANDARDS for asked in ("", "reviewed=signed&period=4w")]
    before = period_name(period_named(month).first - dt.timedelta(days=1), Grain.MONTH)  # not published yet
    found += [
        "/",
        "/standards",
        f"{base}/digest",
        f"{base}/months",
        f"{base}/months?month={before}",
        f"{base}/months/{month}/1",
    ]
    found += [f"{base}/months/{month}/1?technician={who.id}" for who in people[:3]]
    return [*found, "/review/agreement?of=all"]


def test_every_figure_opens_a_list_of_exactly_so_many_rows(app: Flask, db: Database, month: str) -> None:
    wrong: list[str] = []
    notices = 0
    for name, least in (("manager", 300), ("qa", 300), ("technician", 20)):
        walk = Walk(_client(app, db, name))
        for address in _pages(db, month, name):
            walk.go(address)
        assert sum(walk.figures.values()) > least, walk.figures
        wrong += [f"{name} {one}" for one in walk.wrong]
        notices += walk.notices
    assert len(wrong) == 0, "\n".join([f"{len(wrong)} wrong", *wrong[:40]])
    assert notices >= 3  # what was given away and judged otherwise is told of, as three people see it


@pytest.fixture
def moved(here: Site, db: Database, people: dict[str, Any]) -> None:
    """王师傅 met everything and said nothing forbidden until four weeks ago, and has done neither since."""
    missed = [i["id"] for i in analysis("visit-03")["items"] if i["verdict"] == "missed"]
    monday = week_of(now().astimezone(here.zone).date()).first
    with db.writing() as session:
        for n in range(16):
            day = monday - dt.timedelta(days=3 + 3 * n)
            judged(session, people["wang"], f"{n}", day, met=missed if day < monday - dt.timedelta(weeks=4) else ())
    keep.refresh_stale(db)


def test_what_moved_opens_the_recordings_that_moved_it(login: Login, moved: None) -> None:
    for who in ("manager", "manager_east", "qa"):
        walk = Walk(login(who))
        walk.go("/scorecards/digest")
        assert walk.wrong == []
        told = [text for href, text, _ in links(walk.client, "/scorecards/digest") if "technician=" in href]
        for words in ("评过分的录音", "有禁语的录音", "没有达标的录音"):
            assert any(words in text for text in told), told


def test_the_list_of_a_query_is_what_its_figures_count(app: Flask, db: Database, people: dict[str, Any]) -> None:
    made = furnish(app, people)
    with db.writing() as session:
        session.get_one(Recording, made.visit).state = RecordingState.FAILED
        someone = session.scalars(select(Recording).where(Recording.technician_id == people["li"].id)).first()
        assert someone is not None
        someone.technician_id = None  # nobody's: on no scorecard
    today = now().date()
    spans = (Span("", weeks_until(week_of(today).last, 4), Grain.WEEK), Span("", month_of(today), Grain.MONTH))
    with db.reading() as session:
        kinds = ("", *{k for k in session.scalars(select(WorkOrder.job_kind)) if k})
        for span, standard, kind, reviewed in product(spans, ("", "property-visit"), kinds, Reviewed):
            query = ScorecardQuery(span, None, standard, kind, reviewed)
            listed = Filter.read(arguments(query)).narrow(select(Recording.id).where(Recording.deleted_at.is_(None)))
            assert set(session.scalars(listed)) == set(session.scalars(select(Recording.id).where(asked_for(query))))


def _client(app: Flask, db: Database, username: str) -> Any:
    with db.reading() as session:
        user = session.scalars(select(User).where(User.username == username)).one()
        mark = f"{user.id}.{user.session_epoch}"
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = mark, True
    return client
