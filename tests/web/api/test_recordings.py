"""Recordings over the API: each role sees what its pages show, masked as there; decisions go the panel's way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import event, select

from tests.web import cast
from tests.web.api.conftest import Programs
from tests.web.data import analysis
from tests.web.furnished import Furniture, furnish
from web.db import Database
from web.intake import rows
from web.models import AuditEntry, Decision, Recording, ReviewState, User
from web.review.queries import BLIND

PHONE = "13800138000"


@pytest.fixture
def made(app: Any, people: dict[str, Any]) -> Furniture:
    return furnish(app, people)


def private(db: Database, people: dict[str, Any], **more: Any) -> int:
    """A recording in whose words and name a phone number stands."""
    document = analysis("visit-03")
    said = document["transcript"][0]
    document["transcript"][0] = {name: said[name] for name in ("start_s", "end_s", "speaker", "role", "confidence")} | {
        "text": f"我的电话是{PHONE}"
    }
    with db.writing() as session:
        row = cast.recording(session, people["wang"], f"回访_{PHONE}.mp3", note=f"打{PHONE}", **more)
        rows.record_analysis(session, row.id, document, "heard")
        return row.id


def test_a_list_goes_on_behind_its_last_row_whatever_comes_in_meanwhile(
    db: Database, people: dict[str, Any], program: Programs
) -> None:
    with db.writing() as session:
        ids = [cast.recording(session, people["wang"], f"{n}.mp3").id for n in range(7)]
    one = program("qa")
    first = one.get("/recordings?limit=3").get_json()
    assert [line["id"] for line in first["items"]] == ids[:3:-1]
    with db.writing() as session:
        cast.recording(session, people["wang"], "new.mp3")
    second = one.get(f"/recordings?limit=3&cursor={first['next']}").get_json()
    third = one.get(f"/recordings?limit=3&cursor={second['next']}").get_json()
    assert [line["id"] for line in second["items"] + third["items"]] == ids[3::-1]
    assert third["next"] is None
    upwards = one.get("/recordings?limit=200&sort=id").get_json()["items"]
    assert [line["id"] for line in upwards][:7] == ids


@pytest.mark.parametrize("cursor", ["x", "", "WyJ4IiwieCIsMV0.x", "tampered", "of other filters", "of another list"])
def test_a_cursor_that_was_not_given_for_this_list_is_refused(
    db: Database, people: dict[str, Any], program: Programs, cursor: str
) -> None:
    with db.writing() as session:
        for number in range(3):
            cast.recording(session, people["wang"], f"{number}.mp3")
            cast.order(session, people["wang"], f"WO-{number}")
    one = program("qa")
    given = one.get("/recordings?limit=1").get_json()["next"]
    if cursor == "tampered":
        cursor = given[:-2] + ("AA" if given[-2:] != "AA" else "BB")
    if cursor == "of other filters":
        cursor = one.get("/recordings?limit=1&state=queued").get_json()["next"]
    if cursor == "of another list":
        cursor = one.get("/work-orders?limit=1").get_json()["next"]
    answer = one.get(f"/recordings?limit=1&cursor={cursor}")
    if not cursor:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.get_json()["type"]) == (400, "urn:tingjian:problem:cursor")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=201", "query.limit"),
        ("limit=0", "query.limit"),
        ("state=x", "query.state"),
        ("from=yesterday", "query.from"),
        ("score_from=101", "query.score_from"),
        ("colour=red", "query.colour"),
    ],
)
def test_an_argument_that_makes_no_sense_is_named(program: Programs, query: str, field: str) -> None:
    answer = program("qa").get(f"/recordings?{query}")
    assert answer.status_code == 422
    assert [wrong["field"] for wrong in answer.get_json()["errors"]] == [field]


def test_filters_narrow_the_list(made: Furniture, program: Programs) -> None:
    one = program("qa")

    def ids(query: str) -> set[int]:
        return {line["id"] for line in one.get(f"/recordings?limit=200&{query}").get_json()["items"]}

    everything = ids("")
    assert made.visit in ids("order_no=WO-20261123-01") < everything
    assert ids("order_no=nobody's") == set()
    assert ids("staff_no=1002") and ids("staff_no=1002").isdisjoint(ids("staff_no=1001"))
    assert made.signed in ids("review=signed") < everything


def test_each_role_sees_its_own_recordings_and_no_other_is_there(
    db: Database, people: dict[str, Any], program: Programs
) -> None:
    with db.writing() as session:
        rows_ = {
            "east": cast.recording(session, people["wang"], "1"),
            "east signed": cast.recording(session, people["wang"], "2", review_state=ReviewState.SIGNED),
            "west": cast.recording(session, people["li"], "3"),
        }
        names = {row.id: name for name, row in rows_.items()}
    expected = {
        "qa": set(names.values()),
        "manager": set(names.values()),
        "manager_east": {"east", "east signed"},
        "technician": {"east signed"},
        "technician2": set(),
    }
    for who, seen in expected.items():
        one = program(who)
        assert {names[line["id"]] for line in one.get("/recordings").get_json()["items"]} == seen, who
        for number, name in names.items():
            for part in ("", "/analysis", "/verdicts"):
                status = one.get(f"/recordings/{number}{part}").status_code
                assert status == (200 if name in seen and not part else 404), (who, name, part)


def test_private_words_are_masked_as_on_the_pages(db: Database, people: dict[str, Any], program: Programs) -> None:
    number = private(db, people, review_state=ReviewState.SIGNED)
    paths = ["/recordings", f"/recordings/{number}", f"/recordings/{number}/analysis", f"/recordings/{number}/verdicts"]
    for who in ("manager", "technician"):
        one = program(who)
        for path in paths:
            answer = one.get(path)
            assert answer.status_code == 200, (who, path)
            assert PHONE not in answer.get_data(as_text=True), (who, path)
    one = program("qa")
    assert PHONE in one.get(f"/recordings/{number}/analysis").get_data(as_text=True)
    assert PHONE in one.get(f"/recordings/{number}").get_data(as_text=True)


def test_the_analysis_is_the_stored_document_and_who_took_it_is_noted(
    db: Database, people: dict[str, Any], program: Programs
) -> None:
    number = private(db, people)
    document = program("qa").get(f"/recordings/{number}/analysis").get_json()
    assert document["schema"] == 1
    assert {"duration_s", "standard", "engine", "transcript", "items", "score", "warnings"} <= set(document)
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
    assert (entry.object_id, entry.username) == (str(number), "chen")
    assert entry.detail["api_token"] == 1


def test_a_technician_is_told_what_was_decided_and_not_what_the_machine_said(
    db: Database, people: dict[str, Any], program: Programs
) -> None:
    number = private(db, people, review_state=ReviewState.SIGNED)
    one = program("technician")
    assert one.get(f"/recordings/{number}").get_json()["machine_score"] is None
    assert one.get("/recordings").get_json()["items"][0]["machine_score"] is None
    lines = one.get(f"/recordings/{number}/verdicts").get_json()["items"]
    assert {line["machine"] for line in lines} == {None}
    assert any(line["final"] for line in lines)


def test_one_who_judges_blind_is_told_nothing_of_the_machine(
    db: Database, people: dict[str, Any], program: Programs
) -> None:
    number = private(db, people)
    with db.writing() as session:
        session.get_one(User, people["qa"].id).preferences = {BLIND: True}
    one = program("qa")
    assert one.get(f"/recordings/{number}").get_json()["score"] is None
    assert one.get(f"/recordings/{number}/analysis").status_code == 403
    told = one.get(f"/recordings/{number}/verdicts").get_json()
    hidden = [line for line in told["items"] if line["hidden"]]
    assert hidden
    assert all(line["machine"] is line["final"] is None and not line["evidence"] for line in hidden)
    assert told["score"] is None
    assert "missed" not in json.dumps([line["seen"] for line in hidden])


def test_what_waits_in_a_calibration_is_sealed(made: Furniture, program: Programs) -> None:
    for part in ("", "/analysis", "/verdicts"):
        answer = program("qa").get(f"/recordings/{made.to_judge}{part}")
        assert (answer.status_code, answer.get_json()["type"]) == (403, "urn:tingjian:problem:sealed")


def test_a_decision_moves_verdict_and_score_once_and_needs_what_was_seen(
    db: Database, people: dict[str, Any], program: Programs
) -> None:
    number = private(db, people)
    one = program("qa")
    lines = one.get(f"/recordings/{number}/verdicts").get_json()["items"]
    line = next(x for x in lines if x["machine"] == "missed" and x["kind"] == "required" and x["how"] == "rule")
    path = f"/recordings/{number}/verdicts/{line['item_id']}/decision"
    wish = {"do": "set", "verdict": "met", "seen": line["seen"]}
    answer = one.post(path, json=wish)
    assert (answer.status_code, answer.get_json()["type"]) == (422, "urn:tingjian:problem:invalid"), "a reason is due"
    answer = one.post(path, json={**wish, "note": "听到了"})
    assert answer.status_code == 200
    now_ = next(x for x in answer.get_json()["items"] if x["item_id"] == line["item_id"])
    assert (now_["final"], now_["human"], now_["decisions"][0]["note"]) == ("met", "met", "听到了")
    assert one.post(path, json={**wish, "note": "听到了"}).status_code == 200, "sent twice, it is one"
    assert one.post(path, json={**wish, "verdict": "missed", "note": "x"}).status_code == 409, "it has changed since"
    with db.reading() as session:
        assert session.scalars(select(Decision.action)).all() == ["overrule"]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "verdict-overrule")).one()
    assert entry.detail["api_token"]
    assert one.post(f"/recordings/{number}/verdicts/nothing/decision", json=wish).status_code == 404
    assert program("manager").post(path, json=wish).status_code == 403
    with db.writing() as session:
        session.get_one(Recording, number).review_state = ReviewState.SIGNED
    assert one.post(path, json={**wish, "seen": now_["seen"]}).status_code == 409, "signed"


def test_lists_ask_the_database_little(made: Furniture, db: Database, program: Programs) -> None:
    one = program("qa")
    one.get("/me")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *values: asked.append(values[2]))
    for path in ("/recordings?limit=200", f"/recordings/{made.visit}", "/technicians", "/work-orders",
                 f"/recordings/{made.visit}/verdicts", "/scorecards?month=2026-11", "/standards/property-visit"):  # fmt: skip
        asked.clear()
        assert one.get(path).status_code == 200, path
        counted = [s for s in asked if not s.startswith(("PRAGMA", "BEGIN", "SELECT set_config"))]
        assert len(counted) <= 14, (path, counted)


def test_the_whole_list_is_taken_away_as_the_sites_own_csv(made: Furniture, db: Database, program: Programs) -> None:
    answer = program("qa").get("/exports/recordings.csv?review=signed")
    assert answer.mimetype == "text/csv"
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("编号,文件名")
    assert any(line.startswith(f"{made.signed},") for line in lines)
    assert not any(line.startswith(f"{made.visit},") for line in lines)
    assert program("technician").get("/exports/recordings.csv").status_code == 403
    with db.reading() as session:
        assert (
            session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "export")).one()["review"] == "signed"
        )


def test_scorecards_tell_each_figure_with_its_interval(made: Furniture, program: Programs) -> None:
    told = program("manager").get(f"/scorecards?month={made.month}").get_json()
    wang = next(line for line in told["items"] if line["staff_no"] == "1001")
    assert wang["score"]["n"] == wang["scored"] > 0
    assert told["month"] == made.month
    assert {line["team"] for line in program("manager_east").get("/scorecards?month=2026-11").get_json()["items"]} == {
        "东区"
    }
    for month in ("2026-13", "1900-01", "x", "9999-12"):
        assert program("manager").get(f"/scorecards?month={month}").status_code == 422, month


def test_standards_are_those_in_effect_with_their_clauses(program: Programs) -> None:
    one = program("technician")
    listed = one.get("/standards").get_json()["items"]
    assert "property-visit" in [info["id"] for info in listed]
    told = one.get("/standards/property-visit").get_json()
    assert "greeting" in [clause["id"] for clause in told["items"]]
    assert one.get("/standards/nothing").status_code == 404
