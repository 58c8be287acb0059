"""Appeals over the API: each step as the page's form takes it, and nobody sees or does what his page would not."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.api.conftest import Programs
from tests.web.conftest import Login
from tests.web.review.stage import judge, panel_for, review_all, sign
from web.db import Database
from web.models import AuditEntry, Technician

Cast = dict[str, Any]


@pytest.fixture
def signed(app: Flask, db: Database, people: Cast, login: Login) -> int:
    """A recording of 王师傅 that 小陈 signed."""
    number = judge(app, db, "followup-02")
    client = login("qa")
    review_all(client, panel_for(app, db, people["qa"], number))
    assert sign(client, panel_for(app, db, people["qa"], number)).status_code == 303
    return number


@pytest.fixture
def filed(signed: int, program: Programs) -> int:
    answer = program("technician").post(f"/recordings/{signed}/verdicts/farewell/appeal", json={"text": "我说了再见"})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    told = answer.get_json()
    assert (told["state"], told["round"], told["text"], told["turn"]) == ("open", 1, "我说了再见", "")
    assert [(one["what"], one["text"]) for one in told["steps"]] == [("filed", "我说了再见")]
    return int(told["id"])


def test_an_appeal_is_answered_contested_and_decided(db: Database, filed: int, program: Programs) -> None:
    qa, own, manager = program("qa2"), program("technician"), program("manager")
    assert qa.get("/appeals?state=mine").get_json()["items"][0]["turn"] == "answer"
    path = f"/appeals/{filed}"
    answered = qa.post(f"{path}/answer", json={"outcome": "rejected", "text": "只听到“好的”"})
    assert (answered.status_code, answered.get_json()["state"]) == (200, "rejected")
    again = qa.post(f"{path}/answer", json={"outcome": "rejected", "text": "再答一次"})
    assert (again.status_code, again.get_json()["type"]) == (409, "urn:tingjian:problem:stale")
    assert own.get(path).get_json()["turn"] == "react"
    contested = own.post(f"{path}/contest", json={"text": "再听 0:41"}).get_json()
    assert (contested["state"], contested["round"]) == ("second", 2)
    assert own.post(f"{path}/acceptance").status_code == 409
    wish = {"outcome": "upheld", "verdict": "met", "text": "听到了"}
    assert qa.post(f"{path}/decision", json=wish).status_code == 403, "that is a manager's"
    decided = manager.post(f"{path}/decision", json=wish).get_json()
    assert (decided["state"], decided["final"], decided["turn"]) == ("upheld", "met", "")
    assert [one["what"] for one in decided["steps"]] == ["filed", "answered", "contested", "decided"]
    assert decided["steps"][-1]["score_after"] > decided["steps"][-1]["score_before"]
    with db.reading() as session:
        logged = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("appeal%"))).all()
    assert {"appealed", "appeal-rejected", "appeal-contested", "appeal-decided"} == set(logged)


def test_an_answer_is_accepted_once_and_for_good(filed: int, program: Programs) -> None:
    own = program("technician")
    assert own.post(f"/appeals/{filed}/acceptance").status_code == 409, "there is no answer yet"
    program("qa2").post(f"/appeals/{filed}/answer", json={"outcome": "partly", "share": 0.5, "text": "一半"})
    assert [own.post(f"/appeals/{filed}/acceptance").status_code for _ in range(2)] == [200, 200]
    assert own.post(f"/appeals/{filed}/contest", json={"text": "还是不同意"}).status_code == 422


def test_nobody_sees_or_does_what_is_anothers(
    db: Database, people: Cast, filed: int, signed: int, program: Programs
) -> None:
    other = program("technician2")
    assert other.get("/appeals").get_json()["items"] == []
    assert other.get(f"/appeals/{filed}").status_code == 404
    assert other.post(f"/appeals/{filed}/acceptance").status_code == 404
    assert other.post(f"/recordings/{signed}/verdicts/handle-problem/appeal", json={"text": "x"}).status_code == 404
    assert len(program("manager_east").get("/appeals").get_json()["items"]) == 1
    with db.writing() as session:
        session.get_one(Technician, people["wang"].id).team_id = people["west"].id
    assert program("manager_east").get("/appeals").get_json()["items"] == []
    assert program("manager_east").get(f"/appeals/{filed}").status_code == 404
    assert program("qa").post(f"/recordings/{signed}/verdicts/farewell/appeal", json={"text": "x"}).status_code == 403
    assert program("qa", "recordings:read").get("/appeals").status_code == 403


def test_the_list_goes_on_behind_its_last_appeal(filed: int, signed: int, program: Programs) -> None:
    own = program("technician")
    second = own.post(f"/recordings/{signed}/verdicts/handle-problem/appeal", json={"text": "处理了"}).get_json()["id"]
    first = own.get("/appeals?limit=1").get_json()
    assert [one["id"] for one in first["items"]] == [second]
    rest = own.get(f"/appeals?limit=1&cursor={first['next']}").get_json()
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([filed], None)
    assert own.get("/appeals?state=upheld").get_json()["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"outcome": "rejected", "text": ""}, "json.text"),
        ({"outcome": "rejected"}, "json.text"),
        ({"outcome": "yes", "text": "x"}, "json.outcome"),
        ({"outcome": "partly", "share": 0.3, "text": "x"}, "json.share"),
    ],
)
def test_an_answer_that_is_none_names_its_field(
    filed: int, program: Programs, body: dict[str, Any], field: str
) -> None:
    answer = program("qa2").post(f"/appeals/{filed}/answer", json=body)
    assert (answer.status_code, [one["field"] for one in answer.get_json()["errors"]]) == (422, [field])


def test_an_appeal_sent_twice_is_one(signed: int, program: Programs) -> None:
    own, path = program("technician"), f"/recordings/{signed}/verdicts/farewell/appeal"
    key = {"Idempotency-Key": "appeal-1"}
    answers = [own.post(path, json={"text": "我说了"}, headers=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert own.post(path, json={"text": "我说了"}).status_code == 422, "it stands already"
    assert len(own.get("/appeals").get_json()["items"]) == 1
