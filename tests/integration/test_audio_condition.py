"""Recordings in a bad state: a clear warning where something can be heard, memory that stays flat."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from analyzer.audio import open_audio
from analyzer.audio.report import Report
from analyzer.settings import Settings
from tests.integration.audio_files import (
    ask_child,
    dominant_hz,
    peak_memory_kib,
    read,
    tone,
    voice,
    write,
    write_float_wav,
)

SETTINGS = Settings()


def noise(level_db: float, seconds: float = 3.0) -> np.ndarray:
    return (10 ** (level_db / 20) * np.random.default_rng(0).standard_normal(round(seconds * 16_000))).astype(
        np.float32
    )


def test_a_constant_offset_is_taken_off_and_told(tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", voice(3.0, 150.0, 1, level=0.2) + 0.3), SETTINGS) as audio:
        assert abs(float(read(audio, 0, 0.0, 3.0).mean())) < 1e-3
        assert audio.warnings == ("录音有直流偏移（+30.0%），已去除。",)


@pytest.mark.parametrize(("codec", "level"), [("pcm_s24le", 1e-3), ("pcm_s16le", 2e-3)])
def test_very_quiet_speech_is_brought_up(codec: str, level: float, tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", voice(5.0, 150.0, 1, level), codec=codec), SETTINGS) as audio:
        heard = read(audio, 0, 0.0, 5.0)
        assert 0.05 < np.abs(heard).max() < 0.99
        assert any("音量很小" in warning for warning in audio.warnings)
        clean = voice(5.0, 150.0, 1)
        if codec == "pcm_s24le":  # nothing is lost to rounding on the way
            assert np.corrcoef(heard, clean)[0, 1] > 0.9999


@pytest.mark.parametrize("level_db", [-90.0, -80.0, -60.0, -50.0])
def test_noise_alone_is_never_made_loud(level_db: float, tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", noise(level_db)), SETTINGS) as audio:
        assert 20 * np.log10(np.std(read(audio, 0, 0.0, 3.0)) + 1e-9) < level_db + 3.0


def test_digital_silence_is_said_to_be_silent(tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", np.zeros(32_000, np.float32)), SETTINGS) as audio:
        assert audio.warnings == ("录音里几乎没有声音。",)
        assert not audio.samples.any()


@pytest.mark.parametrize(("container", "codec"), [("wav", "pcm_s16le"), ("mp3", "libmp3lame")])
def test_clipping_is_told(container: str, codec: str, tmp_path: Path) -> None:
    loud = np.clip(voice(3.0, 150.0, 1) * 12, -1.0, 1.0)
    with open_audio(write(tmp_path / "a", loud, container, codec), SETTINGS) as audio:
        assert any("削波" in warning for warning in audio.warnings)


def test_loud_but_clean_speech_is_not_called_clipped(tmp_path: Path) -> None:
    clean = voice(3.0, 150.0, 1)
    with open_audio(write(tmp_path / "a.wav", clean / np.abs(clean).max() * 0.97), SETTINGS) as audio:
        assert audio.warnings == ()


def test_what_is_not_a_number_becomes_silence(tmp_path: Path) -> None:
    sound = tone(2.0)
    sound[1_000:1_400], sound[5_000], sound[6_000], sound[7_000] = np.nan, np.inf, -np.inf, 3e38
    with open_audio(write_float_wav(tmp_path / "a.wav", sound), SETTINGS) as audio:
        assert not read(audio, 0, 1_010 / 16_000, 1_390 / 16_000).any()
        assert np.abs(read(audio, 0, 0.0, 2.0)).max() == pytest.approx(0.3, abs=0.01)
        assert audio.warnings == ("有 403 个采样值不是有效数字（NaN 或无穷大），已按静音处理。",)


def test_nothing_but_nan_is_silence(tmp_path: Path) -> None:
    with open_audio(write_float_wav(tmp_path / "a.wav", np.full(16_000, np.nan, np.float32)), SETTINGS) as audio:
        assert not audio.samples.any()
        assert "录音里几乎没有声音。" in audio.warnings


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize(("container", "codec"), [("wav", "pcm_s16le"), ("flac", "flac"), ("mp3", "libmp3lame"),
                                                  ("matroska", "flac")])  # fmt: skip
def test_a_cut_off_recording_says_how_much_is_missing(container: str, codec: str, tmp_path: Path) -> None:
    path = cut(write(tmp_path / "a", voice(8.0, 150.0, 1), container, codec), 0.5)
    with open_audio(path, SETTINGS) as audio:
        assert 2.5 < audio.duration_s < 5.5
        (told,) = [warning for warning in audio.warnings if "不完整" in warning]
        assert "标明 8.0 秒" in told
        assert f"只解出 {audio.duration_s:.1f} 秒" in told


def broken(path: Path, count: int = 200) -> Path:
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + count] = np.random.default_rng(5).bytes(count)
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize(("container", "codec", "bit_rate"), [("ipod", "aac", 64_000), ("adts", "aac", 64_000),
                                                              ("matroska", "flac", None), ("ogg", "libopus", 32_000),
                                                              ("mp3", "libmp3lame", 64_000)])  # fmt: skip
def test_a_bad_packet_does_not_end_the_recording(
    container: str, codec: str, bit_rate: int | None, tmp_path: Path
) -> None:
    sound = np.concatenate([voice(10.0, 150.0, 1), tone(1.0, 700.0)])
    path = broken(write(tmp_path / "a", sound, container, codec, coded_rate_hz=48_000, bit_rate=bit_rate))
    with open_audio(path, SETTINGS) as audio:
        assert audio.duration_s > 10.5
        assert dominant_hz(read(audio, 0, audio.duration_s - 0.8, audio.duration_s - 0.2)) == pytest.approx(
            700.0, abs=5
        )
        if container != "mp3":  # its decoder conceals
            assert any("损坏" in w or "不完整" in w or "中间缺少" in w for w in audio.warnings)


def test_a_tenth_of_a_second_is_a_recording(tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", tone(0.1)), SETTINGS) as audio:
        assert audio.duration_s == pytest.approx(0.1)
        assert audio.warnings == ("录音只有 0.10 秒。",)


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    minute = np.tile(tone(1.0, rate_hz=8_000), 60)
    short, long = (
        write(tmp_path / f"{minutes}.flac", np.tile(minute, minutes), "flac", "flac", rate_hz=8_000)
        for minutes in (3, 30)
    )
    used = [peak_memory_kib(path) for path in (short, long)]
    assert used[1] < used[0] + 8 * 1024, f"peak KiB of 3 and 30 minutes: {used}"


def test_samples_are_read_only_and_the_temporary_folder_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with open_audio(write(tmp_path / "a.wav", tone(1.0)), SETTINGS) as audio:
        assert list(scratch.iterdir()) == []
        assert not audio.samples.flags.writeable
        assert read(audio, 0, 0.0, 1.0).any()


def test_the_report_keeps_both_lengths(tmp_path: Path) -> None:
    report = ask_child(cut(write(tmp_path / "a.wav", tone(4.0)), 0.25))
    assert isinstance(report, Report)
    assert report.container_s == pytest.approx(4.0, abs=0.01)
    assert report.decoded_s == pytest.approx(1.0, abs=0.02)


def test_the_parent_never_loads_the_decoder() -> None:
    import subprocess

    probe = "import sys, analyzer.audio; print('av' in sys.modules, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
