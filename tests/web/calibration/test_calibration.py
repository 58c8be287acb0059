"""Calibration: the same recordings judged blind by several people, then compared, then agreed on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.web.cast import MONDAY
from tests.web.conftest import Login
from tests.web.html import page
from tests.web.review.stage import judge
from tests.web.together import at_once
from web.calibration import comparing
from web.db import Database, now
from web.intake.erasure import erase_words
from web.lexicon import yamltext
from web.models import (
    Appeal,
    AppealStep,
    AuditEntry,
    CalibrationAgreement,
    CalibrationAnswer,
    CalibrationRater,
    CalibrationRecording,
    CalibrationSession,
    Decision,
    Notice,
    NoticeKind,
    Recording,
    StandardDraft,
    User,
    Verdict,
)

Cast = dict[str, Any]
STANDARD = "property-followup"
ITEMS = ("greeting", "farewell")  # what the short sessions of these tests ask


@pytest.fixture
def calls(app: Flask, db: Database) -> list[int]:
    """Three judged calls of 王师傅 from the 东区."""
    return [judge(app, db, "followup-02") for _ in range(3)]


def begin(
    client: FlaskClient,
    people: Cast,
    chosen: list[int],
    raters: tuple[str, ...] = ("qa", "qa2", "manager"),
    **form: Any,
) -> TestResponse:
    day = MONDAY.date().isoformat()
    wanted = {
        "title": "十一月问候语", "standard": STANDARD, "first": day, "last": day, "how": "hand",
        "due": (now() + timedelta(days=5)).date().isoformat(), "rater": [str(people[who].id) for who in raters],
        "recording": [str(one) for one in chosen], "item": list(ITEMS),
    }  # fmt: skip
    return client.post("/calibration", data={**wanted, **form})


@pytest.fixture
def started(people: Cast, login: Login, calls: list[int]) -> int:
    """A session of 小陈, 小林 and 老周 over three calls, begun by the admin."""
    answer = begin(login("admin"), people, calls)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return int((answer.location or "").rpartition("/")[2])


def fill(client: FlaskClient, session_id: int, number: int, given: Mapping[str, str]) -> TestResponse:
    form = {f"clause-{item}": verdict for item, verdict in given.items()}
    return client.post(f"/calibration/{session_id}/recordings/{number}", data=form)


def hand_in(
    client: FlaskClient, session_id: int, calls: list[int], verdict: str = "met", farewell: str = "missed"
) -> TestResponse:
    for number in calls:
        assert fill(client, session_id, number, {"greeting": verdict, "farewell": farewell}).status_code == 303
    return client.post(f"/calibration/{session_id}/hand-in")


def finished(login: Login, session_id: int, calls: list[int]) -> None:
    """小陈 and 小林 hear no farewell, 老周 does."""
    for who, farewell in (("qa", "missed"), ("qa2", "missed"), ("manager", "met")):
        assert hand_in(login(who), session_id, calls, "met", farewell).status_code == 303


def told(db: Database, user: User) -> list[NoticeKind]:
    with db.reading() as session:
        kinds = session.scalars(select(Notice.kind).where(Notice.user_id == user.id).order_by(Notice.id))
        return [kind for kind in kinds if kind.startswith("calibration")]


def test_a_session_asks_its_people_and_keeps_what_the_machine_said_then(
    db: Database, people: Cast, login: Login, started: int, calls: list[int]
) -> None:
    with db.reading() as session:
        row = session.get_one(CalibrationSession, started)
        asked = session.scalars(select(CalibrationRecording).order_by(CalibrationRecording.position)).all()
        log = session.scalars(select(AuditEntry.action)).all()
    assert (row.standard_id, row.lead_id, row.drawn) == (STANDARD, people["admin"].id, False)
    assert [one.recording_id for one in asked] == calls
    assert [[c["item"] for c in one.clauses] for one in asked] == [list(ITEMS)] * 3
    assert {c["item"]: c["machine"] for c in asked[0].clauses} == {"greeting": "met", "farewell": "missed"}
    assert "calibration-started" in log
    for who in ("qa", "qa2", "manager"):
        assert told(db, people[who]) == [NoticeKind.CALIBRATION_ASKED]
        shown = page(login(who).get("/calibration?show=mine"))
        assert "十一月问候语" in shown.one("tbody").text and "等您判" in shown.one("tbody").text
        assert "请您参加校准" in page(login(who).get("/notices")).text


def test_recordings_are_drawn_at_random_from_a_standard_and_a_period(
    db: Database, people: Cast, login: Login, calls: list[int]
) -> None:
    assert begin(login("qa"), people, [], how="draw", draw="2").status_code == 303
    with db.reading() as session:
        assert session.scalars(select(CalibrationSession)).one().drawn
        drawn = session.scalars(select(CalibrationRecording.recording_id)).all()
    assert len(set(drawn)) == 2 and set(drawn) <= set(calls)
    assert "不够抽 4 段" in page(begin(login("qa"), people, [], how="draw", draw="4"), 422).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"title": " "}, "起个名字"),
        ({"title": "长" * 101}, "最多 100 个字"),
        ({"due": "2020-01-01"}, "不能早于今天"),
        ({"due": "明天"}, "截止日期要填"),
        ({"rater": []}, "2 到 12 位"),
        ({"recording": []}, "勾选 1 到 30 段"),
        ({"recording": ["4711"]}, "请重新勾选"),
        ({"standard": "nothing"}, "选择一份标准"),
        ({"item": ["no-such-clause"]}, "请重选条款"),
        ({"how": "draw", "draw": ""}, "抽几段"),
        ({"how": "draw", "draw": "31"}, "最多 30 段"),
    ],
)
def test_what_cannot_be_started_is_told_and_what_was_typed_stays(
    db: Database, people: Cast, login: Login, calls: list[int], form: dict[str, Any], words: str
) -> None:
    shown = page(begin(login("qa"), people, calls, **form), 422)
    assert words in shown.one("div", role="alert").text
    if "title" not in form:
        assert shown.one("input", name="title").get("value") == "十一月问候语"
    with db.reading() as session:
        assert session.scalars(select(CalibrationSession)).all() == []


def test_a_manager_of_one_team_takes_part_only_in_what_he_may_see(
    app: Flask, db: Database, people: Cast, login: Login, calls: list[int]
) -> None:
    west = judge(app, db, "followup-02", staff_no="1002")
    refused = begin(login("qa"), people, [*calls, west], ("qa", "manager_east"))
    assert "老郑 只能看本班组的录音" in page(refused, 422).text
    assert begin(login("qa"), people, calls, ("qa", "manager_east")).status_code == 303


def test_roles(login: Login, started: int) -> None:
    address = f"/calibration/{started}"
    for path in ("/calibration", address, f"{address}/recordings/1"):
        assert login("technician").get(path).status_code == 403
    assert login("manager").get("/calibration/new").status_code == 403
    assert login("manager").post(f"{address}/close").status_code == 403
    assert login("manager").post(f"{address}/recordings/1/farewell", data={}).status_code == 403
    for path in (address, f"{address}/recordings/1"):  # a manager who was not asked
        assert login("manager_east").get(path).status_code == 404
    assert login("manager_east").post(f"{address}/hand-in").status_code == 404
    assert page(login("manager_east").get("/calibration")).all("tbody") == []
    assert login("admin").get(f"{address}/recordings/1").status_code == 404  # leads, but takes no part
    assert page(login("admin").get(address)).all("table") == []  # nor sees what others say before the end


def test_who_has_not_handed_in_sees_nobodys_answer_by_any_address(
    db: Database, people: Cast, login: Login, started: int, calls: list[int]
) -> None:
    assert hand_in(login("qa"), started, calls).status_code == 303
    client = login("qa2")
    fill(client, started, calls[0], {"greeting": "missed"})
    address = f"/calibration/{started}"
    for path in (address, f"{address}?item=greeting", f"{address}?show=all&user=1", f"{address}/recordings/{calls[0]}"):
        shown = page(client.get(path))
        assert shown.all("article") == [] and shown.all("table") == [], path
        assert "意见不一" not in shown.text and "κ" not in shown.text
    form = page(client.get(f"{address}/recordings/{calls[0]}"))
    ticked = [
        (box.get("name"), box.get("value")) for box in form.all("input", type="radio") if box.get("checked") is not None
    ]
    assert ticked == [("clause-greeting", "missed")]  # his own
    assert "在结束部分" not in form.text and "最接近" not in form.text  # the machine's reasons
    assert client.post(f"{address}/recordings/{calls[0]}/farewell", data={"verdict": "met"}).status_code == 422
    with db.reading() as session:
        assert session.scalars(select(CalibrationAgreement)).all() == []


def test_the_recordings_own_page_waits_too(login: Login, db: Database, started: int, calls: list[int]) -> None:
    number = calls[0]
    client = login("qa2")
    led = client.get(f"/recordings/{number}")
    assert led.location == f"/calibration/{started}/recordings/{number}"
    assert client.get(f"/recordings/{number}/panel", headers={"HX-Request": "true"}).status_code == 403
    assert client.get(f"/recordings/{number}/transcript.json").status_code == 403
    answer = client.post(
        f"/recordings/{number}/verdicts/farewell", data={"do": "confirm", "seen": "x"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 403 and "未达标" not in answer.get_data(as_text=True)
    assert client.post(f"/recordings/{number}/verdicts", data={"revision": "1"}).status_code == 403
    assert client.post(f"/recordings/{number}/sign", data={"revision": "1"}).status_code == 403
    with db.reading() as session:
        assert session.scalars(select(Decision).where(Decision.recording_id == number)).all() == []
    assert login("admin").get(f"/recordings/{number}").status_code == 200  # he judges nothing
    assert hand_in(client, started, calls).status_code == 303
    assert client.get(f"/recordings/{number}").status_code == 200


def test_the_place_of_a_clause_does_not_depend_on_what_was_found(
    app: Flask, db: Database, people: Cast, login: Login, started: int, calls: list[int]
) -> None:
    with db.writing() as session:
        for row in session.scalars(select(Recording)):
            row.stored_key = "00/00/x"
    address = f"/calibration/{started}/recordings/{calls[0]}"
    places = [
        one.get("data-second-play") for one in page(login("qa").get(address)).one("form", action=address).all("button")
    ]
    with db.writing() as session:
        for verdict in session.scalars(select(Verdict).where(Verdict.recording_id == calls[0])):
            verdict.evidence = [{"start_s": 33.0, "end_s": 34.0, "quote": "再见", "role": "technician"}]
    after = [
        one.get("data-second-play") for one in page(login("qa").get(address)).one("form", action=address).all("button")
    ]
    assert places == after and places[:2] != [None, None]


def test_answers_can_be_given_bit_by_bit_but_handed_in_only_whole(
    db: Database, login: Login, started: int, calls: list[int]
) -> None:
    client = login("qa")
    assert fill(client, started, calls[0], {"greeting": "met"}).status_code == 303
    shown = page(client.get(f"/calibration/{started}"))
    assert "已判 1 / 2 条" in shown.text
    assert "还有 5 条没有判" in page(client.post(f"/calibration/{started}/hand-in"), 422).text
    assert fill(client, started, calls[0], {"greeting": "perhaps"}).status_code == 422
    assert fill(client, started, 4711, {"greeting": "met"}).status_code == 404
    assert hand_in(client, started, calls, "missed").status_code == 303
    with db.reading() as session:
        assert len(session.scalars(select(CalibrationAnswer)).all()) == 6
        assert set(session.scalars(select(Verdict.human)).all()) == {None}  # nothing is decided by it
    assert fill(client, started, calls[0], {"greeting": "met"}).status_code == 409
    assert client.post(f"/calibration/{started}/hand-in").status_code == 409


def test_the_last_to_hand_in_closes_it_and_all_are_told(
    db: Database, people: Cast, login: Login, started: int, calls: list[int]
) -> None:
    assert hand_in(login("qa"), started, calls).status_code == 303
    shown = page(login("qa").get(f"/calibration/{started}"))
    assert "至少两个人提交以后才能比较" in shown.text
    assert hand_in(login("qa2"), started, calls).status_code == 303
    with db.reading() as session:
        assert session.get_one(CalibrationSession, started).closed_at is None
    assert hand_in(login("manager"), started, calls).status_code == 303
    with db.reading() as session:
        assert session.get_one(CalibrationSession, started).closed_at is not None
    for who in ("admin", "qa", "qa2"):
        assert told(db, people[who])[-1] == NoticeKind.CALIBRATION_CLOSED


def test_two_who_hand_in_at_once_are_both_kept_and_close_it_once(
    db: Database, people: Cast, login: Login, calls: list[int]
) -> None:
    assert begin(login("admin"), people, calls, ("qa", "qa2")).status_code == 303
    for who in ("qa", "qa2"):
        for number in calls:
            assert fill(login(who), 1, number, {"greeting": "met", "farewell": "met"}).status_code == 303
    answers = at_once(*(partial(login(who).post, "/calibration/1/hand-in") for who in ("qa", "qa2")))
    assert [answer.status_code for answer in answers] == [303, 303]
    with db.reading() as session:
        assert all(session.scalars(select(CalibrationRater.handed_in_at)).all())
        actions = list(session.scalars(select(AuditEntry.action)))
    assert actions.count("calibration-closed") == 1 and actions.count("calibration-handed-in") == 2


def test_the_comparison_says_who_differs_on_what(login: Login, started: int, calls: list[int]) -> None:
    finished(login, started, calls)
    for who in ("qa", "manager", "admin"):
        shown = page(login(who).get(f"/calibration/{started}"))
        rows = {row.one("a").text.split()[-1]: [c.text for c in row.all("td")] for row in shown.one("tbody").all("tr")}
        farewell = next(cells for name, cells in rows.items() if "再见" in name)
        assert [farewell[i] for i in (1, 2, 4, 5)] == ["3", "33%", "3", "0"]
        assert farewell[3].startswith("-0.50")  # two of three each time: worse than chance
        greeting = next(cells for name, cells in rows.items() if "再见" not in name)
        assert greeting[2] == "100%" and greeting[3] == "—"  # one verdict throughout
        assert len(shown.all("article")) == 3
        words = shown.all("article")[0].one("dl").text
        assert "小林、小陈" in words and "老周" in words and "机器" in words
    one = page(login("qa").get(f"/calibration/{started}?item=greeting"))
    assert one.all("article") == []


def test_where_only_the_machine_differs_it_is_listed_too(login: Login, started: int, calls: list[int]) -> None:
    for who in ("qa", "qa2", "manager"):
        hand_in(login(who), started, calls, "met", "met")  # the machine heard no farewell
    shown = page(login("qa").get(f"/calibration/{started}"))
    assert [("只有机器不同" in one.text) for one in shown.all("article")] == [True] * 3


def agree(client: FlaskClient, session_id: int, number: int, **form: str) -> TestResponse:
    return client.post(f"/calibration/{session_id}/recordings/{number}/farewell", data=form)


def draft_text(db: Database) -> str:
    with db.reading() as session:
        draft = session.scalars(select(StandardDraft)).one()
        return draft.files[f"{STANDARD}.yaml"]


def test_what_was_agreed_becomes_an_example_of_the_clause(
    db: Database, people: Cast, login: Login, started: int, calls: list[int]
) -> None:
    finished(login, started, calls)
    client, number = login("qa"), calls[0]
    sentence = "那今天就先这样，回头有事您再找我们，拜拜您呐。"
    form = {"verdict": "met", "sentence": sentence, "note": "拜拜就是告别"}
    assert agree(client, started, number, **form).status_code == 303
    with db.reading() as session:
        kept = session.scalars(select(CalibrationAgreement)).one()
    assert (kept.verdict, kept.sentence, kept.note, kept.by_id) == ("met", sentence, "拜拜就是告别", people["qa"].id)
    shown = page(login("manager").get(f"/calibration/{started}")).all("article")[0]
    assert sentence in shown.text and shown.all("form") == []  # he reads it
    address = f"/calibration/{started}/recordings/{number}/farewell/draft"
    for _twice in range(2):
        assert client.post(address).status_code == 303
    examples = yamltext.get(draft_text(db), ("items", "#farewell", "examples"))
    assert examples["match"].count(sentence) == 1
    assert "已在草稿里" in page(client.get(f"/calibration/{started}")).text
    assert agree(client, started, number, verdict="missed", sentence=sentence, note="").status_code == 303
    assert "已经是这一条的正例" in page(client.post(address), 422).text
    with db.reading() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"calibration-agreed", "calibration-example", "draft-opened"} <= actions


def test_a_missed_clause_gives_a_counterexample(db: Database, login: Login, started: int, calls: list[int]) -> None:
    finished(login, started, calls)
    assert agree(login("qa"), started, calls[0], verdict="missed", sentence="好的好的，那就这样。").status_code == 303
    assert login("qa").post(f"/calibration/{started}/recordings/{calls[0]}/farewell/draft").status_code == 303
    assert "好的好的，那就这样。" in yamltext.get(draft_text(db), ("items", "#farewell", "examples", "no_match"))


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"verdict": "maybe"}, "请选择大家同意的结论"),
        ({"verdict": "met", "sentence": "长" * 201}, "例句最多 200 个字"),
        ({"verdict": "met", "note": "长" * 501}, "说明最多 500 个字"),
    ],
)
def test_what_cannot_be_agreed_is_given_back(
    login: Login, started: int, calls: list[int], form: dict[str, str], words: str
) -> None:
    finished(login, started, calls)
    shown = page(agree(login("qa"), started, calls[0], **form), 422)
    assert words in shown.one("div", role="alert").text
    assert shown.all("article")[0].one("details").get("open") is not None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"verdict": "met", "sentence": ""}, "请先填例句"),
        ({"verdict": "cannot_judge", "sentence": "再见"}, "不能作例句"),
        ({"verdict": "met", "sentence": "再见，我的电话13812345678"}, "个人信息"),
    ],
)
def test_what_cannot_be_an_example_is_told(
    db: Database, login: Login, started: int, calls: list[int], form: dict[str, str], words: str
) -> None:
    finished(login, started, calls)
    assert agree(login("qa"), started, calls[0], **form).status_code == 303
    answer = login("qa").post(f"/calibration/{started}/recordings/{calls[0]}/farewell/draft")
    assert words in page(answer, 422).text
    with db.reading() as session:
        assert session.scalars(select(StandardDraft)).all() == []


def test_closed_early_it_compares_those_who_handed_in(login: Login, started: int, calls: list[int]) -> None:
    for who in ("qa", "qa2"):
        assert hand_in(login(who), started, calls).status_code == 303
    assert login("admin").post(f"/calibration/{started}/close").status_code == 303
    shown = page(login("manager").get(f"/calibration/{started}"))  # too late for him, but he may look
    assert "2 人提交" in shown.text and re.search("老周\\s*没提交", shown.text)
    assert login("manager").get(f"/calibration/{started}/recordings/{calls[0]}").status_code == 303
    assert login("manager").post(f"/calibration/{started}/hand-in").status_code == 409


def test_private_words_stay_hidden_from_a_manager(db: Database, login: Login, started: int, calls: list[int]) -> None:
    finished(login, started, calls)
    form = {"verdict": "met", "sentence": "打13812345678找我，再见", "note": "客户电话13812345678"}
    assert agree(login("qa"), started, calls[0], **form).status_code == 303
    assert "13812345678" in page(login("qa").get(f"/calibration/{started}")).text
    assert "13812345678" not in page(login("manager").get(f"/calibration/{started}")).text


def test_a_long_list_of_differences_is_cut_and_says_so(
    login: Login, started: int, calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(login, started, calls)
    monkeypatch.setattr(comparing, "MOST_SHOWN", 2)
    shown = page(login("qa").get(f"/calibration/{started}"))
    assert len(shown.all("article")) == 2 and "只列出前 2 处" in shown.text
    assert shown.one("h2", id="differences").text == "不一样的判定 3"


def test_words_that_are_erased_are_gone_from_agreements_and_appeals_too(
    app: Flask, db: Database, people: Cast, login: Login, started: int, calls: list[int]
) -> None:
    finished(login, started, calls)
    assert agree(login("qa"), started, calls[0], verdict="met", sentence="拜拜", note="算告别").status_code == 303
    with app.app_context(), db.writing() as session:
        appeal = Appeal(recording_id=calls[0], item_id="farewell", user_id=people["technician"].id, text="说了")
        session.add(appeal)
        session.flush()
        session.add(AppealStep(appeal_id=appeal.id, user_id=people["technician"].id, what="filed", text="说了"))
        erase_words(session, session.get_one(Recording, calls[0]))
    with db.reading() as session:
        kept = session.scalars(select(CalibrationAgreement)).one()
        assert (kept.verdict, kept.sentence, kept.note) == ("met", "", "")
        assert session.scalars(select(AppealStep.text)).all() == [""]
