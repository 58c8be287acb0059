"""Working days simulated with the measured times: 10³ … 10⁶ recordings, 1 … 1,000 workers, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.capacity.claims import Told
from benchmarks.capacity.demand import PIPELINE
from benchmarks.capacity.simulation import Costs, Lengths, Result, Site, day
from web.queue import presence

WORKERS = (1, 2, 4, 10, 20, 50, 100, 200, 500, 1000)
ARRIVALS = (1_000, 10_000, 100_000, 1_000_000)
LINK = 125_000_000.0  # bytes a second: one gigabit
SOUND = 3_000.0  # bytes a second: Opus 24 kbit/s
VISITS, CALLS = Lengths(1200.0, 0.6), Lengths(300.0, 0.8)  # the spreads are assumptions
CORES_A_WORKER = 1
BESIDE = ("search index", "links", "summaries")  # chores that write for each result


@dataclass(frozen=True, slots=True)
class Scenario:
    lengths: str
    recordings: int
    workers: int
    result: Result


def costs(steps: Iterable[Told], *, busy: bool) -> Costs:
    """What a recording writes, by the measured steps. `busy`: they were measured on a busy machine, whose wall times say
    nothing; then their processor time is taken, which leaves out waiting for the disk (and PostgreSQL's own work).
    """
    by_name = {step.name: step for step in steps}

    def seconds(name: str) -> float:
        step = by_name.get(name)
        return 0.0 if step is None else (step.cpu_mean_ms if busy else step.held_mean_ms) / 1000

    def a_recording(name: str) -> float:
        return seconds(name) * by_name[name].each if name in by_name else 0.0

    return Costs(
        received_s=a_recording("upload"),
        claim_s=seconds("claim"),
        result_s=seconds("result") + sum(a_recording(name) for name in BESIDE),
        beat_s=seconds("heartbeat"),
        look_s=seconds("look for the dead"),
        look_every_s=presence.SIGN_S,  # with its sign of life; in between a worker only reads
    )


def scenarios(
    written: Costs,
    *,
    arrivals: Sequence[int] = ARRIVALS,
    workers: Sequence[int] = WORKERS,
    pace: float = PIPELINE / CORES_A_WORKER,
) -> list[Scenario]:
    """Each number of recordings with each number of workers, one core each; those that cannot end say why."""
    made = []
    for name, lengths in (("visits, 20 min", VISITS), ("calls, 5 min", CALLS)):
        for recordings in arrivals:
            for count in workers:
                site = Site(count, pace, written, LINK, SOUND)
                made.append(Scenario(name, recordings, count, day(recordings, lengths, site)))
    return made


def most_recordings(written: Costs, lengths: Lengths, pace: float = PIPELINE) -> tuple[int, int]:
    """(recordings a day, workers) at which the database alone is busy all the time, each worker hearing without a pause.

    More workers hear more and write more; where what they write beside hearing fills the database there are none.
    """
    hearing_s = lengths.mean_s * pace
    serial = written.of_a_recording(hearing_s)
    a_worker = 86_400 / hearing_s  # recordings a day
    looks = written.look_s / written.look_every_s
    share = looks + a_worker * serial / 86_400  # of the database, for each worker
    count = int(1 / share) if share else 0
    return int(count * a_worker), count


def without_looks(written: Costs) -> Costs:
    """As if only one worker looked for the dead: what a small change would bring."""
    return replace(written, look_s=0.0)


def read(steps: Sequence[Mapping[str, object]]) -> list[Told]:
    """Steps as they were kept."""
    return [Told(**step) for step in steps]  # type: ignore[arg-type]  # written by asdict
