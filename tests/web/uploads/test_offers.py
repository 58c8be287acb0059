"""Details that come with a repeated upload: offered to be applied, and applied by the recording's own form."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from tests.web.uploads.test_slices import send
from web.db import Database
from web.models import Recording, ReviewState, Upload

OTHERWISE: dict[str, Any] = {
    "standard_id": "property-visit",
    "staff_no": "1002",
    "order_no": "WO-7",
    "recorded_at": "2026-11-02T09:30",
    "facts": {"late": True},
    "technician_channel": 1,
    "note": "换班",
}


@pytest.fixture
def known(login: Login, db: Database, people: dict[str, Any]) -> int:
    """A recording that has been taken in as 王师傅's."""
    with db.writing() as session:
        cast.order(session, people["li"], "WO-7")
    told = send(login("qa"), standard_id="property-followup", staff_no="1001", facts={"late": False}).json
    number: int = told["recording_id"]
    return number


def fields(shown: Any) -> dict[str, str]:
    """What the form would send as it stands."""
    form = shown.one("form", **{"class": "card"})
    sent = {i.get("name"): i.get("value") or "" for i in form.all("input") if i.get("type") != "submit"}
    for select_ in form.all("select"):
        chosen = [o for o in select_.all("option") if o.get("selected") is not None]
        sent[select_.get("name")] = (chosen[0].get("value") or "") if chosen else ""
    return sent | {t.get("name"): t.text for t in form.all("textarea")}


def test_what_stands_otherwise_is_offered_and_applied_when_it_is_saved(login: Login, db: Database, known: int) -> None:
    qa = login("qa")
    told = send(qa, **OTHERWISE).json
    assert "这次填写的标准、人员、工单、录音时间、已知事实、技师声道、备注和已有的不同" in told["words"]
    shown = page(qa.get(told["offer"]))
    assert "还没有保存" in shown.text
    with db.reading() as session:
        assert session.get_one(Recording, known).standard_id == "property-followup"
    assert qa.post(f"/recordings/{known}/details", data=fields(shown)).status_code == 302
    with db.reading() as session:
        row = session.get_one(Recording, known)
        assert (row.standard_id, row.facts, row.technician_channel, row.note) == (
            "property-visit",
            {"late": True},
            1,
            "换班",
        )
        assert row.recorded_at.isoformat() == "2026-11-02T01:30:00+00:00"
    assert "offer" not in send(qa, **OTHERWISE).json


def test_an_answer_that_got_lost_is_given_again_with_its_offer(login: Login, db: Database, known: int) -> None:
    qa = login("qa")
    first = send(qa, standard_id="property-visit").json
    with db.reading() as session:
        newest = session.scalars(select(Upload.id).order_by(Upload.created_at.desc())).first()
    again = qa.post(f"/api/uploads/{newest}/finish", json={"details": {"standard_id": "property-visit"}}).json
    assert again == first
    assert "offer" in again


def test_what_is_signed_is_told_but_not_offered(login: Login, db: Database, known: int) -> None:
    with db.writing() as session:
        session.get_one(Recording, known).review_state = ReviewState.SIGNED
    told = send(login("qa"), standard_id="property-visit").json
    assert "没有改动" in told["words"]
    assert "offer" not in told
