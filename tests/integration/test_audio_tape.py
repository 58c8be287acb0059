"""Whatever sound a file has is heard: behind a wrong header, behind another recording, on a second track."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from analyzer.audio import open_audio
from analyzer.domain import Layout
from analyzer.settings import Settings
from tests.integration.audio_files import Samples, dominant_hz, read, tone, turns, voice, write

SETTINGS = Settings()
LENGTHS_S = (3.0, 2.5, 4.0, 1.5)
WANG = turns(*LENGTHS_S, pitch_hz=120.0, first=True, seed=1)
CUSTOMER = turns(*LENGTHS_S, pitch_hz=210.0, first=False, seed=50)


@pytest.mark.parametrize(
    ("container", "codec"),
    [("wav", "pcm_s16le"), ("wav", "pcm_alaw"), ("aiff", "pcm_s16be"), ("au", "pcm_s16be"), ("caf", "pcm_s16le"),
     ("w64", "pcm_s16le"), ("flac", "flac"), ("ogg", "libopus"), ("mp3", "libmp3lame"),
     ("adts", "aac"), ("ipod", "aac"), ("webm", "libopus"), ("asf", "wmav2")],
)  # fmt: skip
def test_files_joined_end_to_end_are_heard_whole(container: str, codec: str, tmp_path: Path) -> None:
    rate_hz = 48_000
    first, second = (
        write(
            tmp_path / str(hz), tone(3.0, hz, rate_hz), container, codec, rate_hz=rate_hz, bit_rate=64_000
        ).read_bytes()
        for hz in (500.0, 900.0)
    )
    path = tmp_path / "两段"
    path.write_bytes(first + second)
    with open_audio(path, SETTINGS) as audio:
        assert audio.duration_s == pytest.approx(6.0, abs=0.3)
        assert dominant_hz(read(audio, 0, 0.5, 2.5)) == pytest.approx(500.0, abs=5.0)
        assert dominant_hz(read(audio, 0, 3.6, 5.5)) == pytest.approx(900.0, abs=5.0)
        assert not any("不完整" in warning or "损坏" in warning for warning in audio.warnings)


@pytest.mark.parametrize(("share", "told"), [(0.6, True), (1.0, False)])
def test_a_file_that_stops_inside_a_page_says_so(share: float, told: bool, tmp_path: Path) -> None:
    path = write(tmp_path / "a.ogg", tone(6.0, 500.0, 48_000), "ogg", "libopus", rate_hz=48_000, bit_rate=64_000)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with open_audio(path, SETTINGS) as audio:
        assert any("写到一半就断了" in warning for warning in audio.warnings) is told


def stated(path: Path, place: bytes, offset: int, form: str, value: int) -> None:
    """Write another number into a header."""
    data = bytearray(path.read_bytes())
    struct.pack_into(form, data, data.index(place) + offset, value)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("container", "codec", "place", "offset", "form"),
    [("wav", "pcm_s16le", b"data", 4, "<I"), ("wav", "pcm_mulaw", b"data", 4, "<I"), ("aiff", "pcm_s16be", b"SSND", 4, ">I"),
     ("au", "pcm_s16be", b".snd", 8, ">I"), ("caf", "pcm_s16le", b"data", 4, ">q")],
)  # fmt: skip
def test_sound_behind_the_stated_end_is_heard_and_told(
    container: str, codec: str, place: bytes, offset: int, form: str, tmp_path: Path
) -> None:
    sound = np.concatenate([voice(8.0, 150.0, 1), tone(1.0, 700.0)])
    path = write(tmp_path / "a", sound, container, codec)
    stated(path, place, offset, form, 20_000)
    with open_audio(path, SETTINGS) as audio:
        assert audio.duration_s == pytest.approx(9.0, abs=0.05)
        assert dominant_hz(read(audio, 0, 8.2, 8.8)) == pytest.approx(700.0, abs=5.0)
        assert audio.warnings == ("文件头标明的长度比实际短，后面的声音也已全部读出。",)


def test_a_wrong_byte_rate_is_no_loss(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", voice(8.0, 150.0, 1))
    stated(path, b"fmt ", 16, "<I", 8_000)
    with open_audio(path, SETTINGS) as audio:
        assert (round(audio.duration_s, 2), audio.warnings) == (8.0, ())


def test_bytes_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.m4a", voice(8.0, 150.0, 1), "ipod", "aac")
    path.write_bytes(path.read_bytes() + np.random.default_rng(1).bytes(100_000))
    with open_audio(path, SETTINGS) as audio:
        assert audio.duration_s == pytest.approx(8.0, abs=0.1)
        (told,) = audio.warnings
        assert told.startswith("文件末尾还有 98 KB 读不出来")


def tracks(path: Path, *sounds: Samples, container: str = "mp4") -> Path:
    """A file with a track for each of the sounds, (n,) or (channels, n)."""
    with av.open(str(path), "w", format=container) as out:
        planes = [np.atleast_2d(sound) for sound in sounds]
        streams = [out.add_stream("aac", rate=16_000, layout="mono" if len(p) == 1 else "stereo") for p in planes]
        for stream, sound in zip(streams, planes, strict=True):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), "fltp", stream.layout.name)
            frame.sample_rate, frame.pts = 16_000, 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska", "mpegts"])
def test_a_person_on_each_track_is_heard_as_on_two_channels(container: str, tmp_path: Path) -> None:
    with open_audio(tracks(tmp_path / "通话", CUSTOMER, WANG, container=container), SETTINGS) as audio:
        assert audio.layout is Layout.STEREO
        assert "文件里有 2 条音轨，已全部听过，当作两个声道。" in audio.warnings
        assert np.std(read(audio, 1, 0.3, 2.7)) > 10 * np.std(read(audio, 0, 0.3, 2.7))
        assert np.std(read(audio, 0, 3.5, 5.2)) > 10 * np.std(read(audio, 1, 3.5, 5.2))


def test_a_silent_first_track_does_not_hide_the_second(tmp_path: Path) -> None:
    with open_audio(tracks(tmp_path / "a.mp4", np.zeros_like(WANG), WANG + CUSTOMER), SETTINGS) as audio:
        assert audio.layout is Layout.MONO
        assert audio.warnings == ("文件里有 2 条音轨，只有一条有声音，已用这一条。",)
        assert np.std(read(audio, 0, 0.3, 2.7)) > 0.01


def test_a_silent_track_beside_two_people_leaves_two_channels(tmp_path: Path) -> None:
    path = tracks(tmp_path / "a.mp4", np.zeros_like(WANG), np.stack([WANG, CUSTOMER]))
    with open_audio(path, SETTINGS) as audio:
        assert audio.layout is Layout.STEREO


def test_three_tracks_that_differ_are_heard_together(tmp_path: Path) -> None:
    third = voice(WANG.size / 16_000, 300.0, 77)
    with open_audio(tracks(tmp_path / "a.mp4", WANG, CUSTOMER, third), SETTINGS) as audio:
        assert audio.layout is Layout.MONO
        assert "文件里有 3 条音轨，已合在一起听。" in audio.warnings


def test_a_page_gets_a_copy_of_what_it_would_not_play_whole(tmp_path: Path) -> None:
    for path, channels in (
        (tracks(tmp_path / "a.mp4", CUSTOMER, WANG), 2),
        (tracks(tmp_path / "b.mp4", WANG, CUSTOMER, voice(11.0, 300.0, 7)), 1),
    ):
        folder = tmp_path / f"{path.name}-play"
        folder.mkdir()
        with open_audio(path, SETTINGS, folder) as audio:
            assert audio.playback is not None
            assert (audio.playback.copied, audio.playback.channels) == (True, channels)
            assert {p.name for p in folder.iterdir()} == {"peaks", "play"}
