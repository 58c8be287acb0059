"""Two files of one call become one recording with a person on each channel, aligned and told of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.audio import open_audio
from analyzer.audio.legs import join_legs
from analyzer.domain import Layout
from analyzer.errors import AudioError
from analyzer.settings import Settings
from tests.integration.audio_files import turns, voice, write

SETTINGS = Settings()
TURNS_S = (3.0, 2.5, 4.0, 1.5)
RATE_HZ = 16_000


@pytest.fixture
def legs(tmp_path: Path) -> tuple[Path, Path]:
    """The technician for the whole call, the customer's file half a second shorter."""
    wang, customer = tmp_path / "q-rx.wav", tmp_path / "q-tx.wav"
    write(wang, turns(*TURNS_S, pitch_hz=120.0, first=True, seed=1))
    write(customer, turns(*TURNS_S, pitch_hz=210.0, first=False, seed=50)[: -RATE_HZ // 2])
    return wang, customer


def test_each_leg_is_a_channel_and_the_shorter_one_ends_in_silence(legs: tuple[Path, Path], tmp_path: Path) -> None:
    told = join_legs(*legs, tmp_path / "joined", SETTINGS)
    assert told.first_s - told.second_s == pytest.approx(0.5, abs=0.01)
    with open_audio(tmp_path / "joined", SETTINGS) as audio:
        assert audio.layout is Layout.STEREO
        assert audio.duration_s == pytest.approx(told.first_s, abs=0.01)
        assert not audio.samples[1, -RATE_HZ // 4 :].any()
        assert audio.warnings[0] == (
            f"这通电话由两个文件合成：左声道 {told.first_s:.1f} 秒，右声道 {told.second_s:.1f} 秒，"
            "按开头对齐，短的一边用静音补齐。"
        )


@pytest.mark.parametrize(
    ("later_s", "silent", "words"), [(1.5, 1, "右声道晚 1.5 秒开始"), (-1.5, 0, "左声道晚 1.5 秒开始")]
)
def test_a_leg_that_began_later_is_put_where_it_belongs(
    tmp_path: Path, later_s: float, silent: int, words: str
) -> None:
    for name, seed in (("a.wav", 1), ("b.wav", 2)):
        write(tmp_path / name, voice(4.0, 150.0, seed))
    told = join_legs(tmp_path / "a.wav", tmp_path / "b.wav", tmp_path / "joined", SETTINGS, later_s)
    with open_audio(tmp_path / "joined", SETTINGS) as audio:
        assert audio.duration_s == pytest.approx(told.first_s + 1.5, abs=0.01)
        assert any(words in warning for warning in audio.warnings)
    samples = np.frombuffer((tmp_path / "joined").read_bytes()[-int(5.5 * RATE_HZ) * 4 :], "<i2").reshape(-1, 2)
    assert not samples[:RATE_HZ, silent].any()
    assert samples[:RATE_HZ, 1 - silent].any()


def test_the_same_two_files_give_the_same_bytes(legs: tuple[Path, Path], tmp_path: Path) -> None:
    for name in ("one", "two"):
        join_legs(*legs, tmp_path / name, SETTINGS)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_leg_that_is_no_sound_is_refused_by_its_name(legs: tuple[Path, Path], tmp_path: Path) -> None:
    bad = tmp_path / "q-out.wav"
    bad.write_bytes(b"no sound" * 100)
    with pytest.raises(AudioError, match=r"q-out\.wav"):
        join_legs(legs[0], bad, tmp_path / "joined", SETTINGS)
    with pytest.raises(ValueError, match="at most 3600"):
        join_legs(*legs, tmp_path / "joined", SETTINGS, float("nan"))


def test_a_strangers_comment_says_nothing(tmp_path: Path) -> None:
    from analyzer.audio.report import legs_comment, legs_of

    assert legs_of(legs_comment(61.04, 45.5, -2.0)) == (61.04, 45.5, -2.0)
    for comment in (
        "",
        "tingjian legs 1.00 2.00",
        "tingjian legs 1.00 2.00 0.00 <b>",
        "x tingjian legs 1.00 2.00 0.00",
    ):
        assert legs_of(comment) is None
