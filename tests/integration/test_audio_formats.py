"""Every format that recorders and phones write comes out as the same 16 kHz sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.audio import open_audio
from analyzer.domain import Layout
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.settings import Settings
from tests.integration.audio_files import dominant_hz, read, tone, voice, write, write_amr_wb, write_float_wav

SECONDS = 2.0
# name: container, codec, rate, bit rate, tolerance of the length in seconds
# (aac in ADTS and mp3 without a header cannot say how much padding the encoder added: up to 3 frames)
FORMATS = {
    "8 kHz 8-bit wav": ("wav", "pcm_u8", 8_000, None, 0.005),
    "16 kHz 16-bit wav": ("wav", "pcm_s16le", 16_000, None, 0.0),
    "44.1 kHz 24-bit wav": ("wav", "pcm_s24le", 44_100, None, 0.005),
    "48 kHz 32-bit wav": ("wav", "pcm_s32le", 48_000, None, 0.005),
    "32-bit float wav": ("wav", "pcm_f32le", 22_050, None, 0.005),
    "64-bit float wav": ("wav", "pcm_f64le", 32_000, None, 0.005),
    "µ-law phone wav": ("wav", "pcm_mulaw", 8_000, None, 0.005),
    "A-law phone wav": ("wav", "pcm_alaw", 8_000, None, 0.005),
    "ADPCM wav": ("wav", "adpcm_ms", 8_000, None, 0.13),
    "mp3": ("mp3", "libmp3lame", 44_100, None, 0.06),
    "mp3 at 8 kHz": ("mp3", "libmp3lame", 8_000, 16_000, 0.06),
    "m4a": ("ipod", "aac", 44_100, None, 0.06),
    "Apple lossless": ("ipod", "alac", 44_100, None, 0.06),
    "aac (ADTS)": ("adts", "aac", 16_000, None, 0.2),
    "3gp": ("3gp", "libopencore_amrnb", 8_000, 12_200, 0.06),
    "amr": ("amr", "libopencore_amrnb", 8_000, 12_200, 0.06),
    "opus": ("ogg", "libopus", 48_000, None, 0.06),
    "flac": ("flac", "flac", 48_000, None, 0.005),
    "flac in ogg": ("ogg", "flac", 16_000, None, 0.005),
    "wma": ("asf", "wmav2", 44_100, 64_000, 0.2),
    "webm": ("webm", "libopus", 48_000, None, 0.06),
    "mkv": ("matroska", "flac", 48_000, None, 0.06),
    "aiff": ("aiff", "pcm_s16be", 44_100, None, 0.005),
    "au": ("au", "pcm_s16be", 8_000, None, 0.005),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_tone_keeps_its_length_pitch_and_level_in(name: str, tmp_path: Path) -> None:
    container, codec, rate_hz, bit_rate, tolerance_s = FORMATS[name]
    path = write(
        tmp_path / "王师傅.录音",
        tone(SECONDS, 440.0, rate_hz),
        container,
        codec,
        rate_hz=rate_hz,
        bit_rate=bit_rate,
    )
    with open_audio(path, Settings()) as audio:
        assert audio.duration_s == pytest.approx(SECONDS, abs=tolerance_s + 1e-4)
        assert audio.layout is Layout.MONO
        assert audio.channel_count == 1
        assert audio.samples.dtype == np.int16
        assert audio.name == "王师傅.录音"
        assert audio.warnings == ()
        middle = read(audio, 0, 0.5, 1.5)
        assert dominant_hz(middle) == pytest.approx(440.0, abs=2.0)
        assert float(np.sqrt(np.mean(middle**2))) == pytest.approx(
            0.3 / np.sqrt(2),
            rel=0.25,  # AMR is made for speech and takes 2 dB off a tone
        )


@pytest.mark.parametrize(("container", "suffix"), [("mp4", ".mp4"), ("mov", ".mov"), ("matroska", ".avi")])
def test_the_sound_of_a_video_is_heard(container: str, suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"上门{suffix}", tone(2.0, 523.0, 44_100), container, "aac", rate_hz=44_100, video=True)
    with open_audio(path, Settings()) as audio:
        assert audio.duration_s == pytest.approx(2.0, abs=0.1)
        assert dominant_hz(read(audio, 0, 0.5, 1.5)) == pytest.approx(523.0, abs=2.0)


def test_wideband_amr_keeps_its_length(tmp_path: Path) -> None:
    with open_audio(write_amr_wb(tmp_path / "call.amr", 3.0), Settings()) as audio:
        assert audio.duration_s == pytest.approx(3.0, abs=0.06)


@pytest.mark.parametrize(
    ("layout", "channels"), [("2.1", 3), ("quad", 4), ("5.1", 6), ("7.1", 8), ("hexadecagonal", 16)]
)
def test_more_than_two_channels_are_mixed_with_a_warning(layout: str, channels: int, tmp_path: Path) -> None:
    planes = np.zeros((channels, 32_000), np.float32)
    planes[1] = tone(2.0, 600.0)
    with open_audio(write(tmp_path / "room.wav", planes, layout=layout), Settings()) as audio:
        assert audio.layout is Layout.MONO
        assert dominant_hz(read(audio, 0, 0.5, 1.5)) == pytest.approx(600.0, abs=2.0)
        assert f"录音有 {channels} 个声道，已混合成一个声道。" in audio.warnings


def test_a_wrong_extension_simply_works(tmp_path: Path) -> None:
    path = write(tmp_path / "其实是mp3.wav", tone(2.0, rate_hz=44_100), "mp3", "libmp3lame", rate_hz=44_100)
    with open_audio(path, Settings()) as audio:
        assert audio.duration_s == pytest.approx(2.0, abs=0.06)


def test_unscaled_float_samples_are_brought_down_to_full_scale(tmp_path: Path) -> None:
    path = write_float_wav(tmp_path / "float.wav", voice(3.0, 150.0, 1) * 32768)
    with open_audio(path, Settings()) as audio:
        assert 0.3 < np.abs(read(audio, 0, 0.0, 3.0)).max() <= 1.0
        assert any("超过满幅" in warning for warning in audio.warnings)


def put_off(path: Path, target: Path, from_s: float, by_s: int) -> Path:
    """A Matroska file whose sound stands `by_s` later from second `from_s` on: a hole, or a piece of a longer file."""
    import av

    with av.open(str(path)) as source, av.open(str(target), "w", format="matroska") as out:
        stream = source.streams.audio[0]
        copy = out.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None:
                continue
            if float(packet.pts * packet.time_base) >= from_s:
                packet.pts += 1000 * by_s
                packet.dts += 1000 * by_s
            packet.stream = copy
            out.mux(packet)
    return target


def test_a_late_sound_track_keeps_its_place_in_the_video(tmp_path: Path) -> None:
    original = write(tmp_path / "a.mkv", tone(2.0), "matroska", "flac")
    with open_audio(put_off(original, tmp_path / "late.mkv", 1.0, 1), Settings()) as audio:
        assert audio.duration_s == pytest.approx(3.0, abs=0.1)
        assert np.abs(read(audio, 0, 1.2, 1.8)).max() < 0.01
        assert np.abs(read(audio, 0, 2.3, 2.8)).max() > 0.2
        (warning,) = audio.warnings  # the second is told once, and not as lost at the end
        assert "已用静音补齐" in warning


def test_a_piece_cut_from_a_longer_file_begins_with_itself(tmp_path: Path) -> None:
    """Its header tells at which second of the whole it ends: an hour was never in it."""
    original = write(tmp_path / "a.mkv", tone(2.0), "matroska", "flac")
    with open_audio(put_off(original, tmp_path / "piece.mka", 0.0, 3_600), Settings()) as audio:
        assert audio.duration_s == pytest.approx(2.0, abs=0.1)
        assert audio.warnings == ()


def test_reading_clips_to_the_recording(tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", tone(1.0)), Settings()) as audio:
        assert audio.mix(-5.0, 99.0).shape == (SAMPLE_RATE_HZ,)
        assert audio.mix(99.0, 120.0).shape == (0,)
        assert audio.mix(0.25, 0.75).shape == (SAMPLE_RATE_HZ // 2,)
        assert audio.mix(0.25, 0.75).dtype == np.float32
        assert np.array_equal(audio.mix(0.0, 1.0), read(audio, 0, 0.0, 1.0))


def test_samples_that_were_let_go_are_read_again(tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", tone(1.0)), Settings()) as audio:
        before = audio.samples.copy()
        audio.release()
        assert np.array_equal(audio.samples, before)
