"""A recording that was heard badly is heard again by the larger model: what of it is kept, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from analyzer.audio import open_audio
from analyzer.domain import Engine, Hearing
from analyzer.errors import ModelError
from analyzer.hearing import Decoded, Window, channels
from analyzer.hearing.types import Look
from analyzer.pipeline import Analyzer, load
from analyzer.progress import Progress
from analyzer.settings import Settings
from tests.integration.conftest import Cuts

HERE = Settings(unclear_model="")


@dataclass
class Sure:
    """An engine that hears the same words everywhere, as sure of each as it is told to be, and scores nothing."""

    name: str
    confidence: float
    warnings: tuple[str, ...] = ()
    windows: int = 0

    @property
    def engine(self) -> Engine:
        return Engine("faster-whisper", self.name)

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        text = "您好我是物业维修部的小王今天来看水龙头"
        for window in windows:
            self.windows += 1
            step = window.duration_s / len(text)
            starts = tuple(step * i for i in range(len(text)))
            ends = tuple(start + step for start in starts)
            yield Decoded(text, starts, ends, (self.confidence,) * len(text), -0.2, 0.0, 1.0)


class Broken(Sure):
    """One whose weights turn out to be damaged."""

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        raise ModelError("model-damaged", "模型坏了", "请重新安装")


@dataclass
class House:
    """Both engines, and whether the larger one is there."""

    base: Sure
    other: Sure
    there: bool = True

    def hear(self, cuts: Cuts, monkeypatch: pytest.MonkeyPatch) -> tuple[Hearing, list[Progress]]:
        engines = {self.base.name: self.base, self.other.name: self.other}
        larger = replace(HERE, model=self.other.name) if self.there else None
        monkeypatch.setattr(channels, "load_transcriber", lambda settings: engines[settings.model])
        monkeypatch.setattr(channels, "larger", lambda settings: larger)
        told: list[Progress] = []
        with open_audio(cuts.phone, HERE) as audio:
            return Analyzer(HERE).hear(audio, "call", told.append, technician_channel=0), told


def test_an_unclear_recording_is_heard_by_the_larger_model_which_signs_for_it(
    cuts: Cuts, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(Sure("base", 0.6), Sure("small-q8", 0.9))
    hearing, told = house.hear(cuts, monkeypatch)
    assert hearing.engine.model == "small-q8"
    assert all(u.confidence == 0.9 for u in hearing.transcript)
    assert [w for w in hearing.warnings if "已换更准的语音模型重听" in w]
    stages = list(dict.fromkeys(p.stage for p in told))
    assert stages[-1] == "rehear" and "transcribe" in stages
    again = [p.done_s for p in told if p.stage == "rehear"]
    assert again == sorted(again) and again[-1] > 15.0


def test_a_clear_recording_costs_what_it_did(cuts: Cuts, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(Sure("base", 0.95), Sure("small-q8", 0.9))
    hearing, told = house.hear(cuts, monkeypatch)
    assert (hearing.engine.model, house.other.windows) == ("base", 0)
    assert not [w for w in hearing.warnings if "重听" in w]
    assert "rehear" not in {p.stage for p in told}


def test_a_larger_model_that_is_damaged_costs_the_second_hearing_and_not_the_first(
    cuts: Cuts, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(Sure("base", 0.6), Broken("small-q8", 0.9))
    hearing, _ = house.hear(cuts, monkeypatch)
    assert hearing.engine.model == "base" and hearing.transcript
    assert [w for w in hearing.warnings if "没有重听" in w and "坏了" in w]


def test_without_a_larger_model_the_first_one_signs_for_what_it_heard(
    cuts: Cuts, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(Sure("base", 0.6), Sure("small-q8", 0.9), there=False)
    hearing, _ = house.hear(cuts, monkeypatch)
    assert hearing.engine.model == "base"
    assert not [w for w in hearing.warnings if "重听" in w]


@pytest.mark.weights
def test_words_of_a_model_that_is_gone_are_not_held_against_another(cuts: Cuts) -> None:
    """Its own words are the likeliest to each model: a phrase in another's place would seem to be what was said."""
    standard = load("property-appointment", HERE)
    with open_audio(cuts.phone, HERE) as audio:
        hearing = Analyzer(HERE).hear(audio, "call", technician_channel=0)
        foreign = replace(hearing, checks=(), engine=replace(hearing.engine, model="large-v3"))
        assert Analyzer(HERE).hear_again(audio, foreign, standard, {}) == foreign
    assert Analyzer(HERE).listen_again(cuts.phone, foreign, standard, {}) == foreign
