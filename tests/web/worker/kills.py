"""Kills site and worker at random instants while files come in, and then counts: nothing acknowledged may be lost or done twice.

python -m tests.web.worker.kills HOME [KILLS] [SEED] [servers]

With `servers` the site stands on a PostgreSQL and a Redis of its own, which are killed as well (own_servers.py).

Real processes, as in real use: the site under waitress, taking files slice by slice; a worker with spawned children
(quick ones, `stubs.child`). They are forked from this process, which has imported everything, so that a hundred
starts fit into a minute. This module imports little at the top, because the worker's children import it again.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from tests.web.worker.own_servers import FILE, Servers, own_servers

LEASE_S = 5
SLICES = 2
KEY = "kills"
PAUSES = 2.0  # the longest pause between two kills, in units of what a file needs from the start to its result
WORKER_SHARE = 0.45  # of the kills; the rest hit the site
SERVER_SHARE = 0.4  # of the kills, where there are servers of its own: half PostgreSQL, half Redis
MOST_UNIT_S = 2.0
MOST_S = 150.0
DRAIN_S = 90.0
ORPHAN_S = 10.0  # a child looks for its parent once a second


def settings(home: Path) -> Any:
    """Return the site of a home."""
    from analyzer.settings import ROOT, Settings
    from web.config import WebSettings
    from web.kit.site import open_site

    named = home / FILE
    servers = json.loads(named.read_text()) if named.exists() else {}
    web = WebSettings(lease_seconds=LEASE_S, min_free_bytes=0, **servers)
    made = Settings(home=home, lexicons=ROOT / "lexicons")
    return open_site(made, web)


def run_site(home: Path, port: int) -> None:
    """Serve the site."""
    import waitress

    from web import create_app

    here = settings(home)
    app = create_app({"WTF_CSRF_ENABLED": False, "SECRET_KEY": KEY}, here.settings, here.web)
    waitress.serve(app, host="127.0.0.1", port=port, threads=4, ident=None, _quiet=True)


def run_worker(home: Path) -> None:
    """Work."""
    from tests.web.worker import stubs
    from web import create_app
    from web.worker.supervisor import Supervisor

    here = settings(home)
    Supervisor(create_app({"SECRET_KEY": KEY}, here.settings, here.web), stubs.child, []).run()


def run_client(home: Path, port: int, seed: int) -> None:
    """Upload files until told to stop; write down what the site has acknowledged. Broken connections are tried again."""
    chance = random.Random(seed)
    headers = {"Cookie": cookie(home)}
    acknowledged = (home / "acknowledged").open("a")
    number = 0
    while not (home / "stop").exists():
        number += 1
        content = wav(chance.randbytes(4000))
        recording_id = insist(lambda c=content, n=number: upload(port, headers, f"第{n}段.wav", c))  # type: ignore[misc]
        acknowledged.write(json.dumps([recording_id, hashlib.sha256(content).hexdigest()]) + "\n")
        acknowledged.flush()
        if number == 1:
            insist(lambda i=recording_id: judged(home, i))  # type: ignore[misc]
            (home / "judged").touch()
        elif chance.random() < 0.3:
            insist(lambda i=recording_id: rejudge(home, i))  # type: ignore[misc]
        time.sleep(chance.uniform(0.0, 0.1))


def upload(port: int, headers: dict[str, str], name: str, content: bytes) -> int:
    """Send one file as the upload page does, from the offset that the site has confirmed; return its recording."""
    told = {"name": name, "size": len(content), "modified": 0, "sample": hashlib.sha256(content).hexdigest()[:16]}
    begun = ask(port, headers, "POST", "/api/uploads", json.dumps(told).encode())
    size = len(content) // SLICES + 1
    offset = begun["offset"]
    while offset < len(content):
        answer = ask(
            port, headers, "PUT", f"/api/uploads/{begun['id']}?offset={offset}", content[offset : offset + size]
        )
        offset = answer["offset"]
    details = json.dumps({"details": {"standard_id": "property-followup"}}).encode()
    return int(ask(port, headers, "POST", f"/api/uploads/{begun['id']}/finish", details)["recording_id"])


def ask(port: int, headers: dict[str, str], method: str, path: str, body: bytes) -> dict[str, Any]:
    """Return the JSON of an answer. Raises OSError, HTTPException; AssertionError for a refusal."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, {**headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 503:
            raise ConnectionError(f"{method} {path}: the site says to come again")
        assert answer.status < 400, f"{method} {path}: {answer.status} {text.decode()[:300]}"
        found: dict[str, Any] = json.loads(text)
        return found
    finally:
        connection.close()


def insist(act: Callable[[], int]) -> int:
    """Do something until the site answers."""
    while True:
        try:
            return act()
        except (OSError, http.client.HTTPException, SQLAlchemyError):
            time.sleep(0.03)


def rejudge(home: Path, recording_id: int) -> int:
    """Ask for a new judgement, as a page does."""
    from web.intake import rejudge as judging
    from web.queue import doorbell

    here = settings(home)
    with here.db.writing() as session:
        job_id = judging.request(session, recording_id, "核对", None)
    doorbell.ring(here)
    here.db.dispose()
    return job_id


def judged(home: Path, recording_id: int) -> int:
    """Wait until a recording has been judged."""
    from web.models import Recording

    here = settings(home)
    while True:
        with here.db.reading() as session:
            if session.get_one(Recording, recording_id).analysis_id is not None:
                return recording_id
        time.sleep(0.05)


def cookie(home: Path) -> str:
    """Return the session cookie of the clerk."""
    from web import create_app
    from web.kit.cookies import SessionCookies
    from web.models import User

    here = settings(home)
    with here.db.reading() as session:
        user = session.query(User).filter_by(username="chen").one()
    app = create_app({"SECRET_KEY": KEY}, here.settings, here.web)
    signer = SessionCookies().get_signing_serializer(app)
    assert signer is not None
    return f"tingjian={signer.dumps({'_user_id': f'{user.id}.{user.session_epoch}', '_fresh': True})}"


def wav(samples: bytes) -> bytes:
    """Return a recording of noise: a file of its own."""
    size = len(samples)
    return (
        b"RIFF"
        + (36 + size).to_bytes(4, "little")
        + b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"
        b"data" + size.to_bytes(4, "little") + samples
    )


def fork(act: Callable[[], None], log: Path) -> int:
    """Run something in a process of its own; return its id."""
    pid = os.fork()
    if pid:
        return pid
    with contextlib.suppress(KeyboardInterrupt):
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        try:
            act()
        except BaseException:
            import traceback

            traceback.print_exc()
    os._exit(0)


def prepare(home: Path) -> None:
    """Make the database with its people, and import what the processes need."""
    import web.app
    import web.worker.supervisor  # so that a forked worker has it at once
    from tests.web import cast
    from web.kit.standards import standards
    from web.migrations import upgrade

    (home / "web").mkdir(parents=True)
    here = settings(home)
    web.app.create_app({"SECRET_KEY": KEY}, here.settings, here.web)  # imports every feature
    standards(here.settings.lexicons)  # read once, known to every site forked from here
    upgrade(here.db.url)
    with here.db.writing() as session:
        cast.company(session)
    here.db.dispose()


def kill(home: Path, kills: int, seed: int, servers: Servers | None = None) -> dict[str, Any]:
    """Run the whole play; return what was counted."""
    chance = random.Random(seed)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    prepare(home)
    log = home / "log"
    starts = {"site": lambda: run_site(home, port), "worker": lambda: run_worker(home)}
    running = {name: fork(act, log) for name, act in starts.items()}
    client = fork(lambda: run_client(home, port, seed), home / "client.log")
    killed: Counter[str] = Counter()
    begun = time.monotonic()
    while not (home / "judged").exists():
        if time.monotonic() - begun > MOST_S:
            raise TimeoutError("no file was judged")
        time.sleep(0.02)
    unit_s = min(MOST_UNIT_S, time.monotonic() - begun)
    # on a busy machine the kills come faster than the work: go on until there was something to lose
    while killed.total() < kills or (lines(home) < kills / 2 and time.monotonic() - begun < MOST_S):
        time.sleep(chance.uniform(0.0, PAUSES * unit_s))
        if servers is not None and chance.random() < SERVER_SHARE:
            server = chance.choice(servers.names)
            servers.kill(server)
            killed[server] += 1
            continue
        victim = "worker" if chance.random() < WORKER_SHARE else "site"
        os.kill(running[victim], signal.SIGKILL)
        os.waitpid(running[victim], 0)
        killed[victim] += 1
        running[victim] = fork(starts[victim], log)
    killing_s = time.monotonic() - begun
    (home / "stop").touch()
    os.waitpid(client, 0)
    waited_s = drain(home)
    os.kill(running["worker"], signal.SIGTERM)
    os.waitpid(running["worker"], 0)
    os.kill(running["site"], signal.SIGKILL)
    os.waitpid(running["site"], 0)
    return {
        "killed": dict(killed),
        "unit_s": round(unit_s, 2),
        "killing_s": round(killing_s, 1),
        "drained_s": round(waited_s, 1),
        **counts(home),
    }


def lines(home: Path) -> int:
    """Return how many uploads have been acknowledged so far."""
    path = home / "acknowledged"
    return path.read_text().count("\n") if path.exists() else 0


def drain(home: Path) -> float:
    """Wait until all work has ended; what was set aside is tried again, as a clerk would. Return the seconds."""
    from web import queue
    from web.models import Job, JobState, Recording, RecordingState

    here = settings(home)
    begun = moved = time.monotonic()
    before = -1
    while time.monotonic() - moved < DRAIN_S:  # as long as it takes, while anything moves
        with here.db.writing() as session:
            for row in session.query(Recording).filter_by(state=RecordingState.SET_ASIDE):
                queue.retry(session, row.id)
            left = session.query(Job).filter(Job.state.in_((JobState.QUEUED, JobState.RUNNING))).count()
        if not left:
            break
        if left != before:
            before, moved = left, time.monotonic()
        time.sleep(0.2)
    here.db.dispose()
    return time.monotonic() - begun


def counts(home: Path) -> dict[str, Any]:
    """Count what is there against what was acknowledged."""
    from sqlalchemy import text

    from web.intake.storage import digest_of, open_storage
    from web.kit import audit
    from web.models import Analysis, AuditEntry, Job, JobState, Recording, RecordingState

    here = settings(home)
    storage = open_storage(here.web, home)
    acknowledged = [json.loads(line) for line in (home / "acknowledged").read_text().splitlines()]
    with here.db.reading() as session:
        rows = {r.id: r for r in session.query(Recording)}
        analyses = Counter(r.recording_id for r in session.query(Analysis.recording_id))
        done = Counter(r.recording_id for r in session.query(Job.recording_id).filter_by(state=JobState.DONE))
        received = Counter(
            r.object_id for r in session.query(AuditEntry.object_id).filter_by(action="recording.received")
        )
        found = {
            "acknowledged": len(acknowledged),
            "recordings": len(rows),
            "lost": sum(i not in rows or rows[i].sha256 != sha for i, sha in acknowledged),
            "audio_lost": sum(
                not storage.exists(r.stored_key) or digest_of(storage.path(r.stored_key) or home) != r.sha256
                for r in rows.values()
            ),
            "doubled": len(rows) - len({r.sha256 for r in rows.values()}),
            "not_judged": sum(r.state is not RecordingState.JUDGED for r in rows.values()),
            "analyses": analyses.total(),
            "analyses_without_their_job": sum(analyses[i] != done[i] for i in rows),
            "interrupted": session.query(Job).filter(Job.deaths > 0).count(),
            "set_aside": session.query(Job).filter_by(state=JobState.SET_ASIDE).count(),
            "failed": session.query(Job).filter_by(state=JobState.FAILED).count(),
            "told_twice": sum(n != 1 for n in received.values()) + abs(len(received) - len(rows)),
            "audit_broken": len(list(audit.broken_links(session))),
            "integrity": session.execute(text("PRAGMA integrity_check")).scalar() if here.db.is_sqlite else "ok",
            "foreign_keys": len(session.execute(text("PRAGMA foreign_key_check")).all()) if here.db.is_sqlite else 0,
        }
    here.db.dispose()
    pids = [int(p.name.removeprefix("child-")) for p in home.glob("child-*")]
    deadline = time.monotonic() + ORPHAN_S
    while (left := [pid for pid in pids if not zombie(pid)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return {**found, "children": len(pids), "orphans": len(left)}


def zombie(pid: int) -> bool:
    """Whether a process has ended and only waits to be buried."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def main() -> int:
    """Run from the command line."""
    home = Path(sys.argv[1])
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    if sys.argv[4:] == ["servers"]:
        with own_servers(home) as servers:
            found = kill(home, kills, seed, servers)
    else:
        found = kill(home, kills, seed)
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
