"""What stands in the place of ▶: why a recording cannot be heard, by whom it can."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.cast import recording, sign
from tests.web.conftest import Login
from web.db import Database, now
from web.kit.login import viewer_of
from web.kit.sound import Silence, audible, silence, silence_words
from web.models import PrivateWords, Recording

WORDS = {
    "waits": "声音里的个人信息还没有处理好，请过几分钟再听",
    "erased": "录音已按保存期限或申请删除",
    "demo": "这段是没有声音的演示数据",
    "never": "只有文字，没有录音",
}


def made(db: Database, people: dict[str, Any], private: str = "", **more: Any) -> int:
    """A signed recording of 王师傅, looked through for private words with the state `private`."""
    with db.writing() as session:
        row = recording(session, people["wang"], **more)
        if private:
            session.add(PrivateWords(recording_id=row.id, state=private, stamp="a", spans=[], stored_key=""))
        sign(session, row)
        return row.id


@pytest.mark.parametrize(
    ("who", "of_it", "why"),
    [
        ("qa", {"stored_key": "ab/cd/ef"}, None),
        ("manager", {"stored_key": "ab/cd/ef"}, "waits"),
        ("manager", {"stored_key": "ab/cd/ef", "private": "failed"}, "waits"),
        ("manager", {"stored_key": "ab/cd/ef", "private": "ready"}, None),
        ("technician", {"stored_key": "ab/cd/ef", "private": "ready"}, None),
        ("technician", {"stored_key": "ab/cd/ef", "source": "demo"}, "waits"),
        ("qa", {"audio_erased_at": now()}, "erased"),
        ("qa", {"audio_erased_at": now(), "source": "demo"}, "erased"),
        ("manager", {"source": "demo", "private": "ready"}, "demo"),
        ("qa", {"source": "import"}, "never"),
    ],
)
def test_a_recording_that_cannot_be_heard_says_why(
    app: Flask, login: Login, db: Database, people: dict[str, Any], who: str, of_it: dict[str, Any], why: str | None
) -> None:
    recording_id = made(db, people, **of_it)
    with app.app_context(), db.reading() as session:
        viewer = viewer_of(people[who])
        told = session.execute(select(silence(viewer), audible(viewer)).where(Recording.id == recording_id)).one()
    assert (told[0], bool(told[1])) == (why, why is None)
    text = login(who).get(f"/recordings/{recording_id}").get_data(as_text=True)
    assert [words for words in WORDS.values() if words in text] == ([WORDS[why]] if why else [])
    assert ('id="play"' in text) is (why is None)


def test_every_reason_has_its_words(app: Flask) -> None:
    with app.test_request_context():
        assert {one.value: silence_words(one) for one in Silence} == WORDS
        assert silence_words(None) == ""
