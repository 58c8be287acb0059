"""What programs bring: files, whole and in slices, and work orders; sent twice it is done once."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.samples import sample
from tests.web import cast
from tests.web.api.conftest import Program, Programs
from web.api import once
from web.db import Database, now
from web.models import ApiRequest, AuditEntry, Job, Recording, Upload, WorkOrder

NAME = "followup-01-washer.amr"
SOUND = sample(NAME).read_bytes()
KEY = {"Idempotency-Key": "call-4711"}


def form(content: bytes = SOUND, name: str = NAME, **cells: str) -> dict[str, Any]:
    return {"data": {"file": (io.BytesIO(content), name), **cells}}


def count(db: Database, kind: Any) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_file_with_its_details_becomes_a_recording_that_is_queued(
    db: Database, people: dict[str, Any], program: Programs
) -> None:
    with db.writing() as session:
        cast.order(session, people["wang"], "WO-7")
    one = program("qa")
    sent = form(staff_no="1001", order_no="WO-7", standard_id="property-followup", note="回访",
                recorded_at="2026-11-24T09:00:00+08:00", facts='{"late": true}', technician_channel="1")  # fmt: skip
    answer = one.post("/recordings", **sent)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    with db.reading() as session:
        row = session.get_one(Recording, answer.get_json()["id"])
        assert session.scalars(select(Job.recording_id)).all() == [row.id]
    assert (row.technician_id, row.standard_id, row.note) == (people["wang"].id, "property-followup", "回访")
    assert row.recorded_at == dt.datetime(2026, 11, 24, 1, 0, tzinfo=dt.UTC)
    assert (row.facts, row.technician_channel, row.original_name) == ({"late": True}, 1, NAME)
    assert row.uploaded_by_id == people["qa"].id
    told = one.get(f"/recordings/{row.id}").get_json()
    assert (told["state"], told["order_no"], told["score"]) == ("queued", "WO-7", None)
    again = one.post("/recordings", **form(staff_no="1002"))
    assert (again.status_code, again.get_json()["duplicate"]) == (200, True)
    assert again.get_json()["differs"] == ["technician_id"]


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        (form(b"plain words, no sound", "a.mp3"), 415, "upload-text"),
        (form(b"", "a.mp3"), 422, "upload-empty"),
        (form(staff_no="9999"), 422, "staff-unknown"),
        (form(order_no="none"), 422, "order-unknown"),
        (form(standard_id="none"), 422, "standard-unknown"),
        (form(recorded_at="0001-01-01T00:00:00Z"), 422, "unprocessable-entity"),
        (form(recorded_at="yesterday"), 422, "unprocessable-entity"),
        (form(facts="[1]"), 422, "facts"),
        (form(facts='{"late": "x"}'), 422, "facts"),
        (form(technician_channel="2"), 422, "unprocessable-entity"),
        ({"data": {"note": "x"}, "content_type": "multipart/form-data"}, 422, "no-file"),
        ({"json": {}}, 415, "media-type"),
    ],
)
def test_what_cannot_be_taken_in_says_why_and_leaves_nothing(
    db: Database, program: Programs, sent: dict[str, Any], status: int, kind: str
) -> None:
    answer = program("qa").post("/recordings", **sent)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["type"] == f"urn:tingjian:problem:{kind}"
    assert count(db, Recording) == 0


def test_a_large_file_comes_in_slices_and_goes_on_where_it_stopped(db: Database, program: Programs) -> None:
    one = program("qa")
    begun = one.post("/uploads", json={"name": NAME, "size": len(SOUND), "sample": "ab"}).get_json()
    path = f"/uploads/{begun['id']}"
    kind = {"content_type": "application/octet-stream"}
    first = one.put(f"{path}?offset=0", data=SOUND[:1000], **kind).get_json()
    assert (first["offset"], first["state"]) == (1000, "receiving")
    wrong = one.put(f"{path}?offset=0", data=SOUND[:1000], **kind)
    assert (wrong.status_code, wrong.get_json()["offset"]) == (409, 1000)
    assert one.post(f"{path}/finish", json={}).status_code == 409, "it is not whole"
    found = one.post("/uploads", json={"name": NAME, "size": len(SOUND), "sample": "ab"}).get_json()
    assert (found["id"], found["offset"]) == (begun["id"], 1000), "found again after a crash of the program"
    assert program("qa2").get(path).status_code == 404, "another's is not there"
    assert one.put(f"{path}?offset=1000", data=SOUND[1000:], **kind).status_code == 200
    done = one.post(f"{path}/finish", json={"details": {"staff_no": "1001", "standard_id": "property-followup"}})
    assert (done.status_code, done.get_json()["duplicate"]) == (201, False)
    assert one.get(path).get_json()["recording_id"] == done.get_json()["id"]
    assert one.post(f"{path}/finish", json={}).get_json()["id"] == done.get_json()["id"]


def test_an_upload_is_given_up_and_odd_slices_are_refused(db: Database, program: Programs) -> None:
    one = program("qa")
    path = f"/uploads/{one.post('/uploads', json={'name': NAME, 'size': len(SOUND)}).get_json()['id']}"
    assert (
        one.put(f"{path}?offset=0", data=b"x" * (len(SOUND) + 1), content_type="application/octet-stream").status_code
        == 413
    )
    assert one.put(path, data=b"x", content_type="application/octet-stream").status_code == 422, "where does it belong?"
    assert one.put(f"{path}?offset=0", data=b"x", content_type="text/plain").status_code == 415
    assert one.ask("DELETE", path).status_code == 204
    assert one.get(path).status_code == 404
    assert one.get("/uploads/..%2f..%2fetc").status_code == 404
    assert count(db, Upload) == 0


def test_the_same_key_is_answered_again_and_done_once(db: Database, program: Programs) -> None:
    one = program("qa")
    order = {"orders": [{"order_no": "WO-9", "staff_no": "1001"}]}
    first = one.post("/work-orders", json=order, headers=KEY)
    again = one.post("/work-orders", json=order, headers=KEY)
    assert (
        first.get_json()
        == again.get_json()
        == {"items": [{"order_no": "WO-9", "outcome": "created", "field": "", "detail": ""}]}
    )
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    other = one.post("/work-orders", json={"orders": [{"order_no": "WO-10"}]}, headers=KEY)
    assert (other.status_code, other.get_json()["type"]) == (422, "urn:tingjian:problem:idempotency-key-reused")
    assert count(db, WorkOrder) == 1
    theirs = program("qa2").post("/work-orders", json=order, headers=KEY)
    assert theirs.get_json()["items"][0]["outcome"] == "unchanged", "a key is its token's own"


def test_an_upload_with_a_key_is_the_same_under_another_boundary(db: Database, program: Programs) -> None:
    one = program("qa")
    first = one.post("/recordings", headers=KEY, **form(staff_no="1001"))
    again = one.post("/recordings", headers=KEY, **form(staff_no="1001"))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert one.post("/recordings", headers=KEY, **form(staff_no="1002")).status_code == 422


def test_a_key_that_is_being_done_is_told_so_and_one_of_a_dead_process_is_free(db: Database, program: Programs) -> None:
    one = program("qa")
    order = {"orders": [{"order_no": "WO-9"}]}
    one.post("/work-orders", json=order, headers=KEY)
    with db.writing() as session:
        session.scalars(select(ApiRequest)).one().status = None
    answer = one.post("/work-orders", json=order, headers=KEY)
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "1")
    with db.writing() as session:
        session.scalars(select(ApiRequest)).one().at = now() - once.STUCK * 1.1
    assert one.post("/work-orders", json=order, headers=KEY).status_code == 200


def test_a_refused_request_may_come_again_with_its_key_and_a_day_frees_all(db: Database, program: Programs) -> None:
    one = program("qa")
    assert one.post("/work-orders", json={}, headers=KEY).status_code == 422
    assert count(db, ApiRequest) == 0
    assert one.post("/work-orders", json={"orders": [{"order_no": "WO-1"}]}, headers=KEY).status_code == 200
    with db.writing() as session:
        session.scalars(select(ApiRequest)).one().at = now() - once.KEPT * 1.01
    assert one.post("/work-orders", json={"orders": [{"order_no": "WO-2"}]}, headers=KEY).status_code == 200
    assert count(db, ApiRequest) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "钥匙"])
def test_a_key_that_is_none_is_refused(program: Programs, key: str) -> None:
    headers = {"Idempotency-Key": key.encode().decode("latin-1")}
    assert program("qa").post("/work-orders", json={"orders": [{"order_no": "1"}]}, headers=headers).status_code == 400


def test_a_work_order_is_put_whole_and_read_again(db: Database, program: Programs) -> None:
    one = program("qa")
    body = {"staff_no": "1001", "job_kind": "水管", "address_note": "3 栋", "appointment_at": "2026-11-24T09:00:00+08:00",
            "facts": {"late": True}}  # fmt: skip
    made = one.put("/work-orders/WO-1%2F2", json=body)
    assert made.status_code == 201, made.get_data(as_text=True)
    told = made.get_json()
    assert (told["order_no"], told["technician"], told["appointment_at"]) == (
        "WO-1/2",
        "王师傅",
        "2026-11-24T01:00:00+00:00",
    )
    assert one.get("/work-orders/WO-1/2").get_json() == told
    less = one.put("/work-orders/WO-1/2", json={"staff_no": "1002"}).get_json()
    assert (less["staff_no"], less["job_kind"], less["facts"]) == ("1002", "", {}), "what is left out is empty"
    assert one.put("/work-orders/WO-1/2", json={"staff_no": "1002"}).status_code == 200
    with db.reading() as session:
        assert (
            session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "order")).all()
            == ["order-changed"] * 2
        )
    assert [line["order_no"] for line in one.get("/work-orders?staff_no=1002").get_json()["items"]] == ["WO-1/2"]
    assert one.get("/work-orders?staff_no=1001").get_json()["items"] == []
    assert one.get("/work-orders/none").status_code == 404


def test_one_bad_order_stops_no_other(db: Database, program: Programs) -> None:
    orders = [{"order_no": "WO-1"}, {"order_no": "两 个"}, {"order_no": "WO-2", "staff_no": "9999"},
              {"order_no": "WO-3", "facts": {"nothing": True}}, {"order_no": "WO-4", "facts": {"late": False}}]  # fmt: skip
    items = program("admin").post("/work-orders", json={"orders": orders}).get_json()["items"]
    assert [(line["outcome"], line["field"]) for line in items] == [
        ("created", ""), ("refused", "order_no"), ("refused", "staff_no"), ("refused", "facts"), ("created", ""),
    ]  # fmt: skip
    assert count(db, WorkOrder) == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[" * 100_000, 400), (b'{"orders": NaN}', 400), (b"[]", 422), (b"null", 422), (b"", 422)],
)
def test_a_body_that_is_no_order_is_no_error_of_the_site(program: Programs, body: bytes, status: int) -> None:
    answer = program("qa").post("/work-orders", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_technicians_come_in_pages(program: Programs) -> None:
    one: Program = program("qa")
    first = one.get("/technicians?limit=1").get_json()
    second = one.get(f"/technicians?limit=1&cursor={first['next']}").get_json()
    assert [line["name"] for line in first["items"] + second["items"]] == ["王师傅", "李师傅"]
    assert second["next"] is None
