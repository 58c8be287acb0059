"""`python -m benchmarks dryrun [--recordings N] [--measured N] [--whole]`: a draft over stored transcripts of the demo archive.

A home of its own is filled with copies of demo transcripts; the draft changes the greeting, which most visits have, so that
many recordings are judged twice. Processor time of slices is measured in this process after a warm one, as it does not depend
on who else works on the machine, and told for 10,000 transcripts on two cores. `--whole` lets the worker's two processes do
all of it, with the time on the wall and the seconds of a small page meanwhile.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import random
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

from flask import Flask

from analyzer.settings import ROOT, Settings
from web import create_app
from web.config import WebSettings
from web.db import Database
from web.demo.archive import SEED, generate
from web.demo.scoring import judge_transcript
from web.dryrun import runs
from web.dryrun.runs import Choice
from web.intake import rows
from web.kit.site import KEY, Site
from web.lexicon import drafts, yamltext
from web.migrations import upgrade
from web.models import Recording, RunState
from web.worker import dryrun

VISIT = "property-visit"
HELLO = ("items", "#greeting", "elements", "#hello", "phrases")
DISTINCT = 200  # transcripts; the rest are copies
GOAL, CORES, MINUTES = 10_000, 2, 10


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks dryrun")
    parser.add_argument("--recordings", type=int, default=400)
    parser.add_argument("--measured", type=int, default=200)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "bench-dryrun")
    chosen = parser.parse_args(arguments)
    shutil.rmtree(chosen.home, ignore_errors=True)
    (chosen.home / "web").mkdir(parents=True)
    settings, web = Settings(home=chosen.home), WebSettings()
    upgrade(web.database(settings.home))
    app = create_app({"TESTING": True, "SECRET_KEY": "bench"}, settings, web)
    here: Site = app.extensions[KEY]
    characters = _fill(here, chosen.recordings)
    print(f"{chosen.recordings} visits of the demo archive, {characters:.0f} characters each on average")
    run_id = _begin(here)
    dryrun.work(here, most=1)  # words, kernels and standards are loaded once a process
    slices = max(1, chosen.measured // runs.SLICE)
    begun, done = time.process_time(), _run(here.db, run_id)[0]
    dryrun.work(here, most=slices)
    count = _run(here.db, run_id)[0] - done
    each_s = (time.process_time() - begun) / count
    print(f"{count} of them: {1000 * each_s:.1f} ms of processor time each, reading and writing included")
    print(f"computed for {GOAL:,} on {CORES} cores: {GOAL * each_s / CORES / 60:.1f} min (aim: {MINUTES})")
    if chosen.whole:
        _whole(app, here, run_id)
    here.db.dispose()
    return 0


def _fill(here: Site, count: int) -> float:
    """Copies of demo visits, each judged as an import would be; return the mean number of characters."""
    archive = generate(SEED, dt.date(2026, 11, 22))
    facts = {order.order_no: order.facts for order in archive.orders}
    visits = [t for t in archive.transcripts if t.standard_id == VISIT]
    taken = random.Random(1).sample(visits, min(DISTINCT, count, len(visits)))
    documents = [judge_transcript(one, facts[one.order_no], here.settings) for one in taken]
    for first in range(0, count, 50):
        with here.db.writing() as session:
            for number in range(first, min(first + 50, count)):
                row = Recording(
                    sha256=hashlib.sha256(f"{number}".encode()).hexdigest(),
                    original_name=f"{number}.json",
                    size_bytes=1000,
                    source="import",
                    standard_id=VISIT,
                    recorded_on=dt.date(2026, 11, 1),
                )
                session.add(row)
                session.flush()
                rows.record_analysis(session, row.id, documents[number % len(documents)], "imported")
                session.expunge_all()
    return statistics.mean(sum(len(u["text"]) for u in document["transcript"]) for document in documents)


def _begin(here: Site) -> int:
    with here.db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, None)
        path = f"{VISIT}.yaml"
        text = yamltext.put(drafts.text_in(session, here, draft, path) or "", HELLO, ["尊敬的客户"])
        draft_id = drafts.save(session, here, draft.id, draft.revision, {path: text}, None, "问候语").id
    with here.db.reading() as session:
        pinned = runs.pinned(session, here, draft_id)
    with here.db.writing() as session:
        return runs.begin(session, pinned, Choice(), None).id


def _run(db: Database, run_id: int) -> tuple[int, int, RunState, dict[str, Any]]:
    with db.reading() as session:
        run = runs.run_of(session, run_id)
        return run.done, run.total, run.state, run.summary


def _whole(app: Flask, here: Site, run_id: int) -> None:
    watch, client, pages = dryrun.DryRuns(), app.test_client(), []
    done, total, state, _ = _run(here.db, run_id)
    begun, left = time.monotonic(), total - done
    while state is RunState.RUNNING:
        watch.look(here)
        asked = time.monotonic()
        client.get("/login").close()
        pages.append(time.monotonic() - asked)
        time.sleep(0.5)
        _, _, state, _ = _run(here.db, run_id)
    spent_s = time.monotonic() - begun
    print(f"the other {left} by the worker's processes: {spent_s:.0f} s ({state.value})")
    print(f"/login meanwhile: p50 {1000 * statistics.median(pages):.0f} ms, worst {1000 * max(pages):.0f} ms")
