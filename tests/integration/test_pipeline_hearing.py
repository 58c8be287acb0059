"""The whole way from a file to an Analysis, in this process: short and odd recordings, progress, engines."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analyzer.domain import Analysis, How, Layout, Verdict
from analyzer.hearing.script import spoken
from analyzer.pipeline import Analyzer, load
from analyzer.progress import Listener, Progress, silent
from analyzer.serial import analysis_to_dict, dump
from analyzer.settings import Settings
from analyzer.text import simplify
from benchmarks.kit.measures import cer
from tests.integration.command_line import cut
from tests.integration.conftest import Batch, Cuts
from tests.integration.shape import faults

pytestmark = pytest.mark.weights
RATE_HZ = 16_000


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(Settings(unclear_model=""))


def analysed(analyzer: Analyzer, path: Path, progress: Listener = silent, channel: int | None = None) -> Analysis:
    return analyzer.analyse(path, load("property-visit", analyzer.settings), {}, progress, channel)


def document(analysis: Analysis) -> dict[str, Any]:
    return dict(json.loads(dump(analysis_to_dict(analysis))))


def test_another_process_hears_and_judges_the_same(analyzer: Analyzer, cuts: Cuts, batch: Batch) -> None:
    standard = load("property-visit", analyzer.settings)
    analysis = analyzer.analyse(cuts.phone, standard, {"late": True, "charged": False}, silent, 0)
    assert document(analysis) == batch.done.documents[1]


def test_two_people_on_two_channels_are_told_apart_by_what_they_say(analyzer: Analyzer, cuts: Cuts) -> None:
    hearing = analysed(analyzer, cuts.phone).hearing
    assert [(s.id, s.role.value) for s in hearing.speakers] == [("S1", "technician"), ("S2", "customer")]
    assert all(0.7 <= s.confidence < 1.0 for s in hearing.speakers)
    assert (hearing.layout, hearing.engine.diarizer) == (Layout.STEREO, "channels")
    assert {u.speaker_confidence for u in hearing.transcript} == {1.0}


def test_text_is_simplified_and_every_character_has_its_time(analyzer: Analyzer, cuts: Cuts, batch: Batch) -> None:
    for heard in batch.done.documents:
        for said in heard["transcript"]:
            assert simplify(said["text"]) == said["text"]
            times = [said["start_s"], *said["char_s"], said["end_s"]]
            assert all(a <= b for a, b in pairwise(times))


def test_progress_goes_once_through_the_recording_stage_by_stage(analyzer: Analyzer, cuts: Cuts) -> None:
    told: list[Progress] = []
    analysed(analyzer, cuts.phone, told.append)
    assert list(dict.fromkeys(p.stage for p in told))[:3] == ["decode", "detect", "transcribe"]
    assert told[-1] == Progress("judge", 20.0, 20.0)
    assert all(0.0 <= p.done_s <= p.total_s for p in told)
    transcribed = [p.done_s for p in told if p.stage == "transcribe"]
    assert transcribed == sorted(transcribed)
    assert transcribed[0] == 0.0 and transcribed[-1] > 15.0


@pytest.mark.parametrize("seconds", [0.05, 0.5, 2.0])
def test_a_scrap_of_a_recording_gives_a_sound_result_and_accuses_nobody(
    seconds: float, analyzer: Analyzer, tmp_path: Path
) -> None:
    analysis = analysed(analyzer, cut("visit-01-faucet.ogg", seconds, tmp_path / "scrap.wav", begin_s=0.6))
    assert faults(document(analysis)) == []
    rules = [item for item in analysis.judgement.items if item.how is How.RULE]
    assert not any(item.verdict is Verdict.MISSED and item.kind == "forbidden" for item in rules)
    if seconds < 1.0:  # 您好 alone is no talk to judge
        assert len("".join(spoken(u.text) for u in analysis.hearing.transcript)) < 4
        assert {item.verdict for item in rules} == {Verdict.CANNOT_JUDGE}
        assert analysis.judgement.score.value is None


@pytest.mark.parametrize("kind", ["silence", "hiss", "hum"])
def test_sound_without_a_voice_gives_no_words_and_no_verdict(kind: str, analyzer: Analyzer, tmp_path: Path) -> None:
    time_s = np.arange(8 * RATE_HZ) / RATE_HZ
    sounds = {
        "silence": np.zeros_like(time_s),
        "hiss": np.random.default_rng(3).normal(size=time_s.size) * 0.1,
        "hum": 0.3 * np.sin(2 * np.pi * 100 * time_s) + 0.1 * np.sin(2 * np.pi * 300 * time_s),
    }
    soundfile.write(tmp_path / f"{kind}.wav", sounds[kind], RATE_HZ)
    analysis = analysed(analyzer, tmp_path / f"{kind}.wav")
    assert faults(document(analysis)) == []
    assert (analysis.hearing.transcript, analysis.hearing.speakers) == ((), ())
    rules = [item for item in analysis.judgement.items if item.how is How.RULE]
    assert {item.verdict for item in rules} == {Verdict.CANNOT_JUDGE}
    assert analysis.judgement.score.value is None


def test_what_is_wrong_with_the_file_is_told_with_the_result(analyzer: Analyzer, cuts: Cuts, tmp_path: Path) -> None:
    torn = tmp_path / "torn.wav"
    torn.write_bytes(cuts.silent.read_bytes()[:-200_000])
    analysis = analysed(analyzer, torn)
    assert any("只解出" in warning for warning in analysis.hearing.warnings)
    assert document(analysis)["warnings"][0] == analysis.hearing.warnings[0]


def test_the_reference_engine_is_one_setting_away_and_writes_the_same(tmp_path: Path) -> None:
    path = cut("appointment-02-postpone.wav", 4.0, tmp_path / "short.wav")
    # float32 and one thread on both sides: what may differ is the converted weights and the decoders
    texts = []
    for engine in ("faster-whisper", "openai-whisper"):
        analyzer = Analyzer(Settings(engine=engine, compute_type="float32", threads=1, unclear_model=""))
        analysis = analysed(analyzer, path, channel=0)
        assert faults(document(analysis)) == []
        assert analysis.hearing.engine.name == engine
        texts.append("".join(spoken(u.text) for u in analysis.hearing.transcript))
    errors, characters = cer(texts[1], texts[0])
    assert characters > 10
    assert errors <= max(1, 0.03 * characters)
