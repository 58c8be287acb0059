"""Strangers at every door: hostile requests to all routes as all roles, and broken analyses through the import.

python -m benchmarks fuzz [MINUTES] [SEED]     ten minutes where nothing else is said; the suite sends about a minute's worth

The site is that of the tests with something on every page, on SQLite, or on the PostgreSQL that TESTS_DATABASE_URL names
(postgresql://postgres@127.0.0.1/postgres), which gets a database of its own for each round. Each round has a seed of its
own, printed with what it found:
`fuzz 0 SEED` runs that one round again.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import select

from analyzer.settings import ROOT, Settings
from benchmarks.fuzz.running import Found, fuzz_documents, fuzz_requests
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS
from benchmarks.kit.report import table
from tests.web import cast
from tests.web.data import analysis
from tests.web.furnished import Furniture, furnish
from tests.web.servers import POSTGRES, postgres_database
from web import create_app
from web.config import WebSettings
from web.kit.site import site_of
from web.migrations import upgrade
from web.models import Technician, User

NAMES = {"admin": "admin", "qa": "chen", "manager": "zhou", "technician": "wang"}
ROUNDS, DOCUMENTS = 4, 40  # a site


def main(arguments: list[str]) -> int:
    minutes = float(arguments[0]) if arguments else 10.0
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    until = time.monotonic() + 60 * minutes
    requests, documents, rounds = Found(), Found(), 0
    while rounds == 0 or time.monotonic() < until:
        of_its_own = postgres_database(f"tingjian_fuzz_{os.getpid()}") if POSTGRES else nullcontext("")
        with tempfile.TemporaryDirectory(prefix="tingjian-fuzz-") as folder, of_its_own as url:
            _round(Path(folder), WebSettings(database_url=url), seed + rounds, requests, documents)
        rounds += 1
        say(f"seed {seed + rounds - 1}: {requests.sent} requests, {documents.sent} documents and their pages, "
            f"{sum(requests.faults.values()) + sum(documents.faults.values())} faults")  # fmt: skip
    report = _report(arguments, seed, rounds, requests, documents)
    (RESULTS / ("fuzz-postgresql.md" if POSTGRES else "fuzz.md")).write_text(report, "utf-8")
    print(report)
    return int(bool(requests.faults or documents.faults))


def known_of(made: Furniture) -> tuple[str, ...]:
    """Ids and words that lead somewhere."""
    return (
        "1", "2", "3", str(made.visit), str(made.signed), str(made.waiting), str(made.order), str(made.technician),
        str(made.user), made.month, "property-visit", "greeting", "0" * 36, "00000000-0000-0000-0000-000000000000", "热水器",
    )  # fmt: skip


def _round(folder: Path, web: WebSettings, seed: int, requests: Found, documents: Found) -> None:
    settings = Settings(home=folder / "home", lexicons=ROOT / "lexicons")
    app = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "SECRET_KEY": "fuzz"}, settings, web)
    db = site_of(app).db
    upgrade(db.url)
    with db.writing() as session:
        cast.company(session)
    with db.reading() as session:
        users = {u.username: u for u in session.scalars(select(User))}
        staff = {t.staff_no: t for t in session.scalars(select(Technician))}
    people: dict[str, Any] = {role: users[name] for role, name in NAMES.items()}
    made = furnish(app, people | {"wang": staff["1001"], "li": staff["1002"]})
    for whole, found in (
        (requests, fuzz_requests(app, people, known_of(made), seed, ROUNDS)),
        (
            documents,
            fuzz_documents(app, people, [analysis("visit-03"), analysis("followup-02")], seed, DOCUMENTS, folder),
        ),
    ):
        whole.sent += found.sent
        whole.answers += found.answers
        whole.faults += found.faults
        whole.examples = {
            where: f"seed {seed}: {example}" for where, example in found.examples.items()
        } | whole.examples
    db.dispose()


def _report(arguments: list[str], seed: int, rounds: int, requests: Found, documents: Found) -> str:
    lines = ["# Strangers at every door", "", *heading(["fuzz", *arguments])]
    lines += [f"- on {'PostgreSQL' if POSTGRES else 'SQLite'}, seeds {seed} to {seed + rounds - 1}", ""]
    head = ["what was sent", "number", "answers", "errors of 500 and tracebacks"]
    rows = [
        ("requests to all routes as all roles", requests.sent, _counts(requests.answers), sum(requests.faults.values())),
        ("broken analyses, and the pages of those taken", documents.sent, _counts(documents.answers),
         sum(documents.faults.values())),
    ]  # fmt: skip
    lines += table(head, rows)
    for found in (requests, documents):
        lines += ["```", found.words, "```", ""] if found.faults else []
    return "\n".join(lines)


def _counts(answers: Counter[int]) -> str:
    return ", ".join(f"{code}: {count}" for code, count in sorted(answers.items()))
