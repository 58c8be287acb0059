"""Judges a draft's dry runs in processes of their own, after everything else: they end with their worker, and another goes on."""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from web.config import AnalyzerError, Settings, WebSettings
from web.db import now
from web.dryrun import runs, slices
from web.dryrun.difference import agreed, changes, points
from web.dryrun.material import Material, frozen_months, material
from web.dryrun.slices import Slice
from web.dryrun.tally import Judged
from web.intake.analysis import Hearing, Judgement
from web.intake.effective import effective
from web.kit import leash, logs
from web.kit.lexicons import lexicons_on
from web.kit.site import Site, open_site
from web.kit.values import whole
from web.worker import engine

log = logging.getLogger(__name__)
NICE = 19  # whoever hears, judges or shows a page goes first
MOST_PROCESSES = 2
BEAT_S = 20.0
CHANGED = "标准文件在试算期间变了（程序升级过）。请重新试算。"
Starts = Callable[[Settings, WebSettings], BaseProcess]


class DryRuns:
    """Looks whether a run waits, and has a few processes work on it."""

    def __init__(self, start: Starts | None = None, processes: int = 0) -> None:
        self._start = start or start_process
        self._most = processes or max(1, min(MOST_PROCESSES, os.cpu_count() or 1))
        self._children: list[BaseProcess] = []
        self._first = True

    def look(self, here: Site) -> None:
        self._give_back(here, [child for child in self._children if not child.is_alive()])
        self._children = [child for child in self._children if child.is_alive()]
        if len(self._children) == self._most:
            return
        with here.db.reading() as session:
            waits = slices.is_waiting(session, now())
        if waits:
            count = self._most - len(self._children)
            self._children += [self._start(here.settings, here.web) for _ in range(count)]

    def _give_back(self, here: Site, dead: Sequence[BaseProcess]) -> None:
        """Free what processes of this machine held that are gone: ours, and at the start those of a worker before us."""
        if not dead and not self._first:
            return
        with here.db.reading() as session:
            held = slices.holders(session)
        gone = {name for name in held if _is_gone(name)}
        if gone:
            with here.db.writing() as session:
                slices.release(session, gone)
        self._first = False


def holder() -> str:
    """What this process is called where it holds a slice."""
    return f"{socket.gethostname()}:{os.getpid()}"


def start_process(settings: Settings, web: WebSettings) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(
        target=judge_waiting, args=(settings, web), name="dry run", daemon=True
    )
    process.start()
    return process


def judge_waiting(settings: Settings, web: WebSettings) -> None:
    """In the process: judge slices until none is free."""
    parent = multiprocessing.parent_process()
    leash.hold(parent.pid if parent else None)
    logs.configure(web.log_format, settings.home / "web")
    os.nice(NICE)
    here = open_site(settings, web)
    try:
        work(here)
    finally:
        here.db.dispose()


def work(here: Site, most: int | None = None) -> int:
    """Judge free slices, at most so many; return how many were ended."""
    bench = Bench(here.settings)
    ended = 0
    while most is None or ended < most:
        with here.db.writing() as session:
            one = slices.claim(session, holder())
        if one is None:
            break
        ended += _work(here, bench, one)
    return ended


def _work(here: Site, bench: Bench, one: Slice) -> bool:
    with here.db.reading() as session:
        run = runs.run_of(session, one.run_id)
        folder = runs.folder_of_run(here.settings, run) if run.digest != bench.digest else bench.draft
        frozen = frozen_months(session)
    if folder is None:
        with here.db.writing() as session:
            slices.fail(session, one.run_id, CHANGED)
        return False
    bench.draft, bench.digest = folder, run.digest
    judged: list[Judged] = []
    failures: dict[int, str] = {}
    beat_at = time.monotonic()
    for recording_id in one.recordings:
        if time.monotonic() - beat_at >= BEAT_S:
            beat_at = time.monotonic()
            with here.db.writing() as session:
                if not slices.heartbeat(session, one.token):
                    return False
        try:
            with here.db.reading() as session:
                found = material(session, recording_id, frozen)
                standing = None if found is None else lexicons_on(session, here.settings, found.day)
            if found is not None and standing is not None:
                judged.append(bench.judged(found, standing))
        except AnalyzerError as error:
            failures[recording_id] = f"{error.message}。{error.advice}"
        except Exception as error:  # a surprise in one recording must not end the run
            log.exception("dry run %d: recording %d cannot be judged", one.run_id, recording_id)
            failures[recording_id] = f"试算时出现意外错误：{error!r}"
    with here.db.writing() as session:
        return slices.finish(session, one.token, judged, failures)


@dataclass
class Bench:
    """The standards that a process judges by, each read once."""

    settings: Settings
    draft: Path = Path()
    digest: str = ""
    _read: dict[tuple[Path, str], engine.Rejudging] = field(default_factory=dict)

    def judged(self, found: Material, standing: Path) -> Judged:
        """A recording under the draft and as it stands. Raises AnalyzerError.

        What stands is judged again only where the draft reads otherwise than the stored judgement: else that would say
        the same, or only the program differs, which is no difference of the draft.
        """
        hearing = effective(engine.hearing_from_dict(found.heard, found.name), found.inputs)
        after = self._judge(self.draft, found.standard_id, hearing, found.inputs.facts)
        before = found.stands.costed_by(standing).judgement
        made = _compared(found, before, after)
        if not made.differs:
            return made
        again = self._judge(standing, found.standard_id, hearing, found.inputs.facts)
        now_made = _compared(found, again, after)
        return now_made if now_made.differs else replace(made, changes=(), after=made.before, drift=True)

    def _judge(self, folder: Path, standard_id: str, hearing: Hearing, facts: Mapping[str, bool]) -> Judgement:
        key = folder, standard_id
        if key not in self._read:
            if len(self._read) >= 16:
                self._read.clear()
            self._read[key] = engine.rejudging(standard_id, replace(self.settings, lexicons=folder))
        return engine.judgement(self._read[key], hearing, facts)


def _compared(found: Material, before: Judgement, after: Judgement) -> Judged:
    return Judged(
        found.recording_id,
        found.technician_id,
        found.standard_id,
        points(before, found.said),
        points(after, found.said),
        changes(before, after, found.said),
        found.kept,
        agreed=agreed(before, after, found.said),
    )


def _is_gone(name: str) -> bool:
    """Whether a process of this machine has ended; of another machine's nobody knows here."""
    host, _, pid = name.rpartition(":")
    if host != socket.gethostname() or whole(pid) is None:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
