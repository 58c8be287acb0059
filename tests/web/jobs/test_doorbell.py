"""The doorbell wakes, may be rung often, and never fails a request."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from analyzer.errors import SettingsError
from web.config import WebSettings
from web.jobs import doorbell
from web.site import Site


def test_a_ring_is_heard_once(here: Site) -> None:
    assert not doorbell.heard(here)
    doorbell.ring(here)
    assert doorbell.heard(here)
    assert not doorbell.heard(here)


def test_many_rings_that_nobody_hears_do_not_pile_up(here: Site) -> None:
    for _ in range(50):
        doorbell.ring(here)
    bell = doorbell.huey_for("", (here.folder / "huey.db").as_posix())
    assert bell.storage.queue_size() == 1


def test_within_a_request_the_site_is_known(app: Flask, here: Site) -> None:
    app.testing = False
    with app.app_context():
        doorbell.ring()
    assert doorbell.heard(here)


def test_a_broken_bell_costs_nothing_but_a_line_in_the_log(here: Site, caplog: pytest.LogCaptureFixture) -> None:
    broken = Site(here.settings, WebSettings(queue_url="carrier-pigeon://loft"), here.db)
    doorbell.ring(broken)
    doorbell.ring()  # outside of any application
    assert caplog.text.count("did not ring") == 2


def test_a_mistyped_queue_is_told_to_the_worker(here: Site) -> None:
    with pytest.raises(SettingsError, match="carrier-pigeon"):
        doorbell.heard(Site(here.settings, WebSettings(queue_url="carrier-pigeon://loft"), here.db))


def test_it_has_a_file_of_its_own(here: Site) -> None:
    doorbell.ring(here)
    assert Path(here.folder / "huey.db").is_file()
