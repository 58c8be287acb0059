"""The tables of benchmarks/results/capacity.md, from the files that the parts left. What was not measured is said to be so."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.capacity.claims import STAGES
from benchmarks.capacity.demand import CODECS, GPU_HOST, TRANSCRIPTION_SHARE, Day, models
from benchmarks.capacity.growth import Page, name_of
from benchmarks.capacity.simulation import VISITS_BY_HOUR, Costs, Lengths, Site, simulate
from benchmarks.kit.report import number, table

PEAK = max(VISITS_BY_HOUR) / sum(VISITS_BY_HOUR)
CITY = (("visits, 20 min", Day(1_000_000, 1200.0, PEAK)), ("calls, 5 min", Day(1_000_000, 300.0, PEAK)))
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
MISSING = "Not measured yet: `python -m benchmarks capacity {}`."


def report(home: Path) -> str:
    parts = (_growth, _pages, _queue, _hearing, _simulated, _engines, _city)
    lines = [
        "# Capacity",
        "",
        "`python -m benchmarks capacity`; what it means for operations is in docs/CAPACITY.md.",
        "",
    ]
    for part in parts:
        lines += part(home)
    return "\n".join(lines).rstrip() + "\n"


def kept(home: Path, name: str) -> dict[str, Any] | None:
    path = home / f"{name}.json"
    read: dict[str, Any] | None = json.loads(path.read_text("utf-8")) if path.exists() else None
    return read


def _growth(home: Path) -> Iterator[str]:
    yield from ("## The archive as it grows (measured)", "")
    for kind, title in KINDS.items():
        found = kept(home, f"growth-{kind}")
        if found is None:
            yield from (
                f"**{title}.** {MISSING.format('growth' + (' --database own' if kind != 'sqlite' else ''))}",
                "",
            )
            continue
        sizes = found["sizes"]
        yield from (f"**{title}**", "", *found["head"], "")
        if note := found.get("note"):  # written by hand into the file
            yield from (note, "")
        yield from table(
            ["", *(f"{one['recordings']:,}" for one in sizes)],
            [
                ["database, MiB", *(f"{one['bytes'] / 2**20:,.0f}" for one in sizes)],
                ["… a recording, KiB", *(f"{one['bytes'] / 1024 / one['recordings']:.1f}" for one in sizes)],
                ["filled, s on the wall", *(number(one["fill_s"], 0) for one in sizes)],
                ["all summaries, processor s", *(number(one["summaries_cpu_s"], 1) for one in sizes)],
                ["… of so many recordings", *(f"{one['summaries_of']:,}" for one in sizes)],
                ["a changed day summed up, processor ms", *(number(one["refresh_cpu_ms"], 0) for one in sizes)],
                ["judging one again, processor ms", *(number(one["rejudge_cpu_ms"], 1) for one in sizes)],
                [
                    "… all of them on a core, hours (extrapolated)",
                    *(number(one["rejudge_cpu_ms"] * one["recordings"] / 3.6e6, 2) for one in sizes),
                ],
                ["backup of the database, processor s", *(number(one["backup_cpu_s"], 1) for one in sizes)],
                ["… s on the wall", *(number(one["backup_s"], 1) for one in sizes)],
                ["… MiB", *(f"{one['backup_bytes'] / 2**20:,.0f}" for one in sizes)],
                *_largest(sizes),
                ["load of the machine", *(number(one["load"], 1) for one in sizes)],
            ],
        )


def _largest(sizes: Sequence[Mapping[str, Any]]) -> Iterator[list[str | None]]:
    """KiB a recording of the tables that take most, indexes included; the words' grow with the length of the talk."""
    for name in list(sizes[-1]["tables"] or next((one["tables"] for one in reversed(sizes) if one["tables"]), {}))[:6]:
        yield [
            f"… of it `{name}`",
            *(
                f"{one['tables'][name] / 1024 / one['recordings']:.1f}" if name in one["tables"] else None
                for one in sizes
            ),
        ]


def _pages(home: Path) -> Iterator[str]:
    yield from ("## Pages", "")
    for kind, title in KINDS.items():
        found = kept(home, f"growth-{kind}")
        if found is None:
            continue
        sizes = found["sizes"]
        yield from (f"**{title}**: processor ms of one request alone, and its queries in brackets (measured).", "")
        names = dict.fromkeys((page["who"], name_of(page["path"])) for size in sizes for page in size["pages"])
        by_size = [{(p["who"], name_of(p["path"])): Page(**p) for p in size["pages"]} for size in sizes]
        yield from table(
            ["page", "as", *(f"{size['recordings']:,}" for size in sizes)],
            [[f"`{path}`", who, *(_page(pages.get((who, path))) for pages in by_size)] for who, path in names],
            left=2,
        )
    if (found := kept(home, "pages")) is None:
        yield from (f"**Over HTTP, five users at once.** {MISSING.format('pages')}", "")
        return
    yield from ("**Over HTTP**, five users at once without a pause: p50 / p95 ms on the wall.", "", *found["head"], "")
    walls = {count: {(who, path): (p50, p95) for who, path, p50, p95 in rows} for count, rows in found["sizes"].items()}
    counts = sorted(walls, key=int)
    names = dict.fromkeys(key for rows in walls.values() for key in rows)
    yield from table(
        ["page", "as", *(f"{int(count):,}" for count in counts)],
        [[f"`{path}`", who, *(_wall(walls[count].get((who, path))) for count in counts)] for who, path in names],
        left=2,
    )


def _page(page: Page | None) -> str | None:
    return None if page is None else f"{page.cpu_ms:.0f} ({page.queries})"


def _wall(times: tuple[float, float] | None) -> str | None:
    return None if times is None else f"{times[0]:.0f} / {times[1]:.0f}"


def _queue(home: Path) -> Iterator[str]:
    yield from ("## The queue without hearing (measured)", "")
    for kind, title in KINDS.items():
        found = kept(home, f"queue-{kind}")
        if found is None:
            yield from (f"**{title}.** {MISSING.format('queue' + (' --database own' if kind != 'sqlite' else ''))}", "")
            continue
        rounds = found["rounds"]
        yield from (f"**{title}**", "", *found["head"], "")
        yield from table(
            [
                "processes",
                "recordings",
                "claimed, followed and stored a second",
                "… as simulated with these holds of the lock",
                "processor s of the processes",
            ],
            [
                [
                    one["processes"],
                    one["recordings"],
                    number(one["recordings"] / one["seconds"], 2),
                    number(one["recordings"] / _cleared_s(one), 2),
                    number(one["cpu_s"], 1),
                ]
                for one in rounds
            ],
        )
        yield from (
            "The simulated column takes the holds of the same run: that they agree says that the lock alone decides.",
            "",
        )
        yield from table(
            ["step, of process 1 alone", "times a recording", "lock held, ms p50", "mean", "of it processor", "waited p95"],
            [
                [
                    step["name"], number(step["each"], 2), number(step["held_p50_ms"], 1), number(step["held_mean_ms"], 1),
                    number(step["cpu_mean_ms"], 1), number(step["wait_p95_ms"], 1),
                ]
                for step in rounds[0]["steps"]
            ],
        )  # fmt: skip


def _cleared_s(one: Mapping[str, Any]) -> float:
    """Seconds until the last result, by the simulation: all recordings wait at the start, and hearing takes no time."""
    held_s = {step["name"]: step["held_mean_ms"] / 1000 for step in one["steps"]}
    costs = Costs(claim_s=held_s["claim"], result_s=held_s["result"], beat_s=held_s["heartbeat"], stages=len(STAGES))
    site = Site(one["processes"], 0.0, costs)
    return simulate([0.0] * one["recordings"], Lengths(60.0, 0.0), site, random.Random(1)).cleared_s


def _heard_s(one: Mapping[str, Any], first: Mapping[str, Any]) -> float:
    """Seconds until the last verdict, by the simulation: cores shared out evenly, each second of sound as the first run's."""
    pace = first["seconds"] / first["sound_s"] * one["workers"] / first["workers"]
    lengths = Lengths(one["sound_s"] / one["recordings"], 0.0)
    return simulate([0.0] * one["recordings"], lengths, Site(one["workers"], pace), random.Random(1)).cleared_s


def _hearing(home: Path) -> Iterator[str]:
    yield from ("## Real workers on this machine (measured)", "")
    found = kept(home, "hearing")
    if found is None:
        yield from (MISSING.format("hearing"), "")
        return
    heard = found["heard"]
    first = heard[0]["sound_s"] / heard[0]["seconds"]
    yield from (*found["head"], "")
    yield from table(
        [
            "workers", "threads each", "recordings", "sound, min", "s on the wall", "s simulated", "× real time", "times one worker",
            "processor s a second of sound", "load after",
        ],
        [
            [
                one["workers"], one["threads"], one["recordings"], number(one["sound_s"] / 60, 1), number(one["seconds"], 0),
                number(_heard_s(one, heard[0]), 0),
                number(one["seconds"] / one["sound_s"], 3), number(one["sound_s"] / one["seconds"] / first, 2),
                number(one["cpu_s"] / one["sound_s"], 3), number(one["load"], 1),
            ]
            for one in heard
        ],
    )  # fmt: skip


def _simulated(home: Path) -> Iterator[str]:
    yield from ("## Working days (simulated)", "")
    found = kept(home, "simulate")
    if found is None:
        yield from (MISSING.format("simulate"), "")
        return
    yield from (
        "Time from the end of a recording to its verdict, p50 / p95; in brackets the busy share of workers and of the database's one "
        "writer. One core a worker, `base`; arrivals by the hours of `VISITS_BY_HOUR`, lengths log-normal (both assumed), a link of "
        "1 Gbit/s, Opus at 24 kbit/s. Where a day cannot end, what is short.",
        "",
    )
    for kind, one in found["kinds"].items():
        costs = one["costs"]
        basis = (
            "processor time of the site alone, as the machine was busy when they were measured: no disk, no server"
            if one["busy"]
            else "time on the wall"
        )
        yield from (
            f"**{KINDS[kind]}**: an upload writes for {1000 * costs['received_s']:.0f} ms, a claim {1000 * costs['claim_s']:.1f}, a result "
            f"with its chores {1000 * costs['result_s']:.0f}, a heartbeat {1000 * costs['beat_s']:.1f}, a look for the dead "
            f"{1000 * costs['look_s']:.1f} ({basis}).",
            "",
        )
        limits = [
            f"{name}: {count:,} a day with {workers:,} workers" for name, (count, workers) in one["limits"].items()
        ]
        yield from ("The database alone is full at: " + "; ".join(limits) + " (computed).", "")
        yield from _days(one["scenarios"])


def _days(scenarios: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    workers = sorted({one["workers"] for one in scenarios})
    cells = {(one["lengths"], one["recordings"], one["workers"]): one["result"] for one in scenarios}
    for lengths in dict.fromkeys(one["lengths"] for one in scenarios):
        counts = sorted({one["recordings"] for one in scenarios if one["lengths"] == lengths})
        yield from table(
            [f"{lengths}: workers", *(f"{count:,} a day" for count in counts)],
            [[n, *(_day(cells[lengths, count, n]) for count in counts)] for n in workers],
        )


def _day(result: Mapping[str, Any]) -> str:
    if result["cause"]:
        return f"{result['cause']} short"
    busy, database = result["workers_busy"], result["database_busy"]
    return f"{duration(result['p50_s'])} / {duration(result['p95_s'])} ({100 * busy:.0f} %, {100 * database:.1f} %)"


def duration(seconds: float) -> str:
    """In the unit that one would say: 42 s, 3.5 min, 2.1 h."""
    if not math.isfinite(seconds):
        return "never"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _engines(_home: Path) -> Iterator[str]:
    yield from ("## Recordings a day and core", "")
    yield from table(
        ["model", "processor s a second of sound", "20-minute visits", "5-minute calls", "how we know"],
        [
            [one.name, _range(one.least, one.most, 3), _range(*one.a_day(1200)), _range(*one.a_day(300)), one.label]
            for one in models()
        ],
    )


def _range(low: float, high: float, digits: int = 0) -> str:
    ends = dict.fromkeys(f"{value:,.{digits}f}" for value in (low, high))
    return "–".join(ends)


def _city(_home: Path) -> Iterator[str]:
    yield from ("## A city of a million visits a day (computed)", "")
    base = next(one for one in models() if one.name == "base")
    rows = []
    for name, day in CITY:
        low, high = day.cards(at_once=False)
        low_at_once, high_at_once = day.cards(at_once=True)
        rest = base.least * (1 - TRANSCRIPTION_SHARE)
        rows += [
            [f"{name}: hours of sound a day", f"{day.sound_s / 3600:,.0f}"],
            [f"{name}: cores for `base`, spread over 24 hours", f"{day.cores(base.least, at_once=False):,.0f}"],
            [
                f"{name}: cores for `base`, the busiest hour within itself",
                f"{day.cores(base.least, at_once=True):,.0f}",
            ],
            [f"{name}: H200 for the transcription, over 24 hours", f"{math.ceil(low)}–{math.ceil(high)}"],
            [f"{name}: H200, the busiest hour within itself", f"{math.ceil(low_at_once)}–{math.ceil(high_at_once)}"],
            [
                f"{name}: cores beside them, over 24 hours",
                " – ".join(f"{day.cores(rest + host, at_once=False):,.0f}" for host in GPU_HOST),
            ],
            *(
                [
                    f"{name}: {codec.name}, TB a year; Gbit/s in the busiest hour",
                    f"{day.bytes_a_year(codec) / 1e12:,.0f}; {day.bits_a_second(codec) / 1e9:.1f}",
                ]
                for codec in CODECS
            ),
        ]
    yield from table(["", ""], rows)
    yield from table(
        [
            "cores by model",
            *(f"{name}, {when}" for name, _ in CITY for when in ("over 24 hours", "busiest hour within itself")),
        ],
        [
            [
                one.name,
                *(
                    _range(day.cores(one.least, at_once=at_once), day.cores(one.most, at_once=at_once))
                    for _, day in CITY
                    for at_once in (False, True)
                ),
            ]
            for one in models()
        ],
    )
