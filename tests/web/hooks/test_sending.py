"""Sending, against servers on this machine: signed, tried again, given up, to nowhere but where it was meant to go."""

from __future__ import annotations

import datetime as dt
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook

from tests.web.hooks.conftest import LONGEST_S, Answer, Receiver, Subscribe
from web.db import Database, now
from web.hooks import acts, desk, outbox, schedule, sender
from web.hooks.sender import Senders, send_next
from web.kit import chain
from web.kit.site import Site
from web.models import (
    AuditEntry,
    DeliveryState,
    Hook,
    HookAttempt,
    HookDelivery,
    HookEvent,
    HookState,
    Notice,
)

pytestmark = pytest.mark.usefixtures("context")
DAY = dt.timedelta(days=1)


def happen(db: Database, number: int = 1) -> None:
    with db.writing() as session:
        outbox.emit(session, HookEvent.MONTH_PUBLISHED, month="2026-10", edition=number)


def delivery(db: Database, number: int = 1) -> HookDelivery:
    with db.reading() as session:
        return session.get_one(HookDelivery, number)


def attempts(db: Database, number: int = 1) -> list[HookAttempt]:
    with db.reading() as session:
        found = select(HookAttempt).where(HookAttempt.delivery_id == number).order_by(HookAttempt.number)
        return list(session.scalars(found))


def hook(db: Database, number: int) -> Hook:
    with db.reading() as session:
        return session.get_one(Hook, number)


def test_it_is_signed_as_the_specification_has_it(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, secret = subscribe(receiver.url)
    happen(db)
    assert send_next(here, number)
    assert not send_next(here, number)
    (taken,) = receiver.taken
    assert Webhook(secret).verify(taken.body, taken.headers) == {
        "type": "month.published",
        "timestamp": delivery(db).at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {
            "month": "2026-10", "edition": 1,
            "url": "https://tingjian.example.com/qa/scorecards/months/2026-10/1",
        },
    }  # fmt: skip
    assert taken.path == "/tingjian"
    assert taken.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert taken.headers["content-type"] == "application/json"
    assert (delivery(db).state, hook(db, number).failing_since) == (DeliveryState.SENT, None)
    (one,) = attempts(db)
    assert (one.status, one.trouble, one.took_ms is None) == (204, "", False)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(secret).verify(taken.body + b" ", taken.headers)


def test_what_was_not_taken_comes_again_in_its_time_under_the_same_id(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe, caplog: pytest.LogCaptureFixture
) -> None:
    number, secret = subscribe(receiver.url + "?token=geheim")
    receiver.answers = [Answer(500, b"Oops\n  later")]
    happen(db)
    moment = now()
    with caplog.at_level(logging.DEBUG):
        assert send_next(here, number, moment)
        again = delivery(db).next_at
        assert dt.timedelta(seconds=8) <= again - moment <= dt.timedelta(seconds=12)
        assert hook(db, number).failing_since == moment
        assert not send_next(here, number, again - dt.timedelta(milliseconds=1))
        assert send_next(here, number, again)
    first, second = receiver.taken
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == delivery(db).message_id
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) >= int(first.headers["webhook-timestamp"]) + 8
    assert Webhook(secret).verify(second.body, second.headers)
    assert [(a.number, a.status, a.answer, a.trouble) for a in attempts(db)] == [
        (1, 500, "Oops later", "对方没有收下（HTTP 500）"), (2, 204, "", "")
    ]  # fmt: skip
    assert (delivery(db).state, hook(db, number).failing_since) == (DeliveryState.SENT, None)
    assert "geheim" not in caplog.text
    assert secret not in caplog.text


def test_after_three_days_it_is_given_up(here: Site, db: Database, receiver: Receiver, subscribe: Subscribe) -> None:
    number, _ = subscribe(receiver.url)
    receiver.answers = [Answer(503)] * 100
    happen(db)
    begun = moment = now()
    while delivery(db).state is DeliveryState.WAITING:
        moment = max(delivery(db).next_at, moment)
        assert send_next(here, number, moment)
    assert len(receiver.taken) == len(attempts(db)) == delivery(db).attempts >= 10
    assert set(receiver.ids) == {delivery(db).message_id}
    assert 2 * DAY < moment - begun <= schedule.GIVEN_UP
    assert delivery(db).state is DeliveryState.FAILED
    assert not send_next(here, number, moment + 10 * DAY)


def test_who_says_he_is_gone_is_sent_nothing_more(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe, people: dict[str, Any]
) -> None:
    number, _ = subscribe(receiver.url)
    happen(db, 1)
    happen(db, 2)
    receiver.answers = [Answer(410)]
    assert send_next(here, number)
    assert not send_next(here, number)
    assert hook(db, number).state is HookState.GONE
    assert [delivery(db, n).state for n in (1, 2)] == [DeliveryState.FAILED, DeliveryState.WAITING]
    happen(db, 3)
    assert len(receiver.taken) == 1
    with db.reading() as session:
        (notice,) = session.scalars(select(Notice)).all()
        assert (notice.user_id, notice.facts) == (people["admin"].id, {"hook": number, "reason": "gone"})
        assert sorted(session.scalars(select(HookDelivery.id))) == [1, 2]
        ended = session.scalars(select(AuditEntry).where(AuditEntry.action == "hook-ended")).one()
        assert ended.detail == {"reason": "gone"}


def test_who_took_nothing_for_five_days_is_paused_and_the_administrators_are_told(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe, people: dict[str, Any]
) -> None:
    number, _ = subscribe(receiver.url)
    receiver.answers = [Answer(503)] * 200
    begun = moment = now()
    for day in range(6):  # something happens each day
        happen(db, day)
        with db.writing() as session:
            row = session.scalars(select(HookDelivery).order_by(HookDelivery.id.desc())).first()
            assert row is not None
            row.begun_at = row.next_at = moment = max(moment, begun + day * DAY)
        while hook(db, number).state is HookState.ON and moment < begun + (day + 1) * DAY:
            with db.reading() as session:
                ready = select(HookDelivery.next_at).where(HookDelivery.state == DeliveryState.WAITING)
                times = sorted(session.scalars(ready))
            if not times or times[0] > begun + (day + 1) * DAY:
                break
            moment = max(moment, times[0])
            assert send_next(here, number, moment)
        if hook(db, number).state is HookState.PAUSED:
            break
    assert hook(db, number).state is HookState.PAUSED
    assert 5 * DAY <= moment - begun < 6 * DAY
    with db.reading() as session:
        (notice,) = session.scalars(select(Notice)).all()
        assert notice.facts == {"hook": number, "reason": "paused"}
    taken = len(receiver.taken)
    assert not send_next(here, number, moment + DAY)
    with db.writing() as session:
        acts.switch(session, session.get_one(Hook, number), on=True)
    receiver.answers = []
    assert send_next(here, number, moment + DAY)  # what waited comes now
    assert len(receiver.taken) == taken + 1
    assert hook(db, number).failing_since is None


def test_one_failure_after_a_long_silence_pauses_nobody(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, _ = subscribe(receiver.url)
    with db.writing() as session:
        session.get_one(Hook, number).failing_since = now() - 20 * DAY
    receiver.answers = [Answer(503)]
    happen(db)
    send_next(here, number)
    assert hook(db, number).state is HookState.ON


def test_a_redirect_is_followed_nowhere(
    here: Site, db: Database, receivers: Callable[[], Receiver], subscribe: Subscribe
) -> None:
    outer, inner = receivers(), receivers()
    number, _ = subscribe(outer.url)
    outer.answers = [Answer(status, headers={"Location": inner.url}) for status in (301, 302, 307, 308)]
    happen(db)
    moment = now()
    for _ in range(4):
        assert send_next(here, number, moment)
        moment = delivery(db).next_at
    assert inner.taken == []
    assert [a.status for a in attempts(db)] == [301, 302, 307, 308]
    assert {a.trouble for a in attempts(db)} == {"对方要求转到别的地址，没有跟过去；请填写最终的地址"}
    assert delivery(db).state is DeliveryState.WAITING


@pytest.mark.parametrize("name", ["localhost", "hooks.example.com"])
def test_a_name_that_leads_into_the_own_network_is_not_asked(
    here: Site,
    db: Database,
    receiver: Receiver,
    subscribe: Subscribe,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    if name != "localhost":  # a name of the outside world that answers with an inner address
        inner = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: inner)
    number, _ = subscribe(f"https://{name}:{receiver.port}/")
    happen(db)
    outside = replace(here, web=replace(here.web, private_webhooks=False))
    assert send_next(outside, number)
    assert receiver.taken == []
    (one,) = attempts(db)
    assert one.status is None
    assert "内部网络" in one.trouble
    assert "TINGJIAN_WEB_PRIVATE_WEBHOOKS" in one.trouble


def test_a_name_is_looked_up_once_and_the_connection_made_to_what_was_looked_at(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    known = socket.getaddrinfo

    def lookup(host: str, *more: Any, **named: Any) -> Any:
        if host != "hooks.example.com":
            return known(host, *more, **named)
        asked.append(host)
        return known("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    number, _ = subscribe(f"http://hooks.example.com:{receiver.port}/")
    happen(db)
    assert send_next(here, number)
    assert asked == ["hooks.example.com"]
    assert receiver.taken[0].headers["host"] == f"hooks.example.com:{receiver.port}"


def test_of_an_answer_only_the_beginning_is_kept(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, _ = subscribe(receiver.url)
    receiver.answers = [Answer(500, ("你好\0\x1b[31m\n" + "长" * 400_000).encode()), Answer(200, b"\xff\xfe\x00")]
    happen(db)
    send_next(here, number)
    (one,) = attempts(db)
    assert one.answer.startswith("你好\\u001b[31m 长长")
    assert len(one.answer) <= desk.MOST_ANSWER
    send_next(here, number, delivery(db).next_at)
    assert delivery(db).state is DeliveryState.SENT


def test_a_slow_receiver_holds_up_neither_the_others_nor_the_worker(
    here: Site, db: Database, receivers: Callable[[], Receiver], subscribe: Subscribe
) -> None:
    slow, quick = receivers(), receivers()
    release = threading.Event()
    slow.answers = [Answer(wait=release)]
    subscribe(slow.url)
    subscribe(quick.url)
    happen(db, 1)
    happen(db, 2)
    senders = Senders()
    senders.look(here)  # returns although the slow one does not answer
    assert slow.came.wait(LONGEST_S)
    for _ in range(600):
        if len(quick.taken) == 2:
            break
        quick.came.wait(0.1)
        quick.came.clear()
    assert (len(quick.taken), len(slow.taken)) == (2, 1)
    senders.look(here)  # no second thread for who is being sent to
    assert len(slow.taken) == 1
    release.set()
    senders.join()
    senders.look(here)
    senders.join()
    assert len(slow.taken) == 2
    with db.reading() as session:
        assert set(session.scalars(select(HookDelivery.state))) == {DeliveryState.SENT}


def test_a_receiver_without_an_answer_is_let_go(
    here: Site, db: Database, subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender.posting, "READ_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        number, _ = subscribe(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        happen(db)
        assert send_next(here, number)
    assert (attempts(db)[0].status, attempts(db)[0].trouble) == (None, "连不上（TimeoutError）；请检查网络和地址")
    assert delivery(db).state is DeliveryState.WAITING


def test_a_replay_has_the_same_id_and_the_same_body(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, _ = subscribe(receiver.url)
    happen(db)
    send_next(here, number)
    later = now() + 10 * DAY
    with db.writing() as session:
        acts.replay(session, session.get_one(HookDelivery, 1), later)
    receiver.answers = [Answer(500)]
    assert send_next(here, number, later)
    assert delivery(db).state is DeliveryState.WAITING  # its three days begin anew
    assert send_next(here, number, delivery(db).next_at)
    assert len(set(receiver.ids)) == 1
    assert len({one.body for one in receiver.taken}) == 1
    assert [a.number for a in attempts(db)] == [1, 2, 3]


def test_a_changed_secret_signs_beside_the_former_for_a_day(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, old = subscribe(receiver.url)
    with db.writing() as session:
        new = acts.rotate(session, here.seal, session.get_one(Hook, number), now())
    assert new != old
    happen(db)
    send_next(here, number)
    both = receiver.taken[-1]
    for secret in (old, new):
        assert Webhook(secret).verify(both.body, both.headers)
    with db.writing() as session:
        session.get_one(Hook, number).former_until = now()
    happen(db)
    send_next(here, number)
    last = receiver.taken[-1]
    assert Webhook(new).verify(last.body, last.headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(old).verify(last.body, last.headers)


def test_a_copy_of_the_database_without_the_key_sends_nothing(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    number, _ = subscribe(receiver.url)
    happen(db)
    copy = replace(here, db=Database(db.url, chain.opened(here.folder, "another key of thirty-two characters")))
    assert send_next(copy, number)
    copy.db.dispose()
    assert receiver.taken == []
    assert "TINGJIAN_WEB_AUDIT_KEY" in attempts(db)[0].trouble
    assert send_next(here, number, delivery(db).next_at)
    assert len(receiver.taken) == 1


def test_the_log_is_kept_for_thirty_days(here: Site, db: Database, receiver: Receiver, subscribe: Subscribe) -> None:
    from web.hooks.sweep import KEPT, sweep

    number, _ = subscribe(receiver.url)
    happen(db, 1)
    happen(db, 2)
    send_next(here, number)
    with db.writing() as session:
        for row in session.scalars(select(HookDelivery)):
            row.at = now() - KEPT
        session.get_one(HookDelivery, 1).begun_at = now() - KEPT
    assert sweep(here, now() + dt.timedelta(seconds=1)) == 1  # the other one was sent again since
    assert attempts(db, 1) == []
    with db.reading() as session:
        assert session.scalars(select(HookDelivery.id)).all() == [2]
