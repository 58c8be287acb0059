"""The button, the process that the worker starts for it, the command, and which decisions count."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Flask

from tests.web.conftest import Login
from tests.web.learning.stage import T, decide, own_lexicons, visit
from web.config import Settings, WebSettings
from web.db import Database, now
from web.kit.site import Site
from web.learning import standing
from web.learning.decisions import harvest
from web.learning.standing import Report, Row
from web.models import AuditEntry, Recording
from web.worker import learning

PAGE = "/standards/property-visit"


class Process:
    """A process that is at work until it is told to end."""

    def __init__(self) -> None:
        self.alive = True

    def is_alive(self) -> bool:
        return self.alive


def state(db: Database) -> str:
    with db.reading() as session:
        return standing.standing(session).state


def test_the_button_asks_once_and_is_in_the_log(login: Login, db: Database) -> None:
    qa = login("qa")
    assert "现在学习" in qa.get(PAGE).get_data(as_text=True)
    answer = qa.post("/learning", data={"standard": "property-visit"})
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#learning")
    page = qa.get(PAGE).get_data(as_text=True)
    assert "正在学习" in page
    assert "现在学习" not in page
    login("admin").post("/learning")
    with db.reading() as session:
        assert [e.username for e in session.query(AuditEntry).filter_by(action="learning-asked")] == ["chen"]


def test_without_a_token_nothing_is_asked(app: Flask, login: Login, db: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    qa = login("qa")
    assert qa.post("/learning").status_code == 400
    assert state(db) == "idle"
    form = qa.get(PAGE).get_data(as_text=True).split('action="/learning"')[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    assert qa.post("/learning", data={"csrf_token": token[1]}).status_code == 303
    assert state(db) == "asked"


def test_a_manager_sees_what_was_learnt_and_has_no_button(login: Login, db: Database) -> None:
    rows = (Row("demonstrate", 12, 3, 1, 3, True), Row("hello", 9, 2, 2, 1, False), Row("bye", 1, 0, 0, 0, False))
    with db.writing() as session:
        standing.end(session, Report(now(), 21, rows))
    page = login("manager").get(PAGE).get_data(as_text=True)
    assert "来自 21 个复核决定" in page
    assert all(words in page for words in ("已采用", "比以前差，没有采用", "只有一句，等再多一些"))
    assert "现在学习" not in page


def test_the_worker_starts_one_process_for_what_was_asked(here: Site, db: Database, people: dict[str, Any]) -> None:
    started: list[Process] = []

    def start(_settings: Settings, _web: WebSettings) -> Any:
        started.append(Process())
        return started[-1]

    learner = learning.Learner(start)
    learner.look(here)
    assert started == []
    with db.writing() as session:
        assert standing.ask(session, people["qa"].id, "chen")
        assert not standing.ask(session, people["admin"].id, "admin")
    for _ in range(3):
        learner.look(here)
    assert (len(started), state(db)) == (1, "running")

    learning.Learner(start).look(here)  # the worker was started anew: what it was at is done again
    assert (len(started), state(db)) == (2, "running")
    started[0].alive = False
    learner.look(here)
    with db.reading() as session:
        broken = standing.standing(session)
    assert (broken.state, broken.busy) == ("failed", False)
    assert "学习中断了" in broken.failure


def test_the_process_learns_and_its_page_says_who_asked(
    here: Site, db: Database, people: dict[str, Any], login: Login
) -> None:
    with db.writing() as session:
        standing.ask(session, people["qa"].id, "chen")
        standing.begin(session, "here")
    process = learning.start_process(here.settings, here.web)
    process.join(600)
    assert process.exitcode == 0
    assert state(db) == "idle"
    with db.reading() as session:
        assert [e.username for e in session.query(AuditEntry).filter_by(action="learned")] == ["chen"]
    assert "没有可学的" in login("qa").get(PAGE).get_data(as_text=True)


def test_the_command_says_that_there_is_nothing_to_learn(app: Flask, db: Database, people: object) -> None:
    done = app.test_cli_runner().invoke(args=["learn", "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "没有可学的" in done.output
    with db.reading() as session:
        assert standing.standing(session).report is None


def test_the_newest_decision_counts_and_none_that_was_withdrawn_or_deleted(
    app: Flask, here: Site, people: object, tmp_path: Path
) -> None:
    here = own_lexicons(here, tmp_path / "own")

    def learnt() -> list[tuple[str, bool]]:
        with here.db.reading() as session:
            found = harvest(session, here.settings.lexicons)
            return [(one.text, one.said) for said in found.said.values() for one in said]

    with app.app_context():
        taught = visit(here, (T, "灯绳您过过手。"))
        assert learnt() == []
        decide(here, taught, "demonstrate", "met", "说了“您过过手”")
        assert learnt() == [("灯绳您过过手。", True)]
        decide(here, taught, "demonstrate", "not_applicable", "其实没修", "lin")
        assert learnt() == []
        decide(here, taught, "demonstrate", "met", "说了“您过过手”")
        decide(here, taught, "demonstrate", "")
        assert learnt() == []
        decide(here, taught, "demonstrate", "met", "说了“您过过手”")
        with here.db.writing() as session:
            session.get_one(Recording, taught).deleted_at = now()
        assert learnt() == []
