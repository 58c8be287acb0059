"""Clips: who may hear what, and that only the chosen seconds are given."""

from __future__ import annotations

import io
from typing import Any

import pytest
import soundfile
from flask import Flask
from sqlalchemy import select

from tests.samples import sample
from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import page
from web.db import Database
from web.intake import rows
from web.intake.storage import open_storage
from web.kit.site import KEY
from web.models import Clip, Recording, ReviewState, Technician
from web.worker.clips import cut_waiting
from web.worker.muting import mute_waiting


@pytest.fixture
def heard(app: Flask, db: Database, people: dict[str, Any]) -> int:
    """A signed recording of 王师傅 with its sound."""
    here = app.extensions[KEY]
    taken = open_storage(here.web, here.settings.home).take(sample("visit-07-lock-tv.wav"))
    with db.writing() as session:
        row = cast.recording(session, people["wang"], stored_key=taken.key, review_state=ReviewState.SIGNED)
        rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
        return row.id


def add(login: Login, recording_id: int, who: str = "qa", **more: str) -> Any:
    values = {"item_id": "greeting", "start_s": "2.0", "end_s": "5.0", "quote": "您好，我是物业的", "good": "1", **more}
    return login(who).post(f"/scorecards/clips/{recording_id}", data=values)


def audio(login: Login, who: str, clip_id: int) -> Any:
    return login(who).get(f"/scorecards/clips/{clip_id}/audio")


def test_a_clip_is_cut_and_heard_by_those_who_may(
    app: Flask, login: Login, db: Database, people: dict[str, Any], heard: int
) -> None:
    assert add(login, heard).status_code == 302
    with db.reading() as session:
        clip_id = session.scalars(select(Clip.id)).one()
    assert audio(login, "qa", clip_id).status_code == 404  # not cut yet
    mute_waiting(app.extensions[KEY])
    cut_waiting(app.extensions[KEY])
    answer = audio(login, "qa", clip_id)
    assert answer.mimetype == "audio/mp4"
    assert 500 < len(answer.data) < 60_000  # four seconds at 40 kbit/s, not the whole recording
    assert audio(login, "technician", clip_id).status_code == 200
    assert audio(login, "technician2", clip_id).status_code == 404  # no consent, another team
    with db.writing() as session:
        session.get_one(Technician, people["wang"].id).example_consent = True
        session.get_one(Technician, people["li"].id).team_id = people["east"].id
    assert audio(login, "technician2", clip_id).status_code == 200
    shown = page(login("technician2").get("/scorecards/mine"))
    assert shown.all("button", data_hear=f"/scorecards/clips/{clip_id}/audio")
    assert "王师傅" not in shown.text
    with db.writing() as session:
        session.get_one(Technician, people["wang"].id).example_consent = False
    assert audio(login, "technician2", clip_id).status_code == 404


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"start_s": "x"}, 422),
        ({"end_s": "1.0"}, 422),
        ({"end_s": "900"}, 422),
        ({"start_s": "nan"}, 422),
        ({"item_id": "nothing"}, 404),
    ],
)
def test_a_clip_that_makes_no_sense_is_refused(login: Login, heard: int, more: dict[str, str], status: int) -> None:
    assert add(login, heard, **more).status_code == status


def test_another_teams_manager_adds_and_removes_nothing(
    login: Login, db: Database, people: dict[str, Any], heard: int
) -> None:
    with db.writing() as session:
        session.get_one(Recording, heard).technician_id = people["li"].id
    assert add(login, heard, "manager_east").status_code == 404
    add(login, heard)
    with db.reading() as session:
        clip_id = session.scalars(select(Clip.id)).one()
    assert login("manager_east").post(f"/scorecards/clips/{clip_id}/remove").status_code == 404
    assert login("manager").post(f"/scorecards/clips/{clip_id}/remove").status_code == 302


def test_the_cut_holds_just_these_seconds(app: Flask, heard: int, db: Database) -> None:
    from web.worker.sound import cut

    here = app.extensions[KEY]
    storage = open_storage(here.web, here.settings.home)
    with db.reading() as session:
        key = session.get_one(Recording, heard).stored_key
    made = cut(storage, key, 2.0, 5.0, here.settings)
    assert made is not None
    import av

    with storage.open(made) as sound, av.open(io.BytesIO(sound.read())) as container:
        assert container.duration is not None
        assert abs(container.duration / 1e6 - 3.0) < 0.2
    assert soundfile.info(str(sample("visit-07-lock-tv.wav"))).duration > 60
    assert cut(storage, key, 5000.0, 5001.0, here.settings) is None


def test_evidence_on_the_panel_is_kept_without_leaving_the_page(
    login: Login, db: Database, people: dict[str, Any], heard: int
) -> None:
    panel = page(login("qa").get(f"/recordings/{heard}"))
    form = panel.one("li", id="clause-not-our-concern").one("details", class_="keep").one("form")
    values = {f.get("name") or "": f.get("value") or "" for f in form.all("input") if f.get("name") != "csrf_token"}
    answer = login("qa").post(form.get("action"), data={**values, "good": "0"}, headers={"HX-Request": "true"})
    assert page(answer).text == "已设为待改进"
    with db.reading() as session:
        clip = session.scalars(select(Clip)).one()
    assert (clip.item_id, clip.quote, clip.good, clip.start_s) == (
        "not-our-concern", "跟我们有什么关系", False, 40.12,
    )  # fmt: skip
    assert page(login("technician").get(f"/recordings/{heard}")).all("details", class_="keep") == []
