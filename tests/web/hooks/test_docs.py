"""What docs/WEBHOOKS.md tells receivers: its check takes what is sent, and nothing else; its tables are complete."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from analyzer.settings import ROOT
from tests.web.hooks.conftest import Receiver, Subscribe
from web.db import Database
from web.hooks import outbox
from web.hooks.sender import send_next
from web.kit.site import Site
from web.models import HookDelivery, HookEvent

pytestmark = pytest.mark.usefixtures("context")
TEXT = (ROOT / "docs" / "WEBHOOKS.md").read_text("utf-8")


def test_the_check_of_the_documentation_takes_what_is_sent_and_nothing_else(
    here: Site, db: Database, receiver: Receiver, subscribe: Subscribe
) -> None:
    (code,) = re.findall(r"```python\n(.+?)```", TEXT, re.S)
    assert len([line for line in code.splitlines() if line.strip()]) <= 15
    space: dict[str, Any] = {}
    exec(code, space)  # noqa: S102  # our own documentation
    is_ours = space["is_ours"]
    number, secret = subscribe(receiver.url)
    with db.writing() as session:
        outbox.emit(session, HookEvent.MONTH_PUBLISHED, month="2026-10", edition=1)
    assert send_next(here, number)
    (taken,) = receiver.taken
    assert is_ours(secret, taken.headers, taken.body)
    assert not is_ours(secret, taken.headers, taken.body + b" ")
    assert not is_ours("whsec_" + "A" * 43 + "=", taken.headers, taken.body)
    late = str(int(taken.headers["webhook-timestamp"]) - 301)
    assert not is_ours(secret, {**taken.headers, "webhook-timestamp": late}, taken.body)


def test_every_event_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", TEXT, re.M)) == {event.value for event in HookEvent}


def test_the_example_has_the_fields_of_a_judged_recording(
    db: Database, people: dict[str, Any], subscribe: Subscribe
) -> None:
    from tests.web.data import analysis
    from tests.web.hooks.test_outbox import URL, heard

    (shown,) = (json.loads(block) for block in re.findall(r"```json\n(.+?)```", TEXT, re.S))
    subscribe(URL)
    heard(db, people["wang"], analysis("visit-03"))
    with db.reading() as session:
        facts = session.get_one(HookDelivery, 1).facts
    assert set(shown["data"]) == {*facts, "url", "api_url"}
    assert shown["type"] == "recording.judged"
