"""The same file from two people at the same moment is one recording, and both are told of it."""

from __future__ import annotations

from functools import partial

from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.together import at_once
from tests.web.uploads.test_slices import SOUND, send
from web.db import Database
from web.models import Job, Recording

DOUBLES = 8


def test_a_file_that_two_upload_at_once_is_taken_in_once(app: Flask, db: Database, login: Login) -> None:
    chen, lin = login("qa"), login("qa2")
    for double in range(DOUBLES):
        content = SOUND + bytes([double])
        told = at_once(*(partial(send, who, content, standard_id="property-followup") for who in (chen, lin)))
        assert [answer.status_code for answer in told] == [200, 200], double
        assert sorted(answer.json["duplicate"] for answer in told) == [False, True]
        assert len({answer.json["recording_id"] for answer in told}) == 1
    with db.reading() as session:
        assert len(session.scalars(select(Recording.id)).all()) == DOUBLES
        assert len(session.scalars(select(Job.id)).all()) == DOUBLES
