"""The doorbell rings only where a broker is named, may be rung often, and never fails a request."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import huey
import pytest
from flask import Flask

from tests.web.servers import POSTGRES, REDIS, postgres_database
from web.config import SettingsError, WebSettings
from web.kit.site import KEY, Site
from web.queue import doorbell

URL = "redis://broker"


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> huey.MemoryHuey:
    """A broker in memory behind whatever URL."""
    made = huey.MemoryHuey("tingjian")
    monkeypatch.setattr(doorbell, "broker", lambda _url: made)
    return made


def with_broker(here: Site, url: str = URL) -> Site:
    return Site(here.settings, WebSettings(queue_url=url), here.db)


def test_a_ring_is_heard_once(here: Site, broker: huey.MemoryHuey) -> None:
    assert not doorbell.wait(URL)
    doorbell.ring(with_broker(here))
    assert doorbell.wait(URL)
    assert not doorbell.wait(URL)


def test_many_rings_that_nobody_hears_do_not_pile_up(here: Site, broker: huey.MemoryHuey) -> None:
    for _ in range(50):
        doorbell.ring(with_broker(here))
    assert broker.storage.queue_size() == 1


def test_on_the_default_there_is_no_bell_and_no_file_of_one(app: Flask, here: Site, broker: huey.MemoryHuey) -> None:
    app.testing = False
    with app.app_context():
        app.extensions[KEY] = with_broker(here, "")
        doorbell.ring()
    assert broker.storage.queue_size() == 0
    assert not list(here.folder.glob("huey*"))


def test_a_broken_bell_costs_nothing_but_a_line_in_the_log(here: Site, caplog: pytest.LogCaptureFixture) -> None:
    doorbell.ring(with_broker(here, "carrier-pigeon://loft"))
    doorbell.ring()  # outside of any application
    assert caplog.text.count("did not ring") == 2


def test_a_mistyped_queue_is_told_with_its_value_and_what_is_allowed() -> None:
    with pytest.raises(SettingsError, match="carrier-pigeon") as refused:
        doorbell.broker("carrier-pigeon://loft")
    assert "redis://" in refused.value.advice


@pytest.fixture(params=["redis", "postgresql"])
def real(request: pytest.FixtureRequest) -> Iterator[str]:
    """A broker as in real use; `make test-scale` has them."""
    if not (REDIS and POSTGRES):
        pytest.skip("needs Redis and PostgreSQL: make test-scale")
    with ExitStack() as stack:
        name = f"tingjian_bell_{os.getpid()}"
        url = REDIS if request.param == "redis" else stack.enter_context(postgres_database(name))
        storage = doorbell.broker(url).storage
        storage.flush_all()
        yield url
        storage.flush_all()
        storage.close()
        doorbell.broker.cache_clear()


def test_a_ring_at_a_real_broker_is_heard_once_and_rings_do_not_pile_up(here: Site, real: str) -> None:
    for _ in range(20):
        doorbell.ring(with_broker(here, real))
    assert doorbell.wait(real)
    assert not doorbell.wait(real)


def test_who_waits_at_a_real_broker_is_woken_at_once(here: Site, real: str) -> None:
    threading.Timer(0.3, doorbell.ring, [with_broker(here, real)]).start()
    begun = time.monotonic()
    assert doorbell.wait(real)
    assert time.monotonic() - begun < doorbell.WAIT_S


@pytest.mark.parametrize("kind", ["redis", "postgresql"])
def test_a_broker_that_is_away_or_silent_keeps_nobody_waiting(
    here: Site, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip(doorbell.DRIVERS[kind], reason="needs requirements-scale.txt: make test-scale")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection, and never says a word
        begun = time.monotonic()
        doorbell.ring(with_broker(here, f"{kind}://127.0.0.1:{silent.getsockname()[1]}/0"))
        assert time.monotonic() - begun < 10
    doorbell.ring(with_broker(here, f"{kind}://127.0.0.1:1/0"))
    assert caplog.text.count("did not ring") == 2


@pytest.mark.parametrize(("url", "driver"), [("redis://here", "redis"), ("postgresql://here/db", "psycopg")])
def test_a_missing_driver_of_a_broker_is_named_with_what_to_do(
    url: str, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(SettingsError, match=driver) as refused:
        doorbell.check(url)
    assert "requirements-scale.txt" in refused.value.advice
