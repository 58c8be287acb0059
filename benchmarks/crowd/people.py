"""Who uses the site at once: clerks who upload, browsers that look, reviewers who decide and sign, somebody who exports."""

from __future__ import annotations

import hashlib
import http.client
import itertools
import json
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode

from analyzer.settings import ROOT
from tests.web.worker.kills import wav

SLICE = 256 * 1024
SIZE = 600_000  # bytes of a file of noise: 37 s of sound, three slices
PATIENCE_S = 120  # of a client for an answer: without one in this time the client gives up, which is told apart
REFUSED = (409, 422)  # somebody was first, or something is still open: an answer, and none of the errors
CLAUSE = re.compile(r'/verdicts/([\w-]+)[^"]*"(?:(?!</form>).)*?name="seen" value="([^"]*)"', re.DOTALL)
REVISION = re.compile(r'name="revision" value="(\d+)"')


class WrongAnswerError(Exception):
    """An answer that should not have come: a status of the site's."""


@dataclass
class Crowd:
    """What many threads count together."""

    port: int
    over: threading.Event = field(default_factory=threading.Event)
    requests: Counter[int] = field(default_factory=Counter)  # by status
    errors: Counter[str] = field(default_factory=Counter)  # of the site
    gave_up: Counter[str] = field(default_factory=Counter)  # clients
    acts: Counter[str] = field(default_factory=Counter)
    page_ms: list[float] = field(default_factory=list)
    uploaded: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, bytes]:
        """One answer on a connection of its own. Raises WrongAnswerError for one that should not come, or OSError."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        self.requests[answer.status] += 1
        redirected = (
            method == "POST" and answer.status in (302, 303) and "login" not in (answer.getheader("Location") or "")
        )
        if answer.status not in (200, 201) and not redirected and not (method == "POST" and answer.status in REFUSED):
            raise WrongAnswerError(f"{answer.status} to {method}")
        return answer.status, text

    def counted(self, what: str, act: Callable[[], object]) -> None:
        """Do something; an error is counted by its kind and kept with its moment."""
        try:
            act()
        except TimeoutError:
            self.gave_up[f"{what}: no answer in {PATIENCE_S} s"] += 1
        except (OSError, http.client.HTTPException, WrongAnswerError, KeyError, ValueError) as error:
            kind = f"{what}: {type(error).__name__} {error}"[:160]
            self.errors[kind] += 1
            self.examples.append(f"{datetime.now(UTC):%H:%M:%S} {kind}")
            print(self.examples[-1], flush=True)

    def upload(self, headers: dict[str, str], name: str, content: bytes) -> None:
        """One file as the upload page sends it."""
        sends = {**headers, "Content-Type": "application/json"}
        told = {"name": name, "size": len(content), "modified": 0, "sample": hashlib.sha256(content).hexdigest()[:16]}
        begun = json.loads(self.ask("POST", "/api/uploads", sends, json.dumps(told).encode())[1])
        offset = int(begun["offset"])
        while offset < len(content):
            path = f"/api/uploads/{begun['id']}?offset={offset}"
            offset = int(json.loads(self.ask("PUT", path, headers, content[offset : offset + SLICE])[1])["offset"])
        details = json.dumps({"details": {"standard_id": "property-followup"}}).encode()
        done = json.loads(self.ask("POST", f"/api/uploads/{begun['id']}/finish", sends, details)[1])
        self.uploaded.append(int(done["recording_id"]))

    def look(self, path: str, headers: dict[str, str]) -> bytes:
        begun = time.perf_counter()
        _, text = self.ask("GET", path, headers)
        self.page_ms.append(1000 * (time.perf_counter() - begun))
        return text

    def decide(self, recording_id: int, dice: random.Random, headers: dict[str, str]) -> None:
        """Open a recording and answer one clause as its form does."""
        page = self.look(f"/recordings/{recording_id}", headers).decode()
        if not (clauses := CLAUSE.findall(page)):
            raise ValueError("no clause on the page")
        item, seen = dice.choice(clauses)
        wish = {"do": "set", "verdict": "met", "note": "听到了", "seen": seen}
        self._post(f"/recordings/{recording_id}/verdicts/{item}", wish, headers)

    def sign(self, recording_id: int, headers: dict[str, str]) -> None:
        """Leave the rest to the machine, and sign."""
        for act in ("verdicts", "sign"):
            if not (found := REVISION.search(self.look(f"/recordings/{recording_id}", headers).decode())):
                return
            self._post(f"/recordings/{recording_id}/{act}", {"revision": found[1]}, headers)

    def _post(self, path: str, form: dict[str, str], headers: dict[str, str]) -> None:
        sends = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        status, _ = self.ask("POST", path, sends, urlencode(form).encode())
        self.acts[f"{path.rsplit('/', 1 + ('verdicts/' in path))[1]} {status}"] += 1


@dataclass(frozen=True)
class Plan:
    """How many there are, and how long they think: `calm` times as long as busy people do."""

    headers: dict[str, dict[str, str]]
    pages: Sequence[tuple[str, str]]
    unsigned: Sequence[int]
    clerks: int
    files: int
    browsers: int
    reviewers: int
    calm: float
    endless: bool


def people(crowd: Crowd, plan: Plan) -> tuple[list[threading.Thread], list[threading.Thread]]:
    """(clerks, all others), not started. Clerks end after their files unless it is `endless`, the others when it is over."""
    spoken = [path.read_bytes() for path in sorted((ROOT / "samples" / "demo").glob("*/*.opus"))]

    def wait(dice: random.Random, least_s: float, most_s: float) -> bool:
        return crowd.over.wait(plan.calm * dice.uniform(least_s, most_s))

    def clerk(number: int) -> None:
        dice = random.Random(number)
        for file in itertools.count():
            if crowd.over.is_set() or (file >= plan.files and not plan.endless):
                return
            name, content = f"{number}-{file}-{time.time_ns()}", wav(os.urandom(SIZE))
            if spoken and file % 10 == 5:  # a call to be heard
                content = dice.choice(spoken) + os.urandom(8)
            crowd.counted("upload", partial(crowd.upload, plan.headers["qa"], f"{name}.wav", content))
            if plan.endless and file >= plan.files:  # the first at once, then as a clerk would
                wait(dice, 20, 60)

    def browser(number: int) -> None:
        dice = random.Random(1000 + number)
        while not wait(dice, 0.5, 3.0):
            who, path = dice.choice(plan.pages)
            crowd.counted(f"GET {path}", partial(crowd.look, path, plan.headers[who]))

    def reviewer(number: int) -> None:
        dice = random.Random(2000 + number)
        while not wait(dice, 5, 20):
            chosen = dice.choice(plan.unsigned)
            crowd.counted("decide", partial(crowd.decide, chosen, dice, plan.headers["qa"]))
            if dice.random() < 0.3:
                crowd.counted("sign", partial(crowd.sign, chosen, plan.headers["qa"]))

    def exporter() -> None:
        dice = random.Random(3000)
        while not wait(dice, 60, 120):
            path = "/recordings/export.csv?when=week"
            crowd.counted("export", partial(crowd.ask, "GET", path, plan.headers["qa"]))

    made = [threading.Thread(target=clerk, args=(n,)) for n in range(plan.clerks)]
    others = [threading.Thread(target=browser, args=(n,)) for n in range(plan.browsers)]
    others += [threading.Thread(target=reviewer, args=(n,)) for n in range(plan.reviewers)]
    return made, [*others, threading.Thread(target=exporter)]
