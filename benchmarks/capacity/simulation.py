"""A working day of recordings through link, database, queue and workers, event by event. Pure: numbers in, numbers out.

The link and the database each serve one after the other, in order of asking; a worker hears one recording at a time. What
workers write without a recording being done (looking for the dead, heartbeats) takes its share of the database first: a step
of s seconds lasts s / (1 - share). With no link and no database it is the queue M/G/c, and a test holds it to the closed forms.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

DAY_S = 86_400.0
# visits begun in each hour of the day, the shares of a working day: peaks 9–12 and 14–18 o'clock. An assumption.
VISITS_BY_HOUR = (0, 0, 0, 0, 0, 0, 0, 2, 6, 12, 13, 11, 5, 6, 11, 12, 10, 7, 3, 2, 0, 0, 0, 0)
EVEN = (1,) * 24


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of recordings, log-normal: mean in seconds, `spread` the standard deviation over the mean (0: all alike)."""

    mean_s: float
    spread: float

    def draw(self, dice: random.Random) -> float:
        if not self.spread:
            return self.mean_s
        variance = math.log(1 + self.spread**2)
        return dice.lognormvariate(math.log(self.mean_s) - variance / 2, math.sqrt(variance))


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds at the database, which writes for one at a time; 0: free.

    `received_s`: all that an upload writes. `claim_s`, `result_s`: taking a job, storing its result (with the chores over it).
    `beat_s` each heartbeat, every `beat_every_s` of hearing and at each of `stages` stages; `look_s` each look for the dead,
    every `look_every_s` of each worker, busy or not.
    """

    received_s: float = 0.0
    claim_s: float = 0.0
    result_s: float = 0.0
    beat_s: float = 0.0
    beat_every_s: float = 7.5
    stages: int = 6
    look_s: float = 0.0
    look_every_s: float = 3.0

    def of_a_recording(self, hearing_s: float) -> float:
        """All that one recording takes of the database, heard in so many seconds."""
        beats = self.stages + hearing_s / self.beat_every_s
        return self.received_s + self.claim_s + self.result_s + beats * self.beat_s

    def aside(self, workers: int, busy: float) -> float:
        """The share of the database that workers take without claiming or storing; `busy`: how many hear on average."""
        return workers * self.look_s / self.look_every_s + busy * self.beat_s / self.beat_every_s


@dataclass(frozen=True, slots=True)
class Site:
    """`pace`: seconds of hearing a second of sound, of one worker. `link`: bytes a second that come in, infinite for none."""

    workers: int
    pace: float
    costs: Costs = Costs()
    link: float = math.inf
    bytes_a_second: float = 0.0  # of sound


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds from the end of a recording to its verdict: mean, p50, p95, worst; shares of the time until the last verdict.

    `cause` says why there is no steady day, where there is none: then the seconds are infinite, nothing was simulated.
    """

    recordings: int
    mean_s: float
    p50_s: float
    p95_s: float
    worst_s: float
    workers_busy: float
    database_busy: float
    link_busy: float
    cleared_s: float  # of the day, when the last verdict was there
    cause: str = ""


def arrivals(count: int, by_hour: Sequence[float], dice: random.Random) -> list[float]:
    """Ends of recordings in a day, in order: each by itself, in an hour drawn by its share."""
    hours = dice.choices(range(len(by_hour)), by_hour, k=count)
    length_s = DAY_S / len(by_hour)
    return sorted((hour + dice.random()) * length_s for hour in hours)


def overloaded(recordings: int, lengths: Lengths, site: Site) -> str:
    """Why a day's recordings cannot be done within a day; empty where they can."""
    hearing_s = lengths.mean_s * site.pace
    work = recordings * hearing_s / DAY_S
    aside = site.costs.aside(site.workers, min(work, site.workers))
    serial = site.costs.received_s + site.costs.claim_s + site.costs.result_s + site.costs.stages * site.costs.beat_s
    if aside + recordings * serial / DAY_S >= 1:
        return "database"
    if work >= site.workers:
        return "workers"
    return "link" if recordings * lengths.mean_s * site.bytes_a_second >= site.link * DAY_S else ""


def simulate(ends: Sequence[float], lengths: Lengths, site: Site, dice: random.Random) -> Result:
    """Send the recordings that end at `ends` through the site, which begins the day idle."""
    costs, workers = site.costs, site.workers
    busy = min(workers, len(ends) * lengths.mean_s * site.pace / DAY_S)
    slower = 1 / max(1e-9, 1 - costs.aside(workers, busy))
    sound = [lengths.draw(dice) for _ in ends]
    # (when, number, kind, recording): kinds in the order of a recording's way
    sent, received, claimed, heard, told = range(5)
    link_free = database_free = 0.0
    linked_s = hearing_s = written_s = 0.0
    events: list[tuple[float, int, int, int]] = []
    number = 0
    for recording, at in enumerate(ends):
        link_free = max(at, link_free) + sound[recording] * site.bytes_a_second / site.link
        linked_s += sound[recording] * site.bytes_a_second / site.link
        events.append((link_free, recording, sent, recording))
    number = len(events)
    heapq.heapify(events)
    ready: deque[int] = deque()
    idle, waits, last = workers, [0.0] * len(ends), 0.0
    while events:
        now, _, kind, recording = heapq.heappop(events)
        if kind == sent:
            database_free = max(now, database_free) + costs.received_s * slower
            written_s += costs.received_s
            number += 1
            heapq.heappush(events, (database_free, number, received, recording))
            continue
        if kind == received:
            ready.append(recording)
        elif kind == claimed:
            took_s = sound[recording] * site.pace
            hearing_s += took_s
            number += 1
            heapq.heappush(events, (now + took_s, number, heard, recording))
        elif kind == heard:
            stored_s = costs.result_s + costs.stages * costs.beat_s
            database_free = max(now, database_free) + stored_s * slower
            written_s += stored_s
            number += 1
            heapq.heappush(events, (database_free, number, told, recording))
        else:
            waits[recording] = now - ends[recording]
            last, idle = now, idle + 1
        while idle and ready:
            idle -= 1
            database_free = max(now, database_free) + costs.claim_s * slower
            written_s += costs.claim_s
            number += 1
            heapq.heappush(events, (database_free, number, claimed, ready.popleft()))
    ordered = sorted(waits)
    span_s = max(last, ends[-1], 1e-9)
    aside = costs.aside(workers, hearing_s / span_s)
    return Result(
        len(ends), sum(waits) / len(waits), rank(ordered, 50), rank(ordered, 95), ordered[-1], hearing_s / (span_s * workers),
        written_s / span_s + aside, linked_s / span_s, last,
    )  # fmt: skip


def rank(ordered: Sequence[float], percent: int) -> float:
    """The value that `percent` of 100 do not exceed (nearest rank) of an ordered sequence."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def day(
    recordings: int, lengths: Lengths, site: Site, by_hour: Sequence[float] = VISITS_BY_HOUR, seed: int = 1
) -> Result:
    """A working day of so many recordings; not simulated where it cannot end."""
    if cause := overloaded(recordings, lengths, site):
        return Result(recordings, *[math.inf] * 8, cause)
    dice = random.Random(seed)
    return simulate(arrivals(recordings, by_hour, dice), lengths, site, dice)


def erlang_wait_s(rate: float, service_s: float, servers: int) -> float:
    """Mean wait before service in M/M/c (Erlang C), for the check of the simulation.

    Raises ValueError where the servers cannot keep up.
    """
    offered = rate * service_s
    if offered >= servers:
        raise ValueError(f"{offered:.2f} erlangs for {servers} servers")
    blocked = 1.0
    for n in range(1, servers + 1):  # Erlang B by its recurrence
        blocked = offered * blocked / (n + offered * blocked)
    waiting = blocked / (1 - offered / servers * (1 - blocked))
    return waiting * service_s / (servers - offered)
