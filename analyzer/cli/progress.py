"""Progress on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from analyzer.judging.reasons import clock
from analyzer.progress import Progress

STAGES = {
    "decode": "解码",
    "detect": "找人声",
    "diarize": "分说话人",
    "transcribe": "转写",
    "recheck": "复听漏字",
    "rehear": "换大模型重听",
    "judge": "判断",
}
PLAIN_EVERY_S = 5.0


class ProgressPrinter:
    """A listener of one file's progress. Call it with `Progress`; `close` clears the bar."""

    def __init__(self, name: str, out: TextIO) -> None:
        self._name = name
        self._out = out
        self._began = time.monotonic()
        self._stage = ""
        self._stage_began = self._heard = self._began
        self._said = 0.0
        self._bar = _Bar(out) if out.isatty() else None

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.stage != self._stage:
            # a stage that tells of its beginning begins now, one whose first words are "so much done" began before
            began = now if progress.done_s == 0.0 else self._heard
            self._stage, self._stage_began, self._said = progress.stage, began, 0.0
        self._heard = now
        speed = progress.done_s / max(now - self._stage_began, 1e-3)
        left_s = (progress.total_s - progress.done_s) / speed if speed > 0 else 0.0
        title = STAGES.get(progress.stage, progress.stage)
        text = f"{clock(progress.done_s)}/{clock(progress.total_s)}"
        if progress.done_s > 0:
            text += f"  {speed:.1f} 倍速  还需 {clock(left_s)}"
        if self._bar is not None:
            self._bar.show(f"{self._name}  {title}", progress.done_s, progress.total_s, text)
        elif now - self._said >= PLAIN_EVERY_S or self._said == 0.0:
            self._said = now
            print(f"{self._name}  {title}  {text}", file=self._out, flush=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class _Bar:
    def __init__(self, out: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._progress = RichProgress(
            TextColumn("{task.description}", markup=False),  # brackets in a file's name are no markup
            BarColumn(bar_width=24),
            TextColumn("{task.fields[text]}", markup=False),
            console=Console(file=out),
            transient=True,
        )
        self._task = self._progress.add_task("", total=1.0, text="")
        self._progress.start()

    def show(self, title: str, done_s: float, total_s: float, text: str) -> None:
        self._progress.update(self._task, description=title, completed=done_s, total=max(total_s, 0.01), text=text)

    def close(self) -> None:
        self._progress.stop()


@contextmanager
def listener(name: str, out: TextIO) -> Iterator[ProgressPrinter]:
    printer = ProgressPrinter(name, out)
    try:
        yield printer
    finally:
        printer.close()
