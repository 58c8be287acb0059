"""`python -m benchmarks crowd [--minutes N] [--worker]`: people who upload, look, decide and export at once on 100,000 recordings.

Twenty clerks send ten recordings each, slice by slice, while thirty browsers ask for one page after another, reviewers
decide and sign, and somebody exports; with `--minutes` they go on until the time is over, or until SIGTERM. The site is
`flask serve` on the database of `benchmarks pages`; with `--worker` a `flask worker` hears beside it what comes in.

Whatever is not answered as it should be is an error; a client that got no answer in 120 s is counted apart. Memory is
read once a minute. Half an hour and more is written to benchmarks/results/crowd.md.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select

from analyzer.settings import ROOT, Settings
from benchmarks.crowd.memory import SETTLED_MINUTES, Sample, load, sample, slope
from benchmarks.crowd.people import PATIENCE_S, Crowd, Plan, people
from benchmarks.kit.machine import heading
from benchmarks.kit.places import RESULTS
from benchmarks.pages.command import SECRET_KEY, pages
from benchmarks.pages.load import serving, working
from web import create_app
from web.config import WebSettings
from web.intake.storage import Storage
from web.kit.site import KEY
from web.migrations import upgrade
from web.models import Recording, RecordingState, ReviewState, User


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks crowd", description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "bench-pages", help="of `benchmarks pages`")
    parser.add_argument("--minutes", type=float, default=0.0, help="0: until every clerk has sent his files")
    parser.add_argument("--clerks", type=int, default=20)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--browsers", type=int, default=30)
    parser.add_argument("--reviewers", type=int, default=4)
    parser.add_argument("--calm", type=float, default=1.0, help="people think so many times as long")
    parser.add_argument("--worker", action="store_true", help="hear what comes in")
    chosen = parser.parse_args(arguments)
    head = heading(["crowd", *arguments])
    web, settings = WebSettings(), Settings(home=chosen.home)
    upgrade(web.database(settings.home))
    app = create_app({"SECRET_KEY": SECRET_KEY}, settings, web)
    with serving(chosen.home, SECRET_KEY) as port, working(chosen.home, SECRET_KEY) if chosen.worker else nullcontext():
        crowd = Crowd(port)
        signal.signal(signal.SIGTERM, lambda *_: crowd.over.set())
        samples = _run(crowd, _plan(app, chosen), chosen.minutes)
    lost = _lost(app, crowd.uploaded)
    report = "\n".join([*head, "", *_report(crowd, samples, chosen, lost, _judged(app, crowd.uploaded))]) + "\n"
    print(report)
    if samples[-1].minute >= 30:
        (RESULTS / "crowd.md").write_text("# An hour of mixed load at 100,000 recordings\n\n" + report, "utf-8")
    return int(bool(crowd.errors or lost))


def _plan(app: Flask, chosen: argparse.Namespace) -> Plan:
    with app.extensions[KEY].db.reading() as reading:
        unsigned = reading.scalars(
            select(Recording.id)
            .where(
                Recording.review_state == ReviewState.OPEN,
                Recording.state == RecordingState.JUDGED,
                Recording.reviewer_id.is_(None),
            )
            .order_by(Recording.id.desc())
            .limit(20_000)
        ).all()
    headers = {who: _headers(app, who) for who in ("qa", "manager", "technician", "admin")}
    return Plan(
        headers, pages(app), unsigned, chosen.clerks, chosen.files, chosen.browsers, chosen.reviewers, chosen.calm,
        endless=bool(chosen.minutes),
    )  # fmt: skip


def _run(crowd: Crowd, plan: Plan, minutes: float) -> list[Sample]:
    """Let them all loose, and read the memory once a minute."""
    clerks, others = people(crowd, plan)
    begun = time.monotonic()
    for thread in (*clerks, *others):
        thread.start()
    samples: list[Sample] = []
    while not crowd.over.is_set() and (plan.endless or any(thread.is_alive() for thread in clerks)):
        minute = (time.monotonic() - begun) / 60
        samples.append(sample(minute, len(crowd.page_ms), sum(crowd.errors.values())))
        print(samples[-1], f"uploads={len(crowd.uploaded)} load={load():.1f}", flush=True)
        if minutes and minute >= minutes:
            break
        crowd.over.wait(min(60.0, max(1.0, 60 * (minutes - minute))) if minutes else 5.0)
    crowd.over.set()
    for thread in (*clerks, *others):
        thread.join()
    return [*samples, sample((time.monotonic() - begun) / 60, len(crowd.page_ms), sum(crowd.errors.values()))]


def _headers(app: Flask, who: str) -> dict[str, str]:
    """The cookie and the token of a user's browser."""
    with app.extensions[KEY].db.reading() as reading:
        user = reading.scalars(select(User).where(User.username == who)).one()
    with app.test_request_context():
        session.update({"_user_id": f"{user.id}.{user.session_epoch}", "_fresh": True})
        token = generate_csrf()
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # of cookies
        return {"Cookie": f"tingjian={signer.dumps(dict(session))}", "X-CSRFToken": token}


def _lost(app: Flask, acknowledged: list[int]) -> int:
    """How many recordings that the site has acknowledged are not in the database, or have no file."""
    here = app.extensions[KEY]
    storage = Storage(here.web.storage(here.settings.home))
    with here.db.reading() as reading:
        rows = reading.scalars(select(Recording).where(Recording.id.in_(acknowledged)))
        kept = sum(storage.exists(row.stored_key) for row in rows)
    return len(set(acknowledged)) - kept


def _judged(app: Flask, acknowledged: list[int]) -> str:
    """What has become of the recordings meanwhile: how many are in which state."""
    with app.extensions[KEY].db.reading() as reading:
        rows = reading.execute(
            select(Recording.state, func.count()).where(Recording.id.in_(acknowledged)).group_by(Recording.state)
        )
        states = Counter({state.value: count for state, count in rows})
    return ", ".join(f"{state} {count}" for state, count in states.most_common())


def _report(crowd: Crowd, samples: list[Sample], chosen: argparse.Namespace, lost: int, states: str) -> list[str]:
    times = sorted(crowd.page_ms)
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(crowd.requests.items()))
    lines = [
        f"- {chosen.clerks} clerks, {chosen.browsers} browsers, {chosen.reviewers} reviewers, one who exports; "
        f"{samples[-1].minute:.1f} minutes; load of the machine at the end {load():.1f}",
        f"- answers: {sum(crowd.requests.values()):,} ({answers})",
        f"- uploads acknowledged: {len(crowd.uploaded)}, of them lost: {lost}; their state at the end: {states}",
        "- decisions and signatures: " + ", ".join(f"{act}: {n}" for act, n in sorted(crowd.acts.items())),
        f"- pages: {len(times):,}, p50 {statistics.median(times):.0f} ms, p95 {times[int(0.95 * len(times))]:.0f} ms, "
        f"longest {times[-1]:.0f} ms",
        f"- **errors of the site: {sum(crowd.errors.values())}**",
        *(f"  - {count} × {what}" for what, count in crowd.errors.most_common(10)),
        f"- clients that gave up after {PATIENCE_S} s: {sum(crowd.gave_up.values())}",
        *(f"  - {count} × {what}" for what, count in crowd.gave_up.most_common(10)),
        "",
        "| minute | site RSS MiB | site PSS MiB | worker RSS MiB | its children RSS MiB | pages so far | errors so far |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {s.minute:.0f} | {s.site} | {s.site_pss} | {s.worker} | {s.children} | {s.pages:,} | {s.errors} |"
        for number, s in enumerate(samples)
        if number % 5 == 0 or number == len(samples) - 1
    ]
    slopes = [
        f"{name} {found:+.0f}"
        for name, found in (
            ("site PSS", slope(samples, "site_pss")),
            ("worker RSS", slope(samples, "worker")),
            ("its children", slope(samples, "children")),
        )
        if found is not None
    ]
    if slopes:
        lines += ["", f"Slope from minute {SETTLED_MINUTES:.0f} on, MiB an hour: {', '.join(slopes)}."]
    return lines
