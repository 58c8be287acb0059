"""Laying out dialogues, and what rooms, lines and codecs do to them (a tone stands for the voices)."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from benchmarks.rendering import SCENES, Scene, Script, render
from benchmarks.rendering.dialogue import lay_out, seeded, sentences
from benchmarks.rendering.encode import CODECS, write_audio
from benchmarks.rendering.noises import NOISES, noise
from benchmarks.rendering.scenes import impulse_response
from benchmarks.rendering.script import ScriptTurn
from benchmarks.rendering.voices import RATE_HZ, RMS, Samples, Voice, level, trim

PITCH_HZ = {"zm_yunxi": 500.0, "zf_xiaoxiao": 900.0}


def tone(text: str, voice: Voice, speed: float) -> Samples:
    """0.2 s a character of a pure tone that belongs to the voice."""
    t = np.arange(int(0.2 * len(text) / speed * RATE_HZ)) / RATE_HZ
    return level(np.sin(2 * np.pi * PITCH_HZ.get(voice.name, 700.0) * t).astype(np.float32))


SCRIPT = Script(
    id="visit-tap",
    standard="property-visit",
    title="水龙头",
    scene=Scene("clean"),
    format="ogg",
    facts={},
    voices={"technician": Voice("zm_yunxi"), "customer": Voice("zf_xiaoxiao")},
    turns=(
        ScriptTurn("technician", "您好，我是服务中心的。我姓王。"),
        ScriptTurn("customer", "请进请进。", pause_s=-0.5),
        ScriptTurn("technician", "好的。", pause_s=2.0),
    ),
)


def power_at(samples: Samples, rate_hz: int, pitch_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    place = round(pitch_hz * len(samples) / rate_hz)
    return float(spectrum[place - 20 : place + 21].sum())


def test_a_negative_pause_cuts_in_and_a_positive_one_waits() -> None:
    first, second, third = lay_out(SCRIPT, tone).turns
    assert second.start_s == pytest.approx(first.end_s - 0.5, abs=0.02)
    assert third.start_s == pytest.approx(second.end_s + 2.0, abs=0.02)
    assert [piece.text for piece in first.pieces] == ["您好，我是服务中心的。", "我姓王。"]


def test_after_a_back_channel_the_pause_counts_from_the_longer_turn() -> None:
    turns = (
        ScriptTurn("technician", "一" * 40),
        ScriptTurn("customer", "嗯。", pause_s=-4.0),
        ScriptTurn("customer", "好。", pause_s=1.0),
    )
    first, _, third = lay_out(replace(SCRIPT, turns=turns), tone).turns
    assert third.start_s == pytest.approx(first.end_s + 1.0, abs=0.02)


def test_each_role_has_its_own_clean_channel_with_sound_only_in_its_turns() -> None:
    dialogue = lay_out(SCRIPT, tone)
    quiet = dialogue.channels["customer"][: int(dialogue.turns[1].start_s * RATE_HZ) - RATE_HZ // 50]
    assert not quiet.any()
    assert len({len(channel) for channel in dialogue.channels.values()}) == 1


@pytest.mark.parametrize("text", ["好。", "嗯，" * 60, "没有标点" * 30, "一。二！三？四；五", "您好，我姓王。" * 9])
def test_no_character_is_lost_when_a_turn_is_cut_into_sentences(text: str) -> None:
    assert "".join(sentences(text)) == text
    assert all(sentences(text))


@pytest.mark.parametrize("kind", SCENES)
def test_the_same_script_gives_the_same_samples_and_never_clips(kind: str) -> None:
    one, two = render(SCRIPT, kind, speaker=tone), render(SCRIPT, kind, speaker=tone)
    assert np.array_equal(one.samples, two.samples)
    assert np.abs(one.samples).max() < 1.0
    assert one.samples.shape[0] == (2 if kind == "phone-stereo" else 1)
    assert one.sample_rate_hz == (8_000 if kind.startswith("phone") else RATE_HZ)
    assert one.turns == render(SCRIPT, speaker=tone).turns, "times do not depend on the scene"
    assert one.duration_s > one.turns[-1].end_s


@pytest.mark.parametrize("snr_db", [15.0, 10.0, 5.0])
def test_the_noise_is_as_far_under_the_speech_as_asked(snr_db: float) -> None:
    quiet = render(SCRIPT, "clean", speaker=tone).samples[0]
    noisy = render(SCRIPT, "clean", snr_db, speaker=tone).samples[0]
    gap = slice(int(2.6 * RATE_HZ), None)
    speech_rms = RMS  # up to 1.5 dB of variation a turn
    added = np.sqrt((noisy[gap].astype(float) ** 2).mean() - (quiet[gap].astype(float) ** 2).mean())
    assert 20 * np.log10(speech_rms / added) == pytest.approx(snr_db, abs=4.0)


@pytest.mark.parametrize(("crosstalk_db", "least_db", "most_db"), [(-25.0, 22.0, 28.0), (None, 40.0, 200.0)])
def test_crosstalk_leaks_into_the_other_channel_as_far_down_as_stated(
    crosstalk_db: float | None, least_db: float, most_db: float
) -> None:
    scene = Scene("phone-stereo", crosstalk_db=crosstalk_db, technician_channel=1)
    got = render(SCRIPT, scene, speaker=tone)
    technician_hz = PITCH_HZ["zm_yunxi"]
    own = power_at(got.samples[1], got.sample_rate_hz, technician_hz)
    leak = power_at(got.samples[0], got.sample_rate_hz, technician_hz)
    assert least_db < 10 * np.log10(own / leak) < most_db


def test_a_room_decays_by_60_decibels_in_its_reverberation_time() -> None:
    response = impulse_response(16_000, 0.5, 0.0, seeded("room"))
    energy = np.cumsum((response[1:] ** 2)[::-1])[::-1]  # Schroeder's backward integration
    decay_db = 10 * np.log10(energy / energy[0])
    minus_5, minus_35 = (int(np.argmax(decay_db < down)) for down in (-5, -35))
    assert (minus_35 - minus_5) / 16_000 * 2 == pytest.approx(0.5, rel=0.15)
    assert energy[0] == pytest.approx(1.0, rel=0.05), "0 dB: as much energy after the direct sound as in it"


@pytest.mark.parametrize("kind", NOISES)
def test_every_noise_is_finite_of_unit_level_and_changes_with_the_seed(kind: str) -> None:
    one, two = (noise(kind, 48_000, RATE_HZ, seeded(kind, n)) for n in ("1", "2"))
    assert np.isfinite(one).all()
    assert float(np.sqrt((one**2).mean())) == pytest.approx(1.0, rel=1e-3)
    assert not np.array_equal(one, two)


def test_a_script_without_turns_is_noise_for_as_long_as_it_says() -> None:
    silent = replace(SCRIPT, voices={}, turns=(), duration_s=2.0, scene=Scene("noise", noise="site", snr_db=10))
    got = render(silent, speaker=tone)
    assert got.duration_s == pytest.approx(2.0)
    assert np.abs(got.samples).max() > 0.005


def test_trimming_cuts_silence_at_the_ends_only() -> None:
    said = np.concatenate([np.zeros(9_600), np.ones(4_800), np.zeros(4_800), np.ones(4_800), np.zeros(9_600)])
    assert len(trim(said.astype(np.float32), pad_s=0.0)) == 14_400
    assert len(trim(np.zeros(100, np.float32))) == 100, "silence is left as it is"


@pytest.mark.parametrize("file_format", CODECS)
def test_every_format_is_written_in_full_and_can_be_read_back(file_format: str, tmp_path: Path) -> None:
    rendered = render(SCRIPT, "phone", speaker=tone)
    path = tmp_path / f"visit{CODECS[file_format].suffix}"
    write_audio(path, rendered.samples, rendered.sample_rate_hz, file_format)
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    assert sum(f.samples / f.sample_rate for f in frames) == pytest.approx(rendered.duration_s, abs=0.15)
    loud = np.concatenate([f.to_ndarray().astype(np.float64).ravel() for f in frames])
    assert np.abs(loud).max() > 0


def test_amr_refuses_two_channels(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="AMR holds one channel, got 2"):
        write_audio(tmp_path / "visit.amr", np.zeros((2, 800), np.float32), 8_000, "amr")
