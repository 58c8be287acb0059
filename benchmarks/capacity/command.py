"""`python -m benchmarks capacity PART`: what a site carries, and what breaks first.

Each part leaves a JSON file in `--home` (/tmp/capacity); `report` writes benchmarks/results/capacity.md from those there are.

- growth [--sizes N …] [--database own] [--rounds N]: the archive at 10³ … 10⁶ recordings, filled on from one size to the next
- pages [--rounds N]: wall times of its pages over HTTP at the size that the archive has by now, for a quiet machine
- queue [--recordings N] [--workers …] [--database own]: claims, heartbeats and results by 1, 2, 4 processes, without hearing
- hearing [--workers …]: samples heard by 1, 2, 4 real workers
- simulate: waiting time and busy share of the database for 1 … 1,000 workers, with what `queue` measured
- report: the tables

`--database own`: a PostgreSQL (and a Redis) of its own on 127.0.0.1, with fsync. A growth on it begins from nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.capacity import claims, growth, hearing, scenarios
from benchmarks.capacity.report import report
from benchmarks.capacity.servers import durable_servers
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS
from benchmarks.pages.command import SECRET_KEY, USERS, measured
from benchmarks.pages.load import serving
from web.kit.site import site_of
from web.models import Recording

HOME = Path("/tmp/capacity")  # noqa: S108  # a throw-away archive of 13 GiB
SIZES = (1_000, 10_000, 100_000, 1_000_000)
ARCHIVE = "archive"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks capacity")
    parser.add_argument("part", choices=("growth", "pages", "queue", "hearing", "simulate", "report"))
    parser.add_argument("--home", type=Path, default=HOME)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--database", choices=("", "own"), default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--recordings", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--copies", type=int, default=2, help="of each sample that is heard")
    chosen = parser.parse_args(arguments)
    chosen.home.mkdir(parents=True, exist_ok=True)
    head = heading(["capacity", *arguments])
    if chosen.part == "report":
        text = report(chosen.home)
        (RESULTS / "capacity.md").write_text(text, "utf-8")
        print(text)
        return 0
    parts = {"growth": _growth, "pages": _pages, "queue": _queue, "hearing": _hearing, "simulate": _simulate}
    with _addresses(chosen.database) as addresses:
        kind = "postgresql" if addresses else "sqlite"
        name = f"{chosen.part}-{kind}" if chosen.part in ("growth", "queue") else chosen.part
        for values in parts[chosen.part](chosen, addresses):  # kept after each step: the next may take long
            path = chosen.home / f"{name}.json"
            path.write_text(json.dumps({"head": head, **values}, ensure_ascii=False, indent=1), "utf-8")
            say(str(path))
    return 0


@contextlib.contextmanager
def _addresses(database: str) -> Iterator[Mapping[str, str]]:
    """Of the servers, by the names of the site's settings; none for SQLite."""
    if not database:
        yield {}
        return
    with durable_servers() as addresses:
        yield addresses


def _growth(chosen: argparse.Namespace, addresses: Mapping[str, str]) -> Iterator[dict[str, object]]:
    kind = "postgresql" if addresses else "sqlite"
    home = chosen.home / (f"{ARCHIVE}-{kind}" if addresses else ARCHIVE)
    app = growth.opened(home, addresses.get("database_url", ""))
    kept = chosen.home / f"growth-{kind}.json"
    known = json.loads(kept.read_text("utf-8"))["sizes"] if kept.exists() else []
    sizes = [one for one in known if one["recordings"] not in chosen.sizes]
    for count in sorted(chosen.sizes):
        size = growth.Size(count, kind, f"{datetime.now(UTC):%Y-%m-%d %H:%M}", os.getloadavg()[0])
        sizes.append(asdict(growth.measure(app, size, chosen.rounds, chosen.home)))
        yield {"sizes": sorted(sizes, key=lambda one: one["recordings"])}


def _pages(chosen: argparse.Namespace, _addresses: Mapping[str, str]) -> Iterator[dict[str, object]]:
    home = chosen.home / ARCHIVE
    app = growth.opened(home)
    with site_of(app).db.reading() as session:
        count = session.scalar(select(func.count()).select_from(Recording)) or 0
    kept = chosen.home / "pages.json"
    known = json.loads(kept.read_text("utf-8"))["sizes"] if kept.exists() else {}
    rows: list[tuple[str, str, float, float]] = []
    with serving(home, SECRET_KEY) as port:
        for who, path in growth.chosen(app):
            _, _, p50, p95, _ = measured(app, port, who, path, chosen.rounds)
            rows.append((who, growth.name_of(path), p50, p95))
    say(f"{USERS} users at once, {count:,} recordings")
    yield {"sizes": {**known, f"{count}": rows}}


def _queue(chosen: argparse.Namespace, addresses: Mapping[str, str]) -> Iterator[dict[str, object]]:
    rounds = claims.measure(chosen.home / "queue", chosen.recordings, chosen.workers, addresses)
    yield {"rounds": [asdict(one) for one in rounds]}


def _hearing(chosen: argparse.Namespace, _addresses: Mapping[str, str]) -> Iterator[dict[str, object]]:
    yield {"heard": [asdict(one) for one in hearing.measure(chosen.home, chosen.workers, chosen.copies)]}


def _simulate(chosen: argparse.Namespace, _addresses: Mapping[str, str]) -> Iterator[dict[str, object]]:
    made: dict[str, object] = {}
    for kind in ("sqlite", "postgresql"):
        path = chosen.home / f"queue-{kind}.json"
        if not path.exists():
            continue
        queue = json.loads(path.read_text("utf-8"))
        steps = scenarios.read(queue["rounds"][0]["steps"])
        written = scenarios.costs(steps, busy=busy(queue["head"]))
        days = scenarios.scenarios(written, arrivals=[n for n in scenarios.ARRIVALS if n in chosen.sizes])
        limits = {
            f"{name}{'' if looks else ', one worker looks'}": scenarios.most_recordings(
                written if looks else scenarios.without_looks(written), lengths
            )
            for name, lengths in (("visits", scenarios.VISITS), ("calls", scenarios.CALLS))
            for looks in (True, False)
        }
        made[kind] = {
            "from": queue["head"],
            "busy": busy(queue["head"]),
            "costs": asdict(written),
            "limits": limits,
            "scenarios": [asdict(one) for one in days],
        }
        yield {"kinds": made}


def busy(head: list[str]) -> bool:
    """Whether others used the machine when a report's head was written: a load of more than one before the run."""
    return any(
        float(line.partition("load before the run ")[2].split()[0]) > 1 for line in head if "load before" in line
    )
