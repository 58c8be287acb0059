"""`python -m benchmarks crowd [--minutes N]`: people who upload and people who look, at once, on 100,000 recordings.

Twenty clerks send ten recordings each, slice by slice, while thirty browsers ask for one page after another; with
`--minutes` they begin again until the time is over. The site is `flask serve` on the database of `benchmarks pages`, with
`--worker` a `flask worker` hears beside it what comes in. Whatever is not answered as it should be is an error; the memory
of all their processes is read once a minute.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import itertools
import json
import os
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from analyzer.settings import ROOT, Settings
from benchmarks.pages.command import SECRET_KEY, pages
from benchmarks.pages.load import serving, working
from tests.web.worker.kills import wav
from web import create_app
from web.config import WebSettings
from web.intake.storage import Storage
from web.kit.site import KEY
from web.migrations import upgrade
from web.models import Recording, User

SLICE = 256 * 1024
THINKING_S = (0.5, 3.0)  # between a page and the next
SIZE = 600_000  # bytes of a file: 37 s of sound, three slices


class Crowd:
    """What many threads count together."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.over = threading.Event()
        self.errors: Counter[str] = Counter()
        self.page_ms: list[float] = []
        self.uploaded: list[int] = []

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> bytes:
        """One answer on a connection of its own. Raises ConnectionError for any other than 200 or 201."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status not in (200, 201):
            raise ConnectionError(f"{answer.status}")
        return text

    def counted(self, what: str, act: Callable[[], None]) -> None:
        try:
            act()
        except (OSError, http.client.HTTPException, KeyError, ValueError) as error:
            self.errors[f"{what}: {type(error).__name__} {error}"[:120]] += 1

    def upload(self, headers: dict[str, str], name: str, content: bytes) -> None:
        """One file as the upload page sends it."""
        sends = {**headers, "Content-Type": "application/json"}
        told = {"name": name, "size": len(content), "modified": 0, "sample": hashlib.sha256(content).hexdigest()[:16]}
        begun = json.loads(self.ask("POST", "/api/uploads", sends, json.dumps(told).encode()))
        offset = int(begun["offset"])
        while offset < len(content):
            path = f"/api/uploads/{begun['id']}?offset={offset}"
            offset = int(json.loads(self.ask("PUT", path, headers, content[offset : offset + SLICE]))["offset"])
        details = json.dumps({"details": {"standard_id": "property-followup"}}).encode()
        done = json.loads(self.ask("POST", f"/api/uploads/{begun['id']}/finish", sends, details))
        self.uploaded.append(int(done["recording_id"]))

    def look(self, path: str, headers: dict[str, str]) -> None:
        begun = time.perf_counter()
        self.ask("GET", path, headers)
        self.page_ms.append(1000 * (time.perf_counter() - begun))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks crowd", description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "bench-pages", help="of `benchmarks pages`")
    parser.add_argument("--minutes", type=float, default=0.0, help="0: until every clerk has sent his files")
    parser.add_argument("--clerks", type=int, default=20)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--browsers", type=int, default=30)
    parser.add_argument("--worker", action="store_true", help="hear what comes in")
    chosen = parser.parse_args(arguments)
    web = WebSettings()
    settings = Settings(home=chosen.home)
    upgrade(web.database(settings.home))
    app = create_app({"SECRET_KEY": SECRET_KEY}, settings, web)
    with serving(chosen.home, SECRET_KEY) as port, working(chosen.home, SECRET_KEY) if chosen.worker else nullcontext():
        crowd = Crowd(port)
        memory = _run(crowd, app, chosen)
    lost = _lost(app, crowd.uploaded)
    print(_report(crowd, memory, chosen, lost), *_judged(app, crowd.uploaded), sep="\n")
    return int(bool(crowd.errors or lost))


def _run(crowd: Crowd, app: Flask, chosen: argparse.Namespace) -> list[tuple[float, int]]:
    """Let them all loose; return (minute, MiB of the site's processes)."""
    headers = {who: _headers(app, who) for who in ("qa", "manager", "technician", "admin")}
    asked = pages(app)

    def clerk(number: int) -> None:
        dice = random.Random(number)
        for file in itertools.count():
            if crowd.over.is_set() or (file >= chosen.files and not chosen.minutes):
                return
            content, name = wav(os.urandom(SIZE)), f"{number}-{file}-{time.time_ns()}.wav"
            crowd.counted("upload", partial(crowd.upload, headers["qa"], name, content))
            if chosen.minutes and file >= chosen.files:  # ten at once, then as a clerk would
                crowd.over.wait(dice.uniform(20, 60))

    def browser(number: int) -> None:
        dice = random.Random(1000 + number)
        while not crowd.over.wait(dice.uniform(*THINKING_S)):
            who, path = dice.choice(asked)
            crowd.counted(f"GET {path}", partial(crowd.look, path, headers[who]))

    clerks = [threading.Thread(target=clerk, args=(n,)) for n in range(chosen.clerks)]
    browsers = [threading.Thread(target=browser, args=(n,)) for n in range(chosen.browsers)]
    begun = time.monotonic()
    for thread in (*clerks, *browsers):
        thread.start()
    memory = []
    while (minute := (time.monotonic() - begun) / 60) < chosen.minutes or any(t.is_alive() for t in clerks):
        memory.append((minute, _site_mib()))
        if chosen.minutes and minute >= chosen.minutes:
            break
        time.sleep(min(60.0, max(1.0, 60 * (chosen.minutes - minute))))
    crowd.over.set()
    for thread in (*clerks, *browsers):
        thread.join()
    return [*memory, ((time.monotonic() - begun) / 60, _site_mib())]


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


def _judged(app: Flask, acknowledged: list[int]) -> Iterator[str]:
    """What has become of the recordings meanwhile: how many are in which state."""
    with app.extensions[KEY].db.reading() as reading:
        states = Counter(reading.scalars(select(Recording.state).where(Recording.id.in_(acknowledged))))
    yield "state of the uploads: " + ", ".join(f"{state.value} {count}" for state, count in states.most_common())


def _site_mib() -> int:
    """Memory of this process's descendants that is theirs alone (PSS), in MiB."""
    ours, kilobytes = {os.getpid()}, 0
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda p: int(p.name)):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent in ours:
                ours.add(int(folder.name))
                kilobytes += next(_pss(folder))
        except (OSError, StopIteration):  # it has ended meanwhile
            continue
    return kilobytes // 1024


def _pss(folder: Path) -> Iterator[int]:
    for line in (folder / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            yield int(line.split()[1])


def _report(crowd: Crowd, memory: list[tuple[float, int]], chosen: argparse.Namespace, lost: int) -> str:
    times = sorted(crowd.page_ms)
    lines = [
        f"{chosen.clerks} clerks, {chosen.browsers} browsers, {memory[-1][0]:.1f} minutes",
        f"uploads acknowledged: {len(crowd.uploaded)}, of them lost: {lost}",
        f"pages: {len(times)}, p50 {statistics.median(times):.0f} ms, p95 {times[int(0.95 * len(times))]:.0f} ms",
        f"errors: {sum(crowd.errors.values())}",
        *(f"  {count} × {what}" for what, count in crowd.errors.most_common(10)),
        "memory of the site (MiB by minute): " + ", ".join(f"{minute:.0f}: {mib}" for minute, mib in memory),
    ]
    return "\n".join(lines)
