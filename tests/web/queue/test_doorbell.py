"""The doorbell rings only where a broker is named, may be rung often, and never fails a request."""

from __future__ import annotations

import huey
import pytest
from flask import Flask

from web.config import SettingsError, WebSettings
from web.kit.site import Site
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
        doorbell.ring()
    doorbell.ring(here)
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
