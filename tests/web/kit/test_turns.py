"""Who writes long leaves room between two pieces: others wait for one of them, not for all."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import insert

from web.db import Database
from web.kit import turns
from web.kit.turns import in_turns
from web.models import SiteValue, Team


def test_all_come_in_pieces_and_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    monkeypatch.setattr(turns.time, "sleep", rests.append)
    monkeypatch.setattr(turns, "WORK_S", 0.0)
    assert list(in_turns(range(5), 2)) == [range(2), range(2, 4), range(4, 5)]
    assert list(in_turns([], 2)) == []
    assert rests == [turns.REST_S] * 2  # none after the last


def test_somebody_else_gets_in_between(db: Database) -> None:
    came: list[float] = []

    def another() -> None:
        with db.writing() as session:
            session.add(SiteValue(name="another", value=1))
        came.append(time.monotonic())

    other = threading.Thread(target=another)
    for number, piece in enumerate(in_turns(range(40), 1)):
        with db.writing() as session:
            if number == 1:
                other.start()
            session.execute(insert(Team).values(name=f"班组 {piece[0]}"))
            time.sleep(0.04)
        last = time.monotonic()
    other.join(30)
    assert came[0] < last
