"""Workers that are killed, and several at once: nothing is lost, no attempt is made twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from analyzer.settings import ROOT, Settings
from tests.web.hooks.conftest import LONGEST_S, Answer, Receiver, Subscribe
from tests.web.hooks.test_sending import attempts, delivery, happen
from web import create_app
from web.config import WebSettings
from web.db import Database, now
from web.hooks import desk, outbox
from web.hooks.sender import Senders, send_next
from web.kit.site import Site, site_of
from web.models import DeliveryState, HookAttempt, HookDelivery, HookEvent
from web.worker.chores import CHORES

pytestmark = pytest.mark.usefixtures("context")
SPAWN = multiprocessing.get_context("spawn")


def commit_and_die(url: str) -> None:
    """In a process of its own: what happened is stored, then the power fails."""
    with Database(url).writing() as session:
        outbox.emit(session, HookEvent.MONTH_PUBLISHED, month="2026-10", edition=1)
    os.kill(os.getpid(), signal.SIGKILL)


def die_before_the_commit(url: str) -> None:
    with Database(url).writing() as session:
        outbox.emit(session, HookEvent.MONTH_PUBLISHED, month="2026-11", edition=1)
        session.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def send_one(home: Path, web: WebSettings, hook_id: int) -> None:
    """In a process of its own: a worker that makes one attempt."""
    app = create_app({"TESTING": True}, Settings(home=home, lexicons=ROOT / "lexicons"), web)
    with app.app_context():
        send_next(site_of(app), hook_id)


def test_what_was_committed_before_a_kill_is_sent_and_what_was_not_is_not(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, _ = subscribe(receiver.url)
    for act in (commit_and_die, die_before_the_commit):
        process = SPAWN.Process(target=act, args=(db.url,))
        process.start()
        process.join(LONGEST_S)
        assert process.exitcode == -signal.SIGKILL
    senders = Senders()
    senders.look(here)
    senders.join()
    with db.reading() as session:
        sent = [(row.facts["month"], row.state) for row in session.scalars(select(HookDelivery))]
    assert sent == [("2026-10", DeliveryState.SENT)]
    assert len(receiver.taken) == 1
    assert not send_next(here, number)


def test_an_attempt_whose_worker_was_killed_is_made_again_under_the_same_id(
    here: Site, db: Database, home: Path, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, _ = subscribe(receiver.url)
    happen(db)
    held = threading.Event()
    receiver.answers = [Answer(wait=held)]
    process = SPAWN.Process(target=send_one, args=(home, replace(here.web, database_url=db.url), number))
    process.start()
    assert receiver.came.wait(LONGEST_S)
    assert not send_next(here, number)  # it is at it
    process.kill()
    process.join(LONGEST_S)
    held.set()
    assert not send_next(here, number)  # it may still be at it
    assert send_next(here, number, now() + desk.LEASE)
    assert len(receiver.taken) == 2
    assert len(set(receiver.ids)) == 1
    assert [(a.number, a.took_ms is None, a.status) for a in attempts(db)] == [(1, True, None), (2, False, 204)]
    assert delivery(db).state is DeliveryState.SENT


def test_workers_at_once_share_the_deliveries_out(
    app: Flask, here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, _ = subscribe(receiver.url)
    events = 24
    for edition in range(events):
        happen(db, edition)
    sites = [replace(here, db=Database(db.url, db.info)) for _ in range(3)]
    start = threading.Barrier(len(sites))

    def work(own: Site) -> None:
        start.wait()
        with app.app_context():
            while send_next(own, number):
                pass

    threads = [threading.Thread(target=work, args=(own,)) for own in sites]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for own in sites:
        own.db.dispose()
    assert len(receiver.taken) == events
    assert set(Counter(receiver.ids).values()) == {1}
    with db.reading() as session:
        assert session.query(HookAttempt).count() == events
        assert set(session.scalars(select(HookDelivery.state))) == {DeliveryState.SENT}


def test_who_was_overtaken_changes_nothing_but_his_own_attempt(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, _ = subscribe(receiver.url)
    happen(db)
    moment = now()
    with db.writing() as session:
        slow = desk.claim(session, number, moment)
    later = moment + desk.LEASE + desk.LEASE
    with db.writing() as session:
        quick = desk.claim(session, number, later)
        assert desk.claim(session, number, later) is None
    assert slow is not None
    assert quick is not None
    trouble = desk.Outcome(5, 500, "", "对方没有收下（HTTP 500）")
    with db.writing() as session:
        desk.end(session, slow, trouble, later, 0.5)
    assert delivery(db).lease_until is not None  # the other one's
    assert not send_next(here, number, later)
    with db.writing() as session:
        desk.end(session, quick, desk.Outcome(5, 204, "", ""), later, 0.5)
    assert (delivery(db).state, delivery(db).attempts) == (DeliveryState.SENT, 2)
    assert [a.status for a in attempts(db)] == [500, 204]


def test_the_worker_looks_for_what_is_due_and_ends_the_log() -> None:
    acts: dict[str, Any] = {chore.name: chore for chore in CHORES}
    assert isinstance(acts["webhooks"].act.__self__, Senders)
    assert acts["webhooks"].period_s <= 5
    assert "log of webhooks" in acts
