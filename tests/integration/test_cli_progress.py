"""Progress on stderr: a bar for a terminal, plain lines for a log; both name the file, the stage and the time left."""

from __future__ import annotations

import time
from io import StringIO

import pytest

from analyzer.cli.progress import PLAIN_EVERY_S, STAGES, ProgressPrinter, listener
from analyzer.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that tests turn by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now_s)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_log_gets_a_line_when_a_stage_begins_and_then_every_few_seconds(clock: Clock) -> None:
    out = StringIO()
    printer = ProgressPrinter("王师傅.wav", out)
    for tick in range(100):
        clock.now_s += 0.1
        printer(Progress("transcribe", float(tick), 100.0))
    printer(Progress("judge", 100.0, 100.0))
    lines = out.getvalue().splitlines()
    assert len(lines) == 10.0 / PLAIN_EVERY_S + 1
    assert lines[0].startswith("王师傅.wav  转写  0:00/1:40")
    assert lines[-1].startswith("王师傅.wav  判断  1:40/1:40")


def test_speed_and_time_left_are_those_of_the_stage(clock: Clock) -> None:
    out = StringIO()
    printer = ProgressPrinter("王师傅.wav", out)
    printer(Progress("decode", 0.0, 0.0))
    clock.now_s += 60.0  # loading the model is no part of the next stage's speed
    printer(Progress("transcribe", 0.0, 100.0))
    clock.now_s += 5.0
    printer(Progress("transcribe", 50.0, 100.0))
    assert out.getvalue().splitlines()[-1] == "王师傅.wav  转写  0:50/1:40  10.0 倍速  还需 0:05"


def test_a_stage_that_is_first_heard_of_half_way_began_when_the_one_before_ended(clock: Clock) -> None:
    out = StringIO()
    printer = ProgressPrinter("王师傅.wav", out)
    printer(Progress("transcribe", 100.0, 100.0))
    clock.now_s += 10.0
    printer(Progress("recheck", 50.0, 100.0))
    assert out.getvalue().splitlines()[-1] == "王师傅.wav  复听漏字  0:50/1:40  5.0 倍速  还需 0:10"


def test_a_terminal_gets_a_bar_that_is_gone_in_the_end() -> None:
    out = Terminal()
    with listener("[red]王师傅[/x].wav", out) as progress:
        for stage in STAGES:
            progress(Progress(stage, 5.0, 10.0))
            time.sleep(0.15)
    shown = out.getvalue()
    assert "[red]王师傅[/x].wav" in shown
    assert "转写" in shown and "0:05/0:10" in shown and "倍速" in shown
    assert "\x1b[2K" in shown[shown.rindex("0:05/0:10") :]  # the line is erased


def test_the_bar_is_closed_when_the_analysis_fails() -> None:
    out = Terminal()
    with pytest.raises(ValueError, match="broken"), listener("王师傅.wav", out) as progress:
        progress(Progress("decode", 0.0, 0.0))
        raise ValueError("broken")
    before = out.getvalue()
    time.sleep(0.3)
    assert out.getvalue() == before
    progress.close()


def test_a_recording_of_no_length_divides_by_nothing() -> None:
    out = StringIO()
    ProgressPrinter("空.wav", out)(Progress("decode", 0.0, 0.0))
    assert out.getvalue() == "空.wav  解码  0:00/0:00\n"
