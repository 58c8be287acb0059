"""Waveforms are made once, small and true; what browsers cannot play becomes something they can, second for second."""

from __future__ import annotations

import json
import shutil
import struct
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.audio.playback import Peaks
from analyzer.errors import AudioError
from analyzer.settings import Settings
from tests.samples import sample
from web.intake.storage import PEAKS, PLAY, Storage
from web.worker import sound
from web.worker.sound import Sound


def put(storage: Storage, path: Path) -> str:
    return storage.take(path).key


def prepare(storage: Storage, path: Path) -> tuple[Sound | None, str]:
    key = put(storage, path)
    with sound.opened(storage, key, path, Settings()) as (audio, made):
        assert made is None or made.duration_s == round(audio.duration_s, 2)
    return made, key


def peaks(storage: Storage, key: str) -> dict[str, Any]:
    with storage.open(key + PEAKS) as opened:
        found: dict[str, Any] = json.loads(opened.read())
    return found


def tone(path: Path, seconds: float, *, channels: int = 1, width: int = 2, loud_from_s: float = 0.0) -> Path:
    """A file whose first channel is silent until `loud_from_s`; a second one is half as loud."""
    time_s = np.arange(int(seconds * 8000)) / 8000
    one = np.where(time_s >= loud_from_s, 0.5 * np.sin(2 * np.pi * 440 * time_s), 0.0)
    both = np.stack([one, one / 2][:channels], axis=1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(8000)
        scaled = both * 127 + 128 if width == 1 else both * 32767
        file.writeframes(scaled.astype(np.uint8 if width == 1 else "<i2").tobytes())
    return path


def played(storage: Storage, key: str) -> Any:
    """The decoded playable file, and its seconds."""
    import av

    with av.open(str(storage.path(storage.playable_key(key)))) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return np.concatenate(frames, axis=1), container.duration / 1e6


def test_a_plain_file_is_played_as_it_is(storage: Storage, tmp_path: Path) -> None:
    made, key = prepare(storage, tone(tmp_path / "a.wav", 3.0, loud_from_s=1.5))
    assert made == Sound("audio/wav", 3.0, 1)
    assert storage.playable_key(key) == key
    found = peaks(storage, key)
    assert (found["duration_s"], len(found["channels"])) == (3.0, 1)
    pairs = np.array(found["channels"][0]).reshape(-1, 2)
    assert len(pairs) == 300  # 10 ms each
    assert np.abs(pairs[:149]).max() == 0
    assert pairs[155:290, 0].max() < -120
    assert pairs[155:290, 1].min() > 120
    assert found["peak"] == pytest.approx(0.5, abs=0.02)


def test_long_recordings_have_waveforms_no_longer_than_a_page(storage: Storage, tmp_path: Path) -> None:
    _, key = prepare(storage, tone(tmp_path / "a.wav", 65.0, channels=2))
    found = peaks(storage, key)
    assert [len(channel) for channel in found["channels"]] == [4000, 4000]
    assert max(abs(v) for v in found["channels"][0]) == 127
    assert max(abs(v) for v in found["channels"][1]) in (63, 64)
    assert storage.size(key + PEAKS) < 60_000


@pytest.mark.parametrize(
    ("name", "kind", "converted"),
    [
        ("followup-01-washer.amr", "audio/mp4", True),
        ("visit-03-heater-rude.m4a", "audio/mp4", False),
        ("visit-01-faucet.ogg", "audio/ogg", False),
        ("followup-02-still-leaking.opus", "audio/ogg", False),
    ],
)
def test_what_browsers_do_not_play_is_made_playable(
    storage: Storage, tmp_path: Path, name: str, kind: str, converted: bool
) -> None:
    made, key = prepare(storage, sample(name))
    assert made is not None
    assert made.media_type == kind
    assert storage.exists(key + PLAY) is converted
    if converted:
        _, seconds = played(storage, key)
        assert seconds == pytest.approx(made.duration_s, abs=0.1)


def test_eight_bits_become_playable_with_every_sound_at_its_second(storage: Storage, tmp_path: Path) -> None:
    made, key = prepare(storage, tone(tmp_path / "a.wav", 4.0, width=1, loud_from_s=2.5))
    assert made is not None
    assert made.media_type == "audio/mp4"
    samples, _ = played(storage, key)
    loud = np.flatnonzero(np.abs(samples[0]) > 0.25)
    assert loud[0] / 16_000 == pytest.approx(2.5, abs=0.08)
    with storage.open(storage.playable_key(key)) as opened:
        start = opened.read(64 * 1024)
    assert start.index(b"moov") < start.index(b"mdat")  # plays before it is all there


def test_a_damaged_file_is_made_anew_so_that_its_seconds_are_ours(storage: Storage, tmp_path: Path) -> None:
    whole = bytearray(sample("visit-03-heater-rude.m4a").read_bytes())
    at = len(whole) // 2
    whole[at : at + 4000] = bytes(4000)
    path = tmp_path / "damaged.m4a"
    path.write_bytes(whole)
    made, key = prepare(storage, path)
    assert made is not None
    assert storage.exists(key + PLAY)


def test_mp3_of_variable_bit_rate_is_made_anew(storage: Storage, tmp_path: Path) -> None:
    import av

    path = tmp_path / "vbr.mp3"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libmp3lame", rate=16_000, layout="mono", options={"q": "5", "compression_level": "5"}
        )
        stream.codec_context.qscale = True
        stream.codec_context.global_quality = 5 * 118
        noise = np.random.default_rng(1).normal(0, 0.1, (1, 48_000)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(noise, "fltp", "mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    if b"Xing" not in path.read_bytes()[:2000]:
        pytest.fail("the encoder wrote a constant bit rate: the test shows nothing")
    made, _ = prepare(storage, path)
    assert made is not None
    assert made.media_type == "audio/mp4"


def test_it_is_made_once(storage: Storage, tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", 1.0)
    assert prepare(storage, path)[0] is not None
    assert prepare(storage, path)[0] is None


@pytest.mark.parametrize("content", [b"", b"not sound at all", b"RIFF" + struct.pack("<I", 4) + b"WAVE"])
def test_what_cannot_be_decoded_gives_no_waveform(storage: Storage, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    key = put(storage, path)
    with pytest.raises(AudioError), sound.opened(storage, key, path, Settings()):
        pytest.fail("what is no sound was opened")
    assert not storage.exists(key + PEAKS)


def test_a_playlist_opens_no_other_file(storage: Storage, tmp_path: Path) -> None:
    shutil.copy(sample("visit-07-lock-tv.wav"), tmp_path / "other.wav")
    path = tmp_path / "list"
    path.write_text("ffconcat version 1.0\nfile other.wav\n")
    with pytest.raises(AudioError):
        prepare(storage, path)


def test_silence_is_a_flat_line() -> None:
    made = Peaks()
    made.add(np.zeros((1, 16_000), dtype=np.float32))
    assert made.waveform() == {"schema": 1, "duration_s": 1.0, "peak": 0.0, "channels": [[0] * 200]}
    with pytest.raises(ValueError, match="no samples"):
        Peaks().waveform()
