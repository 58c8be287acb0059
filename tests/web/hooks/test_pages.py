"""What administrators do: add, change, switch, test, change the secret, look at the log, send again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from tests.web.conftest import Login
from tests.web.hooks.conftest import Answer, Receiver, Subscribe
from tests.web.html import page
from web.db import Database, now
from web.hooks import acts
from web.hooks.sender import send_next
from web.kit.site import Site
from web.models import AuditEntry, Base, DeliveryState, Hook, HookDelivery, HookEvent, HookState, User

EVENTS = ["recording.judged", "appeal.filed"]
FORM = {"name": "工单系统", "url": "https://hooks.example.com/tingjian?token=geheim", "events": EVENTS}


def log(db: Database) -> list[tuple[str, dict[str, Any]]]:
    with db.reading() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "hook").order_by(AuditEntry.id))
        return [(row.action, row.detail) for row in rows]


def everything(db: Database) -> str:
    """All that the database holds."""
    with db.reading() as session:
        return " ".join(
            str(row) for table in Base.metadata.sorted_tables for row in session.execute(text(f'SELECT * FROM "{table}"'))  # noqa: S608  # our own
        )  # fmt: skip


@pytest.fixture
def send(app: Flask, here: Site) -> Callable[[int], bool]:
    """The worker's next attempt for a receiver."""

    def sent(number: int) -> bool:
        with app.app_context():
            return send_next(here, number)

    return sent


@pytest.fixture
def admin(login: Login) -> FlaskClient:
    return login("admin")


def test_a_new_receiver_is_stored_and_its_secret_shown_once_and_kept_nowhere(db: Database, admin: FlaskClient) -> None:
    shown = page(admin.post("/hooks/new", data=FORM))
    secret = shown.one("dd").text
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    assert secret not in everything(db)
    assert secret.removeprefix("whsec_") not in everything(db)
    for path in ("/hooks", "/hooks/1", "/hooks/1/edit"):
        assert secret not in admin.get(path).text
    with db.reading() as session:
        row = session.get_one(Hook, 1)
        assert (row.name, row.url, row.events, row.state) == (FORM["name"], FORM["url"], EVENTS, HookState.ON)
    assert log(db) == [
        ("hook-added", {"name": "工单系统", "host": "hooks.example.com", "events": "recording.judged、appeal.filed"})
    ]
    assert "geheim" not in page(admin.get("/admin/audit")).text


REFUSED = (
    ("", "https://"),
    ("hooks.example.com", "https://"),
    ("ftp://hooks.example.com/", "https://"),
    ("javascript:alert(1)", "https://"),
    ("https://", "https://"),
    ("https://hooks.example.com:99999/", "https://"),
    ("https://hooks.example.com/a b", "https://"),
    ("https://hooks.example.com/\r\nX: y", "https://"),
    ("https://客户.example.com/", "https://"),
    ("http://hooks.example.com/", "https://"),
    ("https://me:geheim@hooks.example.com/", "用户名"),
    ("https://@hooks.example.com/", "用户名"),
    ("https://hooks.example.com/#x", "用户名"),
    ("https://127.0.0.1/", "内部网络"),
    ("https://[::1]/", "内部网络"),
    ("https://[::ffff:10.0.0.1]/", "内部网络"),
    ("https://169.254.169.254/latest", "内部网络"),
    ("https://localhost/", "内部网络"),
    ("https://a.localhost/", "内部网络"),
    ("https://hooks.example.com/" + "x" * 500, "最多"),
)


def test_an_address_that_nothing_is_sent_to_is_refused_at_its_field(db: Database, admin: FlaskClient) -> None:
    for url, words in REFUSED:
        shown = page(admin.post("/hooks/new", data={**FORM, "url": url}), 422)
        assert words in shown.one("div", id="url-hint").text, url
        assert (shown.one("input", id="name").get("value"), log(db)) == ("工单系统", []), url


def test_inner_addresses_are_taken_where_the_settings_allow(here: Site, admin: FlaskClient) -> None:
    assert admin.post("/hooks/new", data={**FORM, "url": "http://10.0.0.5:8080/tingjian"}).status_code == 200


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"name": "长" * 65}, {"events": []}, {"events": ["webhook.ping", "x"]}]
)
def test_a_form_that_lacks_something_says_what(db: Database, admin: FlaskClient, change: dict[str, Any]) -> None:
    shown = page(admin.post("/hooks/new", data={**FORM, **change}), 422)
    assert [node.text for node in shown.all("div", class_="text-danger")] in (
        ["请填写名称，最多 64 个字。"], ["请至少选择一种事件。"]
    )  # fmt: skip
    assert log(db) == []


def test_a_receiver_is_changed_switched_off_and_on(db: Database, admin: FlaskClient) -> None:
    admin.post("/hooks/new", data=FORM)
    form = page(admin.get("/hooks/1/edit"))
    ticked = [box.get("value") for box in form.all("input", name="events") if box.get("checked") is not None]
    assert ticked == EVENTS
    changed = {**FORM, "name": "客服系统", "events": ["month.published"]}
    assert admin.post("/hooks/1/edit", data=changed).location == "/hooks/1"
    assert "客服系统" in page(admin.get("/hooks")).one("table").text
    admin.post("/hooks/1/switch", data={"on": "no"})
    admin.post("/hooks/1/switch", data={"on": "no"})  # once more changes nothing
    assert "已停用" in page(admin.get("/hooks/1")).text
    assert admin.post("/hooks/1/ping").location == "/hooks/1"
    assert "没有启用" in page(admin.get("/hooks/1")).text
    admin.post("/hooks/1/switch", data={"on": "yes"})
    assert [action for action, _ in log(db)] == ["hook-added", "hook-changed", "hook-switched", "hook-switched"]


def test_there_are_only_so_many(db: Database, admin: FlaskClient) -> None:
    for _ in range(acts.MOST):
        assert admin.post("/hooks/new", data=FORM).status_code == 200
    assert "最多启用 20 个" in page(admin.post("/hooks/new", data=FORM), 422).text
    admin.post("/hooks/1/switch", data={"on": "no"})
    assert admin.post("/hooks/new", data=FORM).status_code == 200
    admin.post("/hooks/1/switch", data={"on": "yes"})
    assert "最多启用 20 个" in page(admin.get("/hooks/1")).text
    with db.reading() as session:
        assert session.get_one(Hook, 1).state is HookState.OFF


def test_the_secret_is_changed_and_shown_once(db: Database, admin: FlaskClient) -> None:
    first = page(admin.post("/hooks/new", data=FORM)).one("dd").text
    second = page(admin.post("/hooks/1/secret")).one("dd").text
    assert second != first
    assert second not in everything(db)
    assert log(db)[-1] == ("hook-secret-changed", {})


def test_a_test_is_sent_by_the_worker_looked_at_and_sent_again(
    db: Database, admin: FlaskClient, receiver: Receiver, subscribe: Subscribe, send: Callable[[int], bool]
) -> None:
    number, _ = subscribe(receiver.url)
    answer = admin.post(f"/hooks/{number}/ping")
    assert (answer.location, receiver.taken) == ("/hooks/deliveries/1", [])
    waiting = page(admin.get("/hooks/deliveries/1"))
    assert "等着发送" in waiting.text
    assert '"type":"webhook.ping"' in waiting.one("code", id="body").text
    receiver.answers = [Answer(503, b"<script>busy</script>")]
    send(number)
    failed = page(admin.get("/hooks/deliveries/1"))
    row = failed.one("tbody").one("tr").text
    assert "HTTP 503" in row
    assert "<script>busy</script>" in row  # as text
    assert "等着再试" in failed.text
    (line,) = page(admin.get(f"/hooks/{number}")).one("tbody").all("tr")
    assert "503" in line.text
    assert page(admin.get(f"/hooks/{number}?state=failed")).all("tbody") == []
    assert len(page(admin.get(f"/hooks/{number}?state=waiting")).one("tbody").all("tr")) == 1
    assert admin.post("/hooks/deliveries/1/replay").location == "/hooks/deliveries/1"
    send(number)
    assert "已收下" in page(admin.get("/hooks/deliveries/1")).text
    assert len(set(receiver.ids)) == 1
    assert len(page(admin.get("/hooks/deliveries/1")).one("tbody").all("tr")) == 2
    assert [action for action, _ in log(db)] == ["hook-added", "hook-pinged", "hook-replayed"]
    assert log(db)[-1][1] == {"delivery": 1, "event": "webhook.ping"}
    assert "工单系统" in page(admin.get("/admin/audit")).text


def test_what_is_just_being_sent_is_not_sent_again(
    here: Site, db: Database, admin: FlaskClient, subscribe: Subscribe
) -> None:

    from web.hooks import desk, outbox

    number, _ = subscribe("https://hooks.example.com/")
    with db.writing() as session:
        outbox.emit(session, HookEvent.MONTH_PUBLISHED, month="2026-10", edition=1)
    with db.writing() as session:
        desk.claim(session, number, now())
    assert "正在发送" in page(admin.get("/hooks/deliveries/1")).text
    assert page(admin.get("/hooks/deliveries/1")).all("form", action="/hooks/deliveries/1/replay") == []
    admin.post("/hooks/deliveries/1/replay")
    with db.reading() as session:
        row = session.get_one(HookDelivery, 1)
        assert (row.tries, row.state) == (1, DeliveryState.WAITING)
        assert row.lease_until is not None
    with db.writing() as session:
        session.get_one(HookDelivery, 1).lease_until = now()
    assert "后台进程中断了" in page(admin.get("/hooks/deliveries/1")).text


def test_what_is_not_there_is_not_found(admin: FlaskClient) -> None:
    for path in ("/hooks/1", "/hooks/1/edit", "/hooks/deliveries/1"):
        assert admin.get(path).status_code == 404
    for path in ("/hooks/1/switch", "/hooks/1/secret", "/hooks/1/ping", "/hooks/deliveries/1/replay"):
        assert admin.post(path).status_code == 404


@pytest.mark.parametrize("who", ["qa", "manager", "technician"])
def test_only_administrators_see_them(login: Login, who: str) -> None:
    browser = login(who)
    assert browser.get("/hooks").status_code == 403
    assert browser.post("/hooks/new", data=FORM).status_code == 403
    assert "/hooks" not in [link.get("href") for link in page(browser.get("/")).all("a")]


def test_an_administrator_is_told_of_one_that_ended_and_led_there(
    db: Database, admin: FlaskClient, receiver: Receiver, subscribe: Subscribe, send: Callable[[int], bool]
) -> None:
    number, _ = subscribe(receiver.url)
    admin.post(f"/hooks/{number}/ping")
    receiver.answers = [Answer(410)]
    send(number)
    (line,) = page(admin.get("/notices")).one("ul", id="notices").all("li")
    assert "第 1 号推送地址说它不再接收" in line.text
    assert admin.get(line.one("a").get("href") or "").location == "/hooks/1"
    assert "对方不再接收" in page(admin.get("/hooks")).text


def test_why_it_failed_is_told_in_the_language_of_who_looks(
    db: Database,
    admin: FlaskClient,
    people: dict[str, Any],
    receiver: Receiver,
    subscribe: Subscribe,
    send: Callable[[int], bool],
) -> None:
    number, _ = subscribe(receiver.url)
    admin.post(f"/hooks/{number}/ping")
    receiver.answers = [Answer(503), Answer(302)]
    send(number)
    with db.writing() as session:
        session.get_one(User, people["admin"].id).preferences = {"language": "en"}
        acts.replay(session, session.get_one(HookDelivery, 1), now())
    send(number)
    english = admin.get("/hooks/deliveries/1").text
    assert "The receiver did not accept it (HTTP 503)" in english
    assert "which was not followed" in english
