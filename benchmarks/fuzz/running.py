"""Sends requests as every role and documents through the import, and keeps what broke."""

from __future__ import annotations

import hashlib
import random
import secrets
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, func, select

from benchmarks.fuzz import hostile
from benchmarks.fuzz.requests import Maker, Sent
from web.api import tokens
from web.api.scopes import SCOPES
from web.config import AnalyzerError
from web.db import now
from web.intake.details import Details
from web.kit.login import viewer_of
from web.kit.programs import API
from web.kit.site import site_of
from web.links import keep as links
from web.models import ApiToken, Base, Recording, ReviewState, User
from web.summaries import keep
from web.uploads import transcripts

ROLES = ("admin", "qa", "manager", "technician", "")  # the last: nobody has logged in
FRAMES = 3  # of a traceback, to tell it from others


@dataclass
class Found:
    """What was sent and what broke: by place of the fault, one example each."""

    sent: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def fault(self, where: str, example: object, trace: str = "") -> None:
        self.faults[where] += 1
        self.examples.setdefault(where, f"{example!r:.600}\n{trace}")

    @property
    def words(self) -> str:
        return "\n\n".join(f"{count} × {where}\n{self.examples[where]}" for where, count in self.faults.most_common())


@dataclass
class Browsers:
    """A browser of each role. What a request does to its account (a new password, no rights) is undone."""

    app: Flask
    people: dict[str, Any]
    _kept: dict[str, tuple[FlaskClient, str]] = field(default_factory=dict)

    def of(self, role: str) -> FlaskClient:
        if not role:
            return self.app.test_client()
        db, user_id = site_of(self.app).db, self.people[role].id
        with db.reading() as session:
            user = session.get_one(User, user_id)
        wanted = self.people[role]
        rights = ("active", "role", "technician_id", "team_id", "must_change_password")
        if any(getattr(user, name) != getattr(wanted, name) for name in rights):
            with db.writing() as session:
                user = session.get_one(User, user_id)
                for name in rights:
                    setattr(user, name, getattr(wanted, name))
        valid = viewer_of(user).get_id()
        if role not in self._kept or self._kept[role][1] != valid or not self._logged_in(role):
            client = self.app.test_client()
            with client.session_transaction() as cookie:
                cookie["_user_id"], cookie["_fresh"] = valid, True
            self._kept[role] = client, valid
        return self._kept[role][0]

    def token(self, role: str) -> str:
        """A token of the role with every scope; its owner may have been changed since the last one."""
        with site_of(self.app).db.writing() as session:
            user = session.get_one(User, self.people[role].id)
            secret = tokens.PREFIX + secrets.token_urlsafe(32)
            session.add(
                ApiToken(
                    user_id=user.id, name="fuzz", digest=hashlib.sha256(secret.encode()).hexdigest(), beginning="tj_fuzz",
                    scopes=list(SCOPES), role=user.role, epoch=user.session_epoch,
                )
            )  # fmt: skip
        return secret

    def _logged_in(self, role: str) -> bool:
        return self._kept[role][0].get_cookie("tingjian") is not None


def fuzz_requests(app: Flask, people: dict[str, Any], known: tuple[str, ...], seed: int, rounds: int) -> Found:
    """`rounds` requests to every route as every role, in a random order."""
    chance, found, browsers = random.Random(seed), Found(), Browsers(app, people)
    maker = Maker(app, chance, known)
    turns = [(rule, role) for rule in maker.rules for role in ROLES] * rounds
    chance.shuffle(turns)
    for rule, role in turns:
        browser, sent = browsers.of(role), maker.request(rule)
        if rule.rule.startswith(API) and role and chance.random() < 0.9:
            sent.more["headers"]["Authorization"] = f"Bearer {browsers.token(role)}"
        send(browser, sent, role, found)
    _refuse_long(app, found)
    return found


def send(browser: FlaskClient, sent: Sent, role: str, found: Found) -> None:
    """Send a request; an answer of 500 or an exception is a fault."""
    found.sent += 1
    try:
        answer = browser.open(sent.path, method=sent.method, **sent.more)
        found.answers[answer.status_code] += 1
        # without a worker the site is not ready; a full disk is a full disk
        told = answer.status_code == 507 or (sent.endpoint, answer.status_code) == ("watch.ready", 503)
        if answer.status_code >= 500 and not told:
            found.fault(f"{sent.endpoint}: {answer.status_code}", (role, sent))
        answer.get_data()  # a body that breaks while it is sent
        answer.close()
    except Exception as error:
        found.fault(f"{sent.endpoint}: {_place(error)}", (role, sent), _trace(error))


def _refuse_long(app: Flask, found: Found) -> None:
    """A text longer than its column is an error on PostgreSQL, and SQLite says nothing."""
    with site_of(app).db.reading() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                most = column.type.length if isinstance(column.type, String) else None
                length = session.scalar(select(func.max(func.length(column)))) if most else None
                if most is not None and length is not None and length > most:
                    found.fault(f"{table.name}.{column.name}: {length} characters, {most} at most", "")


def fuzz_documents(
    app: Flask, people: dict[str, Any], documents: list[dict[str, Any]], seed: int, count: int, folder: Path
) -> Found:
    """Import whole analyses with some faults in; whatever is taken must be shown, judged and summed up."""
    chance, found, browsers = random.Random(seed), Found(), Browsers(app, people)
    here = site_of(app)
    for number in range(count):
        path = folder / f"{number}.json"
        made = hostile.broken(chance, chance.choice(documents), chance.choice((1, 1, 2, 3, 6)))
        path.write_bytes(hostile.dumped(made))
        found.sent += 1
        try:
            with app.app_context():
                taken, _known = transcripts.import_file(here, path, Details("property-visit", "1001"))
        except AnalyzerError:
            found.answers[422] += 1
            continue
        except Exception as error:
            found.fault(f"import: {_place(error)}", made, _trace(error))
            continue
        found.answers[201] += 1
        for recording_id in taken:
            _look(app, browsers, recording_id, found, path)
    _sum_up(app, found)
    for page in (
        "/scorecards/team",
        "/scorecards/digest",
        "/scorecards/words",
        "/scorecards/talk",
        "/recordings/",
        "/review",
    ):
        send(browsers.of("qa"), Sent("after", "GET", page), "qa", found)
    _refuse_long(app, found)
    return found


LOOKED_AT = (
    "", "/panel", "/turns", "/head", "/lines/0", "/details", "/job", "/transcript.txt", "/transcript.srt", "/transcript.json",
)  # fmt: skip


def _look(app: Flask, browsers: Browsers, recording_id: int, found: Found, path: Path) -> None:
    """Every page of a recording that was taken, a decision on its first clause, and the technician's view once signed."""
    at = f"/recordings/{recording_id}"
    name = path.name
    for part in LOOKED_AT:
        send(browsers.of("qa"), Sent(f"{name} {part or 'page'}", "GET", at + part), "qa", found)
    act = {"do": "set", "verdict": "met", "seen": "", "note": "x"}
    send(browsers.of("qa"), Sent(f"{name} decide", "POST", f"{at}/verdicts/greeting", {"data": act}), "qa", found)
    send(browsers.of("qa"), Sent(f"{name} swap", "POST", f"{at}/swap", {"data": {"revision": "0"}}), "qa", found)
    with site_of(app).db.writing() as session:
        row = session.get_one(Recording, recording_id)
        row.review_state, row.signed_at = ReviewState.SIGNED, now()
    for part in LOOKED_AT[:4]:
        send(browsers.of("technician"), Sent(f"{name} own {part}", "GET", at + part), "technician", found)


def _sum_up(app: Flask, found: Found) -> None:
    here = site_of(app)
    try:
        with app.app_context():
            links.refresh_all(here.db, now(), links.policy_of(here.web))
            keep.refresh_stale(here.db)
            keep.rebuild(here.db)
    except Exception as error:
        found.fault(f"summaries: {_place(error)}", "", _trace(error))


def _place(error: BaseException) -> str:
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if "/web/" in f.filename or "/analyzer/" in f.filename
    ]
    last = f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else ""
    return f"{type(error).__name__} in {last}"


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error, limit=-FRAMES))[-1500:]
