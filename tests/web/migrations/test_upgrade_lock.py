"""Two that upgrade one database at once: one migrates, the other waits and finds nothing to do."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from analyzer.settings import ROOT
from tests.web.backups.test_backups import postgres  # noqa: F401  # a fixture
from web.db import Database
from web.db.copies import revision_of
from web.migrations import is_current, upgrade
from web.migrations.lock import one_at_a_time

UPGRADE = "import sys; from web.migrations import upgrade; print(upgrade(sys.argv[1]))"


def both(url: str) -> list[str]:
    """What two processes say that upgrade at once."""
    started = [
        subprocess.Popen([sys.executable, "-c", UPGRADE, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0].strip() for process in started]
    assert [process.returncode for process in started] == [0, 0]
    return said


def test_of_two_on_sqlite_one_keeps_the_old_file_and_migrates(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'site.db'}"
    upgrade(url, "0005")
    said = both(url)
    assert sorted(said)[1] == "None"
    assert revision_of(Path(sorted(said)[0])) == "0005"
    database = Database(url)
    assert is_current(database)
    database.dispose()


def test_of_two_on_postgresql_one_migrates(postgres: str) -> None:  # noqa: F811
    upgrade(postgres, "0005")
    assert both(postgres) == ["None", "None"]
    database = Database(postgres)
    assert is_current(database)
    database.dispose()


def test_postgresql_keeps_the_lock_itself(postgres: str) -> None:  # noqa: F811
    had = threading.Event()

    def second() -> None:
        with one_at_a_time(postgres):
            had.set()

    with one_at_a_time(postgres):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.3)
        assert not had.is_set()
    waiting.join(60)
    assert had.is_set()
