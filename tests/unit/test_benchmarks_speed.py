"""Stage times, ratios, lengthened transcripts and memory of a watched process, with fakes for the engines."""

import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analyzer import pipeline
from analyzer.domain import Span
from analyzer.hearing import channels
from analyzer.progress import Progress, silent
from analyzer.settings import Settings
from benchmarks.accuracy import sweep
from benchmarks.corpus import ReferenceTurn, Sample
from benchmarks.kit.report import cell, share, table
from benchmarks.rendering import Expected, Scene, Script
from benchmarks.rendering.script import ScriptTurn
from benchmarks.speed import memory, rejudging, stages
from benchmarks.speed import report as speed_report
from benchmarks.speed.command import choose
from benchmarks.speed.memory import Usage
from benchmarks.speed.passes import Loading, Timing
from benchmarks.speed.rejudging import Rejudging, hour
from tests.cast import C, T, heard, talk

JUDGED = Rejudging("property-visit", 0.9, 0.15, 12_000, 1000, 300.0, 60.0)


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def perf_counter(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ticking = Clock()
    monkeypatch.setattr(stages, "time", ticking)
    return ticking


def test_seconds_go_to_the_stage_that_spent_them(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def takes(seconds: float) -> Any:
        def function(*_: Any, **__: Any) -> str:
            clock.now_s += seconds
            return "done"

        return function

    @contextmanager
    def opening(*_: Any) -> Any:
        clock.now_s += 1.0
        yield "audio"

    def hearing(_samples: Any, _spans: Any, _engine: Any, _settings: Any, progress: Any, _channel: int) -> str:
        clock.now_s += 4.0
        progress(Progress("transcribe", 1.0, 1.0))
        clock.now_s += 2.0
        progress(Progress("recheck", 1.0, 1.0))
        return "heard"

    monkeypatch.setattr(pipeline, "detect_speech", takes(0.5))
    monkeypatch.setattr(pipeline, "judged", takes(0.25))
    monkeypatch.setattr(stages, "open_audio", opening)
    monkeypatch.setattr(stages, "hear", hearing)
    before = pipeline.judged
    with stages.timed() as spent:
        with pipeline.open_audio("file") as audio:  # type: ignore[arg-type]  # a fake stands behind the name
            assert audio == "audio"
            clock.now_s += 100.0  # what happens with open samples is not decoding
        assert pipeline.detect_speech(()) == "done"  # type: ignore[arg-type]
        assert channels.hear((), (), None, None, silent, 0) == "heard"  # type: ignore[arg-type]
        assert pipeline.judged() == "done"  # type: ignore[call-arg]
    assert spent == {
        "decode": 1.0, "detect": 0.5, "separate": 0.0, "transcribe": 4.0, "recheck": 2.0, "roles": 0.0, "judge": 0.25
    }  # fmt: skip
    assert pipeline.judged is before


def sample(name: str, scene: str, *, path: Path | None = Path("x.wav")) -> Sample:
    script = Script(name, "property-visit", "水龙头", Scene(scene), "wav", {}, {}, (), 60.0)
    return Sample(script, Expected("property-visit", {}, 2), path, ())


def timing(name: str, ours_s: list[float], theirs_s: list[float], *, scene: str = "clean") -> Timing:
    return Timing(
        sample(name, scene),
        duration_s=100.0,
        speech_s=80.0,
        ours_s=ours_s,
        ours_cpu_s=[2 * s for s in ours_s],
        stages=[dict.fromkeys(stages.STAGES, 0.5)] * len(ours_s),
        theirs_s=theirs_s,
        theirs_cpu_s=[2 * s for s in theirs_s],
        our_errors=(5, 100),
        their_errors=(9, 100),
    )


def test_ratios_are_of_medians_and_pooled() -> None:
    timings = [timing("a", [4.0, 5.0, 90.0], [40.0, 41.0, 39.0]), timing("b", [3.0, 3.0, 3.0], [20.0, 24.0, 99.0])]
    assert speed_report.faster(timings) == pytest.approx((40.0 + 24.0) / (5.0 + 3.0))
    assert speed_report.times_real_time(timings) == pytest.approx(8.0 / 200.0)
    found = {t.what: t.met for t in speed_report.targets(timings, JUDGED, {"a": (100.0, Usage(900.0, 9.0))})}
    assert list(found.values()) == [True, True, True, True, True, True]


def test_without_the_rival_nothing_is_said_about_it() -> None:
    alone = [timing("a", [6.0], [])]
    usage = {"a": (100.0, Usage(2000.0, 9.0))}
    found = {t.what: t.met for t in speed_report.targets(alone, JUDGED, usage)}
    assert found["CER no worse than that"] is None
    assert found["peak memory"] is False
    text = "\n".join(speed_report.lines(["- head"], alone, Loading(3.0, None), JUDGED, usage))
    assert "| a | clean | 100 | 80 | 6.00 | 0.060 | – | – | – | – | 0.050 (5/100) | – |" in text
    assert "| a | 12.00 | 0.120 | – | – | – |" in text


def test_one_sample_of_each_scene_is_chosen_by_default() -> None:
    samples = [
        sample("a", "clean", path=None), sample("b", "clean"), sample("c", "clean"), sample("d", "noise"),
        sample("e", "phone"),
    ]  # fmt: skip
    assert choose(samples) == []  # nobody speaks in any of them
    speaking = [replace(s, turns=(ReferenceTurn(T, "您好", Span(0.0, 1.0)),)) for s in samples]
    assert [s.id for s in choose(speaking)] == ["b", "e", "d"]


def test_an_hour_is_made_of_the_same_talks_shifted() -> None:
    first = heard(talk((T, "您好我是王师傅"), (C, "请进")))
    second = heard(talk((T, "再见")))
    long = hour([first, heard([]), second], seconds=60.0)
    starts = [u.start_s for u in long.transcript]
    assert starts == sorted(starts)
    assert [u.text for u in long.transcript[:3]] == ["您好我是王师傅", "请进", "再见"]
    assert 60.0 <= long.duration_s < 70.0
    assert all(u.char_start_s[0] == u.start_s for u in long.transcript)
    with pytest.raises(ValueError, match="no transcript"):
        hour([heard([])])


def test_one_core_is_given_back() -> None:
    before = os.sched_getaffinity(0)
    with rejudging.one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_the_peak_of_a_watched_process_includes_its_children() -> None:
    small = memory.watch([sys.executable, "-c", "import time; time.sleep(0.2)"])
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = b\"1\" * 80_000_000; import time; time.sleep(0.4)'])"
    large = memory.watch([sys.executable, "-c", child])
    assert large.peak_mib > small.peak_mib + 70
    assert large.seconds >= 0.4


def test_a_watched_process_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no such voice"):
        memory.watch([sys.executable, "-c", "raise SystemExit('no such voice')"])


def test_a_table_survives_bars_and_line_breaks_in_its_cells() -> None:
    assert cell("a|b\nc") == "a\\|b c"
    assert cell(None) == "–"
    assert share(0, 0) == "–"
    assert table(["x", "y"], [["a", 1]]) == ["| x | y |", "| :-- | --: |", "| a | 1 |", ""]


def test_a_rendering_is_made_once_and_again_when_the_script_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def render(script: Script, scene: Scene) -> Any:
        made.append(script.turns[0].text)
        turns = (SimpleNamespace(start_s=0.5, end_s=1.5),)
        return SimpleNamespace(samples=np.zeros((1, 1600), np.float32), sample_rate_hz=16_000, turns=turns)

    monkeypatch.setattr(sweep, "render", render)
    settings = Settings(home=tmp_path)
    spoken = replace(sample("visit-tap", "clean").script, turns=(ScriptTurn("technician", "您好"),))
    first = replace(sample("visit-tap", "clean"), script=spoken)
    condition = sweep.CONDITIONS[1]
    path, turns = sweep.rendering(first, condition.scene(first), settings)
    assert path.is_file()
    assert [(t.text, t.span.start_s, t.span.end_s) for t in turns] == [("您好", 0.5, 1.5)]
    assert sweep.rendering(first, condition.scene(first), settings) == (path, turns)
    other = replace(first, script=replace(spoken, turns=(ScriptTurn("technician", "再见"),)))
    assert sweep.rendering(other, condition.scene(other), settings)[0] != path
    assert made == ["您好", "再见"]


def test_the_sweep_keeps_a_scenes_own_noise_and_puts_a_fan_where_there_is_none() -> None:
    quiet = sample("a", "clean")
    drilled = replace(quiet, script=replace(quiet.script, scene=Scene("noise", noise="drill", snr_db=3)))
    by_name = {c.name: c for c in sweep.CONDITIONS}
    assert by_name["10 dB"].scene(quiet) == Scene("noise", noise="fan", snr_db=10.0)
    assert by_name["5 dB"].scene(drilled) == Scene("noise", noise="drill", snr_db=5.0)
    assert by_name["clean"].scene(drilled) == Scene("clean")
