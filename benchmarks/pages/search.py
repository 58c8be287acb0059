"""`python -m benchmarks search [--recordings N] [--home DIR] [--rounds N]`: the search and Ctrl+K alone, filled in a minute.

Recordings here have people, orders and talks, and no verdicts: what the search does not read. `benchmarks pages` asks the
same addresses on the whole archive. Times over HTTP as there, and in this process, where they are given as processor time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import time
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select

from analyzer.settings import ROOT, Settings
from benchmarks.pages.command import SECRET_KEY, USERS, measured, pages, signed_in
from benchmarks.pages.fill import BEGIN, CHUNK, DAYS, KINDS, TECHNICIANS, add_people
from benchmarks.pages.load import serving
from benchmarks.pages.talk import put_talks
from web import create_app
from web.config import WebSettings
from web.kit.site import KEY, Site
from web.migrations import upgrade
from web.models import Recording, RecordingState, ReviewState, WorkOrder

ASKED = ("/search", "/palette")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks search")
    parser.add_argument("--recordings", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "bench-search")
    chosen = parser.parse_args(arguments)
    (chosen.home / "web").mkdir(parents=True, exist_ok=True)
    settings, web = Settings(home=chosen.home), WebSettings()
    upgrade(web.database(settings.home))
    app = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "SECRET_KEY": SECRET_KEY}, settings, web)
    begun = time.process_time()
    _fill(app.extensions[KEY], chosen.recordings)
    print(f"{chosen.recordings:,} recordings; filled in {time.process_time() - begun:.0f} s of processor time\n")
    print(f"| page | as | p50 ms | p95 ms | queries | alone: p50 ms of processor |\n| --- | --- |{' ---: |' * 4}")
    with serving(chosen.home, SECRET_KEY) as port:
        for who, path in pages(app):
            if path.startswith(ASKED):
                _, _, p50, p95, queries = measured(app, port, who, path, chosen.rounds)
                print(f"| `{path}` | {who} | {p50:.0f} | {p95:.0f} | {queries} | {_alone(app, who, path):.0f} |")
    print(f"\n{USERS} users at once without a pause.")
    return 0


def _alone(app: Flask, who: str, path: str, rounds: int = 9) -> float:
    client = app.test_client()
    with client.session_transaction() as stored:
        stored.update(signed_in(app, who))
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        client.get(path).close()
        times.append(1000 * (time.process_time() - begun))
    return statistics.median(times)


def _fill(here: Site, count: int) -> None:
    with here.db.reading() as session:
        there = session.scalar(select(func.count()).select_from(Recording)) or 0
    if not there:
        add_people(here)
    for first in range(there, count, CHUNK):
        dice = random.Random(first)
        orders, recordings = zip(*(_row(dice, first + n) for n in range(1, min(CHUNK, count - first) + 1)), strict=True)
        with here.db.writing() as session:
            session.execute(insert(WorkOrder), list(orders))
            session.execute(insert(Recording), list(recordings))
            put_talks(session, first + 1, len(recordings))


def _row(dice: random.Random, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    at = BEGIN + dt.timedelta(days=number * DAYS // 100_000 % DAYS, minutes=dice.randrange(600))
    technician = dice.randrange(TECHNICIANS) + 1
    order = {
        "id": number, "order_no": f"WO-{number}", "technician_id": technician, "job_kind": dice.choice(KINDS), "facts": {},
        "created_at": at,
    }  # fmt: skip
    recording = {
        "id": number, "sha256": str(number), "original_name": f"上门_{number}.mp3", "size_bytes": 1_000_000, "source": "import",
        "uploaded_at": at, "standard_id": dice.choice(("property-visit", "property-followup")), "facts": {}, "roles": {},
        "technician_id": technician, "work_order_id": number, "recorded_at": at, "recorded_on": at.date(), "duration_s": 600.0,
        "state": RecordingState.JUDGED, "review_state": ReviewState.SIGNED if dice.random() < 0.3 else ReviewState.OPEN,
        "score": 80.0, "machine_score": 80.0, "risk": dice.random(),
    }  # fmt: skip
    return order, recording
