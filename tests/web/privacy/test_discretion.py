"""Who judges reads and hears private words; managers and technicians get them masked and muted, wherever they look."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.samples import sample
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.furnished import furnish, pages
from tests.web.privacy.stage import LINE, NUMBER, SPOKEN, WORDS, signed, told, with_words
from web.db import Database
from web.intake import private as words
from web.intake import rows
from web.intake.details import Details
from web.intake.private import discreet, joined
from web.intake.receive import receive_file
from web.intake.storage import open_storage
from web.kit.access import PRIVATE, TABLE
from web.kit.site import KEY
from web.models import AuditEntry, Clip, PrivateWords, Recording, TranscriptEdit, UserRole
from web.worker import clips, muting

MASKED = "我电话＊＊＊＊＊＊＊＊＊＊＊，您记一下。"


@pytest.fixture
def private(app: Flask, people: dict[str, Any], db: Database) -> int:
    number = told(app, people)
    signed(db, number)
    return number


@pytest.fixture
def ready(app: Flask, private: int) -> int:
    """The same, after the worker has made the copy and the clip without private words."""
    with app.app_context():
        muting.mute_waiting(app.extensions[KEY])
        clips.cut_waiting(app.extensions[KEY])
    return private


def test_who_judges_has_the_right_and_nobody_else() -> None:
    assert {UserRole.ADMIN, UserRole.QA} == PRIVATE


@pytest.mark.parametrize("who", ["manager", "technician"])
def test_no_page_and_no_file_shows_private_words_to_those_without_the_right(
    app: Flask, login: Login, people: dict[str, Any], private: int, who: str
) -> None:
    made = furnish(app, people)
    browser, seen = login(who), ""
    paths = [*pages(made).values(), f"/recordings/{private}"]
    paths += [f"/recordings/{private}/{part}" for part in ("head", "turns", "panel", f"lines/{LINE}")]
    paths += [f"/recordings/{private}/transcript.{kind}" for kind in ("txt", "srt", "json")]
    paths += [
        "/recordings/export.csv",
        f"/scorecards/technicians/{people['wang'].id}",
        "/scorecards/words/said?word=电话",
    ]
    for path in paths:
        answer = browser.get(path)
        seen += f"\n{path}\n{answer.get_data(as_text=True)}"
    assert SPOKEN not in seen
    assert NUMBER not in seen
    assert MASKED in seen
    xlsx = browser.get("/scorecards/export.xlsx")
    if xlsx.status_code == 200:
        import zipfile

        with zipfile.ZipFile(io.BytesIO(xlsx.data)) as book:
            texts = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
        assert SPOKEN not in texts
        assert MASKED in texts


@pytest.mark.parametrize("who", ["admin", "qa"])
def test_who_judges_reads_what_was_said(login: Login, private: int, who: str) -> None:
    text = login(who).get(f"/recordings/{private}/transcript.txt").get_data(as_text=True)
    assert WORDS in text


def test_a_number_that_a_person_wrote_into_a_line_is_masked_too(
    login: Login, db: Database, people: dict[str, Any], private: int
) -> None:
    """The correction alone is no number: only with the line before it."""
    with db.writing() as session:
        row = session.get_one(Recording, private)
        for line, text in ((9, "门禁密码你记一下，"), (10, "二五八零。")):
            session.add(
                TranscriptEdit(
                    recording_id=private, analysis_id=row.analysis_id, line=line, field="text", before="", after=text,
                    user_id=people["qa"].id,
                )
            )  # fmt: skip
    assert "二五八零" in login("qa").get(f"/recordings/{private}/transcript.txt").get_data(as_text=True)
    for path in ("", "/turns", "/transcript.txt", "/transcript.srt"):
        assert "二五八零" not in login("manager").get(f"/recordings/{private}{path}").get_data(as_text=True)


def test_sound_is_heard_by_nobody_without_the_right_until_it_is_muted(app: Flask, login: Login, private: int) -> None:
    for what in ("audio", "audio?download=1"):
        assert login("manager").get(f"/recordings/{private}/{what}", buffered=True).status_code == 404
    assert "声音里的个人信息还没有处理好" in login("manager").get(f"/recordings/{private}").get_data(as_text=True)
    assert login("qa").get(f"/recordings/{private}/audio", buffered=True).status_code == 200


def loudness(content: bytes, start_s: float, end_s: float) -> float:
    import av
    import numpy as np

    with av.open(io.BytesIO(content)) as container:
        planes = [frame.to_ndarray().astype(np.float32) for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    sound = np.concatenate(planes, axis=1).mean(axis=0)
    return float(np.sqrt(np.mean(sound[int(start_s * rate) : int(end_s * rate)] ** 2)))


@pytest.mark.parametrize(
    ("who", "what"), [("manager", "audio"), ("technician", "audio"), ("manager", "audio?download=1")]
)
def test_what_they_hear_is_silent_where_private_words_are_said(login: Login, ready: int, who: str, what: str) -> None:
    heard = login(who).get(f"/recordings/{ready}/{what}", buffered=True)
    assert heard.status_code == 200
    original = sample("visit-03-heater-rude.m4a").read_bytes()
    assert login("qa").get(f"/recordings/{ready}/audio", buffered=True).data == original
    number = (8.2, 9.6)  # 幺三八…: from the fourth to the fourteenth of twenty characters between 7.51 and 11.07 s
    assert loudness(original, *number) > 0.01
    assert loudness(heard.data, *number) < 0.001
    assert loudness(heard.data, 27.0, 36.0) > 0.5 * loudness(original, 27.0, 36.0)


def test_a_clip_is_silent_there_too(login: Login, db: Database, ready: int) -> None:
    with db.reading() as session:
        clip = session.scalars(select(Clip)).one()
    for who in ("qa", "technician"):
        heard = login(who).get(f"/scorecards/clips/{clip.id}/audio", buffered=True)
        assert loudness(heard.data, 1.2, 2.4) < 0.001  # the clip begins half a second before 7.5 s


def test_corrected_words_are_looked_at_again_before_anybody_hears_them(
    app: Flask, login: Login, db: Database, people: dict[str, Any], ready: int
) -> None:
    with db.writing() as session:
        session.get_one(Recording, ready).review_state = "open"
        revision = session.get_one(Recording, ready).revision
    form = {"text": "我家门禁密码二五八零", "seen": "你们不是负责维修的吗?", "revision": revision}
    assert login("qa").post(f"/recordings/{ready}/lines/13", data=form).status_code == 200
    assert login("manager").get(f"/recordings/{ready}/audio", buffered=True).status_code == 404
    with db.reading() as session:
        assert session.scalars(select(Clip.stored_key)).one() == ""
    with app.app_context():
        muting.mute_waiting(app.extensions[KEY])
    heard = login("manager").get(f"/recordings/{ready}/audio", buffered=True)
    assert loudness(heard.data, 32.6, 33.4) < 0.001


def test_words_that_changed_while_they_were_looked_at_stay_waiting(
    app: Flask, db: Database, private: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = muting.spoken

    def meanwhile(session: Any, recording: Recording) -> words.Heard:
        with db.writing() as other:
            words.mark(other, private)
        return real(session, recording)

    monkeypatch.setattr(muting, "spoken", meanwhile)
    with app.app_context():
        muting.mute_waiting(app.extensions[KEY])
    with db.reading() as session:
        assert session.get_one(PrivateWords, private).state == "waiting"


def test_sound_that_cannot_be_muted_is_heard_by_nobody_without_the_right(
    app: Flask, login: Login, db: Database, private: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(muting, "mute", lambda *_: None)
    with app.app_context():
        muting.mute_waiting(app.extensions[KEY])
    with db.reading() as session:
        assert session.get_one(PrivateWords, private).state == "failed"
    assert login("manager").get(f"/recordings/{private}/audio", buffered=True).status_code == 404


def test_a_recording_without_private_words_is_played_as_it_is(
    app: Flask, login: Login, db: Database, private: int
) -> None:
    with db.writing() as session:
        rows.record_analysis(session, private, analysis("visit-03"), "heard")
    with app.app_context():
        muting.mute_waiting(app.extensions[KEY])
    heard = login("manager").get(f"/recordings/{private}/audio", buffered=True)
    assert heard.data == sample("visit-03-heater-rude.m4a").read_bytes()


def test_a_document_is_masked_in_every_text_of_it() -> None:
    document = with_words(analysis("visit-03"))
    document["dropped"] = [{"start_s": 1.0, "end_s": 2.0, "text": SPOKEN, "reason": "x"}]
    document["figures"]["keywords"] = [{"word": "张先生家", "count": 1, "first_s": 0.0, "weight": 1.0}]
    seen = json.dumps(discreet(document), ensure_ascii=False)
    assert SPOKEN not in seen
    assert "张先生" not in seen
    assert json.loads(seen)["standard"] == document["standard"]


def test_places_that_nearly_touch_are_one() -> None:
    assert joined([(3.0, 4.0), (1.0, 2.0), (2.3, 2.5)]) == ((1.0, 4.0),)
    assert joined([(1.0, 2.0), (3.0, 4.0)]) == ((1.0, 2.0), (3.0, 4.0))


def test_every_way_to_the_sound_is_in_this_test() -> None:
    elsewhere = {"api.audio"}  # tests/web/api/test_sound.py
    assert {name for name in TABLE if name.endswith("audio")} == {
        "recordings.audio",
        "scorecards.clip_audio",
    } | elsewhere


def test_the_queue_and_the_log_hold_no_number_of_a_files_name(
    app: Flask, login: Login, db: Database, people: dict[str, Any]
) -> None:
    here = app.extensions[KEY]
    received = receive_file(
        db, open_storage(here.web, here.settings.home), here, sample("visit-07-lock-tv.wav"), f"{NUMBER}_上门.wav",
        Details(standard_id="property-visit"), people["qa"].id, "upload",
    )  # fmt: skip
    with db.writing() as session:
        session.get_one(Recording, received.recording_id).technician_id = people["wang"].id
    shown = login("manager").get("/queue").get_data(as_text=True)
    assert "＊＊＊＊＊＊＊＊＊＊＊_上门.wav" in shown
    assert NUMBER not in shown
    assert NUMBER in login("qa").get("/queue").get_data(as_text=True)
    with db.reading() as session:
        assert NUMBER not in str(session.scalars(select(AuditEntry.detail)).all())
