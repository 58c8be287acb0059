"""Two people on two channels are told from everything else that has two channels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.audio import open_audio
from analyzer.audio.alignment import Alignment
from analyzer.audio.channels import Plan, plan
from analyzer.audio.measure import Measurements
from analyzer.domain import Layout
from analyzer.settings import Settings
from tests.integration.audio_files import Samples, read, tone, turns, voice, write

TURNS_S = (3.0, 2.5, 4.0, 1.5, 2.0, 3.0)
WANG = turns(*TURNS_S, pitch_hz=120.0, first=True, seed=1)  # the technician
CUSTOMER = turns(*TURNS_S, pitch_hz=210.0, first=False, seed=50)
BRIEF = np.concatenate(
    [np.zeros(16_000 * 10, np.float32), voice(0.8, 220.0, 9), np.zeros(16_000 * 5 + 3200, np.float32)]
)


def noise(level_db: float, seed: int, like: Samples = WANG) -> Samples:
    rng = np.random.default_rng(seed)
    return (10 ** (level_db / 20) * rng.standard_normal(like.size)).astype(np.float32)


def amplitude(db: float) -> np.float32:
    return np.float32(10 ** (db / 20))


def planned(left: Samples, right: Samples) -> Plan:
    measured, alignment = Measurements(2), Alignment()
    stereo = np.stack([left, right])
    for start in range(0, stereo.shape[1], 160_000):
        measured.add(stereo[:, start : start + 160_000])
        alignment.add(stereo[:, start : start + 160_000])
    return plan(measured, alignment)


def later(sound: Samples, seconds: float) -> Samples:
    return np.concatenate([np.zeros(round(seconds * 16_000), np.float32), sound])[: sound.size]


@pytest.mark.parametrize("leak_db", [-100.0, -30.0, -20.0, -15.0, -10.0])
@pytest.mark.parametrize("noise_db", [-90.0, -60.0, -45.0])
def test_a_person_on_each_channel_is_seen_through_leaks_and_noise(leak_db: float, noise_db: float) -> None:
    leak = amplitude(leak_db)
    left = WANG + leak * CUSTOMER + noise(noise_db, 1)
    right = CUSTOMER + leak * WANG + noise(noise_db, 2)
    assert planned(left, right).choice == "two"


@pytest.mark.parametrize("customer_db", [-20.0, -12.0, 6.0])
def test_one_person_may_be_much_weaker(customer_db: float) -> None:
    assert planned(WANG + noise(-65, 1), amplitude(customer_db) * CUSTOMER + noise(-65, 2)).choice == "two"


def test_one_side_may_hear_both_as_call_recorders_on_phones_do() -> None:
    assert planned(WANG + amplitude(-6) * CUSTOMER + noise(-60, 1), CUSTOMER + noise(-60, 2)).choice == "two"


def test_a_customer_who_says_one_word_still_has_a_channel() -> None:
    assert planned(WANG + noise(-65, 1), BRIEF[: WANG.size] + noise(-65, 2, WANG)).choice == "two"


def test_people_who_often_talk_at_once_still_have_a_channel_each() -> None:
    both = voice(16.0, 120.0, 3), turns(2.0, 5.0, 2.0, 7.0, pitch_hz=210.0, first=False, seed=60)
    assert planned(both[0] + noise(-60, 1, both[0]), both[1] + noise(-60, 2, both[0])).choice == "two"


ROOM = WANG + CUSTOMER


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (ROOM, ROOM),
        (ROOM, amplitude(-8) * ROOM),
        (ROOM, amplitude(-25) * ROOM + noise(-80, 2)),
        (ROOM + noise(-50, 1), ROOM + noise(-50, 2)),
        (ROOM + noise(-35, 1), np.roll(ROOM, 12) + noise(-35, 2)),
        (WANG + amplitude(-4) * CUSTOMER + noise(-55, 1), amplitude(-4) * WANG + CUSTOMER + noise(-55, 2)),
        (WANG + amplitude(-6) * CUSTOMER + noise(-55, 1), amplitude(-6) * WANG + CUSTOMER + noise(-55, 2)),
        (WANG + noise(-60, 1), amplitude(-15) * WANG + noise(-60, 2)),
    ],
    ids=["copy", "weaker copy", "far weaker copy", "copy with noise", "two microphones", "panned 4 dB", "panned 6 dB",
         "one person who leaks"],
)  # fmt: skip
def test_the_same_talk_on_both_channels_is_mono(left: Samples, right: Samples) -> None:
    chosen = planned(left, right)
    assert chosen.choice == "same"
    assert chosen.weights.shape == (1, 2)


@pytest.mark.parametrize("delay_s", [0.03, 0.15, 0.3, 0.5])
@pytest.mark.parametrize("copy_db", [0.0, -12.0])
def test_the_same_talk_with_a_delay_is_mono_and_nothing_is_added_up(delay_s: float, copy_db: float) -> None:
    for left, right, weights in (
        (ROOM, amplitude(copy_db - 0.5) * later(ROOM, delay_s), [1.0, 0.0]),
        (-amplitude(copy_db - 0.5) * later(ROOM, delay_s), ROOM, [0.0, 1.0]),
    ):
        chosen = planned(left + noise(-60, 1), right + noise(-60, 2))
        assert chosen.choice == "same"
        assert chosen.delay_s == pytest.approx(delay_s, abs=0.011)
        assert chosen.weights.tolist() == [weights]


@pytest.mark.parametrize("delay_s", [0.05, 0.22, 0.5])
@pytest.mark.parametrize("echo_db", [3.0, -6.0, -12.0])
def test_an_echo_on_the_other_channel_is_held_down_and_told(delay_s: float, echo_db: float, tmp_path: Path) -> None:
    echo = amplitude(echo_db) * later(CUSTOMER, delay_s)
    stereo = np.stack([CUSTOMER + noise(-65, 1), WANG + echo + noise(-65, 2)]) / 2
    with open_audio(write(tmp_path / "通话.wav", stereo), Settings()) as audio:
        assert audio.layout is Layout.STEREO
        assert any("左声道的话" in warning and "回声" in warning for warning in audio.warnings)
        begin = TURNS_S[0] + delay_s + 0.3
        at = slice(round(begin * 16_000), round((begin + 1.5) * 16_000))
        assert np.std(read(audio, 1, begin, begin + 1.5)) < 0.2 * np.std(echo[at] / 2)
        own = read(audio, 1, 0.0, 2.8)
        assert np.std(own) == pytest.approx(np.std(WANG[:44_800] / 2), rel=0.1)


def test_people_without_an_echo_have_no_delay() -> None:
    assert planned(WANG + noise(-60, 1), CUSTOMER + noise(-60, 2)).gates == ()


def test_opposite_phases_do_not_cancel() -> None:
    weights = planned(ROOM, -ROOM).weights[0]
    assert float(np.abs(weights @ np.stack([ROOM, -ROOM])).max()) > 0.25


@pytest.mark.parametrize("empty", [np.zeros_like(WANG), noise(-75, 3), noise(-50, 3), np.full_like(WANG, 0.2)])
def test_a_channel_without_a_voice_is_left_out(empty: Samples) -> None:
    assert planned(WANG + noise(-65, 1), empty).choice == "left"
    assert planned(empty, WANG + noise(-65, 1)).choice == "right"


def test_two_empty_channels_are_silence() -> None:
    assert planned(np.zeros_like(WANG), np.zeros_like(WANG)).choice == "silent"


def test_independent_noise_is_not_two_people() -> None:
    assert planned(noise(-30, 1), noise(-30, 2)).choice == "same"


def test_blocks_of_any_whole_number_of_frames_measure_the_same() -> None:
    whole, pieces = Measurements(2), Measurements(2)
    stereo = np.stack([WANG, CUSTOMER])
    whole.add(stereo)
    for start in range(0, stereo.shape[1], 3_200):
        pieces.add(stereo[:, start : start + 3_200])
    assert np.array_equal(whole.joint, pieces.joint)
    assert whole.dc == pytest.approx(pieces.dc)


@pytest.mark.parametrize(
    ("codec", "container", "bit_rate"), [("pcm_mulaw", "wav", None), ("libmp3lame", "mp3", 64_000)]
)
def test_phone_stereo_comes_out_with_a_person_on_each_channel(
    codec: str, container: str, bit_rate: int | None, tmp_path: Path
) -> None:
    stereo = np.stack([WANG, CUSTOMER])
    path = write(tmp_path / "通话", stereo, container, codec, coded_rate_hz=8_000, bit_rate=bit_rate)
    with open_audio(path, Settings()) as audio:
        assert audio.layout is Layout.STEREO
        assert audio.samples.shape[0] == 2
        first, second = TURNS_S[:2]
        assert np.std(read(audio, 0, 0.2, first - 0.2)) > 10 * np.std(read(audio, 1, 0.2, first - 0.2))
        later = first + 0.2, first + second - 0.2
        assert np.std(read(audio, 1, *later)) > 10 * np.std(read(audio, 0, *later))
        assert np.std(audio.mix(0.2, first - 0.2)) == pytest.approx(np.std(read(audio, 0, 0.2, first - 0.2)), rel=0.1)


def test_what_leaks_from_the_other_person_is_held_down(tmp_path: Path) -> None:
    leak = amplitude(-12)
    stereo = np.stack([WANG + leak * CUSTOMER + noise(-70, 1), CUSTOMER + leak * WANG + noise(-70, 2)])
    with open_audio(write(tmp_path / "通话.wav", stereo), Settings()) as audio:
        assert audio.layout is Layout.STEREO
        assert any("串音" in warning for warning in audio.warnings)
        alone = read(audio, 1, 0.3, 2.7)
        assert np.std(alone) < 0.1 * np.std(leak * WANG[4_800:43_200])
        start = round(TURNS_S[0] * 16_000)
        own = read(audio, 1, 3.0, 5.5)
        assert np.std(own) == pytest.approx(np.std(CUSTOMER[start : start + own.size]), rel=0.1)


def test_double_talk_is_not_held_down(tmp_path: Path) -> None:
    left, right = voice(8.0, 120.0, 3), turns(2.0, 2.0, 2.0, 2.0, pitch_hz=210.0, first=False, seed=60)
    leak = amplitude(-14)
    stereo = np.stack([left + leak * right, right + leak * left])
    tail = np.stack([np.zeros(32_000, np.float32), voice(2.0, 210.0, 8)])
    with open_audio(write(tmp_path / "a.wav", np.concatenate([stereo, tail], axis=1)), Settings()) as audio:
        assert audio.layout is Layout.STEREO
        assert np.std(read(audio, 1, 2.0, 4.0)) > 0.8 * np.std(right[32_000:64_000])


def test_the_empty_channel_is_named_in_a_warning(tmp_path: Path) -> None:
    stereo = np.stack([np.zeros(48_000, np.float32), voice(3.0, 130.0, 5)])
    with open_audio(write(tmp_path / "a.wav", stereo), Settings()) as audio:
        assert audio.layout is Layout.MONO
        assert audio.warnings == ("左声道没有声音，只用右声道。",)
        assert np.std(read(audio, 0, 0.0, 3.0)) == pytest.approx(np.std(stereo[1]), rel=0.02)


def test_a_pure_tone_on_both_channels_is_mono(tmp_path: Path) -> None:
    with open_audio(write(tmp_path / "a.wav", np.stack([tone(2.0)] * 2)), Settings()) as audio:
        assert audio.layout is Layout.MONO
