"""What a decoding child can do once its walls stand, and how much of the disk a small file may take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyzer.audio import decoder, open_audio, planes, walls
from analyzer.audio.decoder import decode_file, standing_walls
from analyzer.audio.report import BLOCK_SAMPLES, Failure
from analyzer.errors import AudioError
from analyzer.settings import ROOT, Settings
from tests.integration.audio_files import ask_child, tone, write, write_float_wav
from tests.samples import sample

SETTINGS = Settings()
ATTACK = """
import json, os, socket, subprocess, sys
from pathlib import Path
from analyzer.audio import walls
source, folder, secret = map(Path, sys.argv[1:])
standing = walls.put_up(source, [folder])
def refused(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__ != "ConnectionRefusedError"
    return False
print(json.dumps({
    "standing": standing,
    "socket": refused(lambda: socket.socket()),
    "connect": refused(lambda: socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), 1)),
    "program": refused(lambda: os.execv(sys.executable, [sys.executable, "-c", "pass"])),
    "kill": refused(lambda: os.kill(os.getppid(), 0)),
    "read": refused(lambda: secret.read_bytes()),
    "list": refused(lambda: list(secret.parent.iterdir())),
    "write": refused(lambda: (secret.parent / "new").write_text("x")),
    "source": source.read_bytes() == b"sound",
    "own folder": (folder / "a").write_text("x") == 1 and (folder / "a").unlink() is None,
}))
"""


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What happened to everything that a taken-over child would try."""
    place = tmp_path_factory.mktemp("walls")
    (place / "source").write_bytes(b"sound")
    (place / "secret").write_bytes(b"key")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", ATTACK, place / "source", folder, place / "secret"],
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(ROOT), "PORT": "9"},
            check=True,
        )
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("wall", "attacks"),
    [
        (walls.NO_NETWORK, ("connect",)),
        (walls.CALLS, ("socket", "program", "kill")),
        (walls.FILES, ("read", "list", "write")),
    ],
)
def test_behind_a_wall_that_stands_nothing_outside_is_reached(
    attacked: dict[str, object], wall: str, attacks: tuple[str, ...]
) -> None:
    standing = attacked["standing"]
    assert isinstance(standing, list)
    if wall not in standing:
        pytest.skip(f"this kernel has no {wall}; `doctor` says so")
    assert [attack for attack in attacks if not attacked[attack]] == []


def test_the_recording_and_the_childs_own_folder_stay_open(attacked: dict[str, object]) -> None:
    assert attacked["source"]
    assert attacked["own folder"]


def test_the_machine_says_which_walls_stand() -> None:
    found = standing_walls()
    assert set(found) <= set(walls.ALL)
    if sys.platform == "linux" and os.uname().machine in ("x86_64", "aarch64"):
        assert walls.NO_NETWORK in found


@pytest.mark.parametrize("name", ["visit-01-faucet.ogg", "appointment-02-postpone.wav", "followup-01-washer.amr"])
def test_recordings_are_decoded_behind_the_walls_as_before_them(name: str, tmp_path: Path) -> None:
    with open_audio(sample(name), SETTINGS, tmp_path) as audio:
        assert audio.duration_s > 30
        assert audio.playback is not None


def test_a_small_file_that_is_hours_of_sound_is_refused_before_it_fills_the_disk(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", np.zeros(16_000 * 600, np.float32), "flac", "flac")
    assert path.stat().st_size < 200_000
    answer = ask_child(path, most_temp_bytes=2 * 1024**2)
    assert isinstance(answer, Failure)
    assert answer.code == "temp"
    with pytest.raises(AudioError, match="临时空间超过上限 2 MB") as caught:
        decode_file(path, Path(tempfile.mkdtemp(dir=tmp_path)), replace(SETTINGS, max_temp_bytes=2 * 1024**2))
    assert "TINGJIAN_MAX_TEMP_BYTES" in caught.value.advice


def test_decoding_takes_two_bytes_a_sample_of_the_disk(tmp_path: Path) -> None:
    seconds = 60
    path = write(tmp_path / "a.flac", tone(seconds), "flac", "flac")
    samples = seconds * 16_000
    assert not isinstance(ask_child(path, most_temp_bytes=samples * 2 + samples // 100), Failure)


@pytest.mark.parametrize(("signal", "code"), [(9, "memory"), (24, "timeout"), (11, "crashed")])
def test_a_childs_death_says_what_it_died_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signal: int, code: str
) -> None:
    dying = f"import os, sys; sys.stdin.read(); os.kill(os.getpid(), {signal})"
    monkeypatch.setattr(decoder, "CHILD_COMMAND", (sys.executable, "-c", dying))
    with pytest.raises(AudioError) as caught:
        decode_file(write_float_wav(tmp_path / "a.wav", np.zeros(16_000, np.float32)), tmp_path, SETTINGS)
    assert caught.value.code == f"audio-{code}"


@pytest.mark.parametrize("length", [1, 1_599, 1_600, 1_601, BLOCK_SAMPLES, BLOCK_SAMPLES * 2 + 7])
def test_planes_keep_16_bits_exactly_and_quiet_and_too_loud_sound_well(tmp_path: Path, length: int) -> None:
    rng = np.random.default_rng(3)
    sixteen = rng.integers(-32768, 32768, length).astype(np.float32) / np.float32(32768)
    sixteen[: length // 2] *= np.float32(0)
    quiet, loud = sixteen * np.float32(1e-4), sixteen * np.float32(3e4)
    paths = [tmp_path / name for name in ("16", "quiet", "loud")]
    for path, values in zip(paths, (sixteen, quiet, loud), strict=True):
        with path.open("wb") as file:
            for start in range(0, length, BLOCK_SAMPLES):
                file.write(planes.packed(values[start : start + BLOCK_SAMPLES]))
        assert path.stat().st_size <= 2 * length * 1.001 + 2
    for consumed in (False, True):
        found = np.concatenate(list(planes.read_planes(paths, consumed=consumed)), axis=1)
        assert found.shape == (3, length)
        assert np.array_equal(found[0], sixteen)
        assert np.abs(found[1] - quiet).max() <= 1e-4 * 2**-15
        assert np.abs(found[2] - loud).max() <= 3e4 * 2**-15
