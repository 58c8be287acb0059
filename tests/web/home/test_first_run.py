"""What a new site still lacks, told to those who set it up until nothing is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, render_template
from sqlalchemy import delete, update

from tests.web import cast
from tests.web.html import page
from web.backups import nightly
from web.db import Database, now
from web.home.first_run import Step, first_run
from web.kit.login import viewer_of
from web.kit.site import Site
from web.models import RecordingState, Technician, User, UserRole
from web.queue import presence


@pytest.fixture
def nobody(db: Database, people: dict[str, Any]) -> None:
    """A site that knows its admin only."""
    with db.writing() as session:
        session.execute(delete(User).where(User.role.in_((UserRole.MANAGER, UserRole.TECHNICIAN))))
        session.execute(update(User).values(technician_id=None))
        session.execute(delete(Technician))


def steps(app: Flask, here: Site, who: Any) -> dict[str, Step]:
    with app.test_request_context(), here.db.reading() as session:
        return {step.name: step for step in first_run(session, viewer_of(who), here, now())}


@pytest.mark.usefixtures("nobody")
def test_an_empty_site_names_what_is_to_be_done_in_its_order(app: Flask, here: Site, people: dict[str, Any]) -> None:
    found = steps(app, here, people["admin"])
    assert list(found) == ["standard", "people", "recording", "model", "worker", "backup"]
    assert [name for name, step in found.items() if not step.done] == ["people", "recording", "model", "worker"]
    assert found["people"].endpoint == "staff.technicians"
    assert "flask --app web worker" in found["worker"].advice


def test_who_has_no_way_to_the_server_is_told_whom_to_ask(app: Flask, here: Site, people: dict[str, Any]) -> None:
    found = steps(app, here, people["qa"])
    assert found["model"].advice == found["worker"].advice == "请告诉管理员。"
    assert found["recording"].endpoint == "uploads.page"


def test_managers_and_technicians_set_nothing_up(app: Flask, here: Site, people: dict[str, Any]) -> None:
    assert steps(app, here, people["manager"]) == steps(app, here, people["technician"]) == {}


def test_each_step_is_done_by_what_it_asks_for(app: Flask, here: Site, people: dict[str, Any], db: Database) -> None:
    folder = here.settings.models_dir / "base"
    folder.mkdir(parents=True)
    assert not steps(app, here, people["admin"])["model"].done
    (folder / "model.bin").touch()
    with db.writing() as session:
        presence.sign(session, "a worker", now())
    found = steps(app, here, people["admin"])
    assert [name for name, step in found.items() if not step.done] == ["recording"]


def test_nothing_is_left_once_a_recording_is_judged_though_the_worker_sleeps(
    app: Flask, here: Site, people: dict[str, Any], db: Database
) -> None:
    with db.writing() as session:
        row = cast.recording(session, people["wang"])
    assert not steps(app, here, people["admin"])["recording"].done
    with db.writing() as session:
        session.merge(row).state = RecordingState.JUDGED
    assert steps(app, here, people["admin"]) == {}


def test_a_backup_by_hand_is_a_backup(app: Flask, here: Site, people: dict[str, Any], db: Database) -> None:
    without = replace(here, web=replace(here.web, backup_hour=-1))
    assert not steps(app, without, people["admin"])["backup"].done
    with db.writing() as session:
        nightly.note_by_hand(session, now())
    assert steps(app, without, people["admin"])["backup"].done


@pytest.mark.usefixtures("nobody")
def test_the_list_links_to_the_page_of_each_step(app: Flask, here: Site, people: dict[str, Any]) -> None:
    with app.test_request_context(), here.db.reading() as session:
        found = first_run(session, viewer_of(people["admin"]), here, now())
        shown = page(app.response_class(render_template("home/_first_run.html", first_run=found)))  # type: ignore[arg-type]
        assert "已完成 2 / 6" in shown.text
        assert [link.get("href") for link in shown.all("a")] == ["/staff/technicians", "/uploads"]
        assert render_template("home/_first_run.html", first_run=()).strip() == ""
