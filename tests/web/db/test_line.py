"""Who waits to write comes when it is his turn, whatever the others do: threads, processes, killed and stopped ones."""

from __future__ import annotations

import functools
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from web.config import ROOT
from web.db import Database, engine, line
from web.models import Team

pytestmark = pytest.mark.sqlite  # PostgreSQL's server keeps a line of its own
WAITS_S = 60  # for what must come; nothing here takes so long


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> dict[str, threading.Event]:
    """Set for each thread, by its name, once it stands in the line."""
    seen: dict[str, threading.Event] = {}
    taken = line._taken

    def noted(handle: int) -> int | None:
        number = taken(handle)
        seen.setdefault(threading.current_thread().name, threading.Event()).set()
        return number

    monkeypatch.setattr(line, "PATIENCE_S", float(WAITS_S))
    monkeypatch.setattr(line, "_taken", noted)
    return seen


def test_writers_come_in_the_order_in_which_they_came(db: Database, waiting: dict[str, threading.Event]) -> None:
    names = [f"班组 {number}" for number in range(6)]
    with db.writing() as session:
        session.add(Team(name="先"))
        session.flush()
        threads = [_in_line(waiting, name, functools.partial(_write, db, name)) for name in names]
    for thread in threads:
        thread.join(WAITS_S)
    assert _written(db) == ["先", *names]


def test_who_writes_one_block_after_the_other_does_not_overtake(
    db: Database, waiting: dict[str, threading.Event]
) -> None:
    with db.writing() as session:
        session.add(Team(name="块 0"))
        session.flush()
        other = _in_line(waiting, "等的人", functools.partial(_write, db, "等的人"))
    for number in range(1, 20):
        _write(db, f"块 {number}")
    other.join(WAITS_S)
    assert _written(db)[:3] == ["块 0", "等的人", "块 1"]


def test_another_process_that_never_pauses_leaves_us_the_next_turn(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After we have come it ends the block that it is in, or the one that it came for before us, and no other."""
    monkeypatch.setattr(line, "PATIENCE_S", float(WAITS_S))
    when_we_came: list[int] = []
    taken = line._taken

    def noted(handle: int) -> int | None:
        number = taken(handle)
        when_we_came.append(len(_written(db)))
        return number

    monkeypatch.setattr(line, "_taken", noted)
    with _process(db, "while True:\n    with db.writing() as s: s.add(Team(name=str(n := n + 1)))\n    say(n)") as hog:
        hog.stdout.readline()
        for number in range(10):
            _write(db, f"我们 {number}")
        assert hog.poll() is None
    found = _written(db)
    between = [found.index(f"我们 {number}") - came for number, came in enumerate(when_we_came)]
    assert max(between) <= 2, between  # the second: it came at the very moment


def test_the_place_of_a_killed_process_is_free(db: Database) -> None:
    with _process(db, "with line.place() as place:\n    say('in line')\n    time.sleep(600)") as killed:
        assert killed.stdout.readline() == b"in line\n"
        with _line(db).place() as ours:
            assert not ours.is_first()
            killed.send_signal(signal.SIGKILL)
            killed.wait(WAITS_S)
            assert ours.is_first()
    _write(db, "我们")


def test_a_stopped_process_at_the_head_holds_others_for_a_while_only(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "PATIENCE_S", 0.0)
    with _process(db, "with line.place() as place:\n    say('in line')\n    time.sleep(600)") as stopped:
        stopped.stdout.readline()
        stopped.send_signal(signal.SIGSTOP)
        _write(db, "我们")
        stopped.send_signal(signal.SIGCONT)
    assert _written(db) == ["我们"]


def test_who_gives_up_leaves_the_line(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WAIT_MS", 50)
    impatient = Database(db.url)
    with db.writing() as session:
        session.add(Team(name="先"))
        session.flush()
        with pytest.raises(OperationalError, match="locked"):
            _write(impatient, "不等了")
        with _line(db).place() as place:
            assert place.is_first()
    _write(impatient, "后")
    impatient.dispose()
    assert _written(db) == ["先", "后"]


def test_where_there_are_no_places_one_writes_all_the_same(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with _line(db).place() as place:
        assert place.number is None and place.is_first()
    _write(db, "甲")
    assert _written(db) == ["甲"]


def test_the_file_of_the_line_is_of_the_site_alone(db: Database) -> None:
    _write(db, "甲")
    path = _line(db).path
    assert path and path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == 0


def _in_line(waiting: dict[str, threading.Event], name: str, act: Callable[[], None]) -> threading.Thread:
    """Begin to act in a thread, which stands in the line by the time this returns."""
    came = waiting.setdefault(name, threading.Event())
    thread = threading.Thread(target=act, name=name)
    thread.start()
    assert came.wait(WAITS_S)
    return thread


def _line(db: Database) -> line.Line:
    return line.Line(Path(str(db.engine.url.database)))


def _write(db: Database, name: str) -> None:
    with db.writing() as session:
        session.add(Team(name=name))


def _written(db: Database) -> list[str]:
    """The names in the order of writing, without those of the company."""
    with db.reading() as session:
        names = session.scalars(select(Team.name).order_by(Team.id)).all()
    return [name for name in names if name not in ("东区", "西区")]


@contextmanager
def _process(db: Database, does: str) -> Iterator[Any]:
    """A process of its own that has `db` and its `line` and can `say` something."""
    code = f"""
import sys, time
from pathlib import Path
from web.db import Database
from web.db.line import Line
from web.models import Team
def say(words):
    print(words, flush=True)
db, line, n = Database(sys.argv[1]), Line(Path(sys.argv[2])), 0
{does}
"""
    command = [sys.executable, "-c", code, db.url, str(db.engine.url.database)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()
