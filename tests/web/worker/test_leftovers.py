"""A killed process leaves nobody's voice behind, and others on the machine read none of the service's files."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from tests.samples import sample
from web.intake.storage import Storage
from web.kit.site import Site
from web.worker import leftovers
from web.worker.chores import close_files


def test_what_a_killed_process_left_is_removed_and_what_others_use_stays(tmp_path: Path) -> None:
    code = "import os, tempfile; print(tempfile.mkdtemp(prefix=f'tingjian-audio-{os.getpid()}-', dir='.')); os._exit(9)"
    killed = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    left = tmp_path / killed.stdout.strip()
    (left / "plane0").write_bytes(b"voice")
    ours = tmp_path / f"tingjian-sound-{os.getpid()}-x"
    ours.mkdir()
    other = tmp_path / "somebody-else"
    other.mkdir()
    assert leftovers.sweep(tmp_path, time.time()) == 1
    assert not left.exists()
    assert ours.exists()
    assert other.exists()


def test_a_link_with_such_a_name_leads_nowhere(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (tmp_path / "tingjian-audio-999999999-x").symlink_to(precious)
    assert leftovers.sweep(tmp_path, time.time()) == 0
    assert precious.exists()


def test_a_folder_whose_process_number_has_been_given_to_another_does_not_stay_for_ever(tmp_path: Path) -> None:
    old = tmp_path / f"tingjian-audio-{os.getpid()}-x"
    old.mkdir()
    assert leftovers.sweep(tmp_path, time.time() + leftovers.LONGEST_S + 1) == 1


def test_the_site_writes_files_for_itself_alone(app: Flask, client: FlaskClient, storage: Storage, home: Path) -> None:
    taken = storage.take(sample("visit-07-lock-tv.wav"))
    path = storage.path(taken.key)
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(p.stat().st_mode) for p in (path.parent, path.parent.parent)} == {0o700}


def test_what_an_earlier_version_wrote_is_closed_to_others(here: Site, home: Path) -> None:
    folder = home / "web" / "audio" / "ab"
    folder.mkdir(parents=True)
    file = folder / "voice"
    file.write_bytes(b"voice")
    folder.chmod(0o755)
    file.chmod(0o644)
    close_files(here)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
