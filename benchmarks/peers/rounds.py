"""The clock: for each pass and recording every peer in turn, whoever began last time goes last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.kit.machine import say
from benchmarks.peers.heard import Heard, Models, Task
from benchmarks.peers.kept import Kept, Met, Record
from benchmarks.peers.material import LONG, Recording, warm_up
from benchmarks.peers.process import DiedError, Worker, python_of
from benchmarks.peers.registry import Peer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for; `passes` of short recordings, `long_passes` of the long visit."""

    peers: Sequence[Peer]
    recordings: Sequence[Recording]
    passes: int
    long_passes: int
    models: Models
    pythons: dict[str, Path]

    def turns(self) -> Iterator[tuple[int, Recording, Peer]]:
        """(pass, recording, peer) in the order of measuring: short recordings of all passes, then the long visit."""
        for long in (False, True):
            of_kind = [r for r in self.recordings if (r.kind == LONG) is long]
            for number in range(self.long_passes if long else self.passes):
                for place, recording in enumerate(of_kind):
                    for peer in rotated(self.peers, number + place):
                        yield number, recording, peer


def rotated(items: Sequence[T], by: int) -> list[T]:
    """
    >>> rotated("abc", 4)
    ['b', 'c', 'a']
    """
    by = by % len(items) if items else 0
    return [*items[by:], *items[:by]]


class Rounds:
    """Measures what a plan asks for and the folder does not hold yet. A peer's process starts when it is first needed."""

    def __init__(self, plan: Plan, kept: Kept) -> None:
        self._plan, self._kept = plan, kept
        self._workers: dict[str, Worker] = {}
        self._gone: set[str] = set()

    def missing(self) -> list[tuple[int, Recording, Peer]]:
        return [(n, r, p) for n, r, p in self._plan.turns() if self._kept.record(p, r.id, n, r.digest) is None]

    def run(self) -> None:
        """A peer that cannot be loaded, or dies, is left out from there on; the folder holds why."""
        turns = self.missing()
        if not turns:
            return
        with ExitStack() as stack:
            warm = warm_up(turns[0][1], self._kept.material)
            for peer in self._plan.peers:  # all first: nobody is measured while another loads
                if any(one is peer for _, _, one in turns):
                    self._start(peer, warm, stack)
            for done, (number, recording, peer) in enumerate(turns, start=1):
                if peer.name in self._gone:
                    continue
                record = self._measure(number, recording, peer)
                if record is not None:
                    self._kept.keep(peer, record)
                    say(
                        f"{done}/{len(turns)} pass {number + 1} {recording.id:28} {peer.name:30} {record.wall_s:7.1f} s "
                        f"({record.wall_s / record.duration_s:.3f} ×), processor {record.cpu_s:7.1f} s"
                    )

    def _start(self, peer: Peer, warm: Task, stack: ExitStack) -> None:
        say(f"{peer.name}: loading")
        place = self._kept.place(peer)
        try:
            worker = Worker(peer, python_of(peer, self._plan.pythons), self._plan.models, place / "log.txt")
        except (DiedError, OSError) as error:
            self._leave_out(peer, f"did not start: {error}")
            return
        stack.enter_context(worker)
        if worker.absent is not None:
            self._leave_out(peer, worker.absent)
            return
        try:
            worker.run(warm)
        except DiedError as error:
            self._leave_out(peer, f"died while it warmed up: {error}")
            return
        self._workers[peer.name] = worker
        self._kept.meet(peer, Met(peer.name, worker.ready["versions"], worker.ready["load_s"], None))

    def _measure(self, number: int, recording: Recording, peer: Peer) -> Record | None:
        worker = self._workers[peer.name]
        others = [w for name, w in self._workers.items() if name != peer.name]
        before_s = sum(w.cpu_s() for w in others)
        try:
            answer = worker.run(recording.task)
        except DiedError as error:
            self._leave_out(peer, f"died on {recording.id}: {error}")
            return None
        return Record(
            peer.name, recording.id, number, recording.digest, recording.duration_s,
            answer["wall_s"], answer["cpu_s"], answer["peak_mib"], answer["private_mib"],
            sum(w.cpu_s() for w in others) - before_s, Heard.read(answer["heard"]), answer["stages"],
        )  # fmt: skip

    def _leave_out(self, peer: Peer, why: str) -> None:
        why = " ".join(why.split())
        say(f"{peer.name} LEFT OUT: {why}")
        self._gone.add(peer.name)
        self._workers.pop(peer.name, None)
        self._kept.meet(peer, Met(peer.name, {}, None, why))
