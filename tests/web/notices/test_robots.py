"""Robots of groups: how they are asked, what is refused, what is tried again; against servers on this machine."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import http.server
import json
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from web.config import WebSettings
from web.db import Database, now
from web.kit import posting
from web.kit.addresses import RefusedError
from web.kit.site import KEY, Site
from web.models import GroupMessage, NoticeKind, SetAside
from web.notices import groups
from web.notices.robots import RobotError, post, signed
from web.notices.tell import tell

Answer = tuple[int, str]


@dataclass
class Robot:
    """A robot that keeps what it is sent; `answers` are given one after the other, then all is well."""

    url: str = ""
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


@pytest.fixture
def robot() -> Iterator[Robot]:
    kept = Robot()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.taken.append((self.path, body))
            status, answer = kept.answers.pop(0) if kept.answers else (200, '{"errcode": 0, "errmsg": "ok"}')
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", answer)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_values: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/send?key=geheim"
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_text_is_posted_as_both_robots_document_it(robot: Robot) -> None:
    post(robot.url, "听检：一位技师提出了新的申诉。", private=True)
    assert robot.taken == [
        ("/send?key=geheim", {"msgtype": "text", "text": {"content": "听检：一位技师提出了新的申诉。"}})
    ]


def test_dingtalk_is_signed_with_time_and_secret() -> None:
    url = signed("https://oapi.dingtalk.com/robot/send?access_token=a", "SEC123", 1_700_000_000_000)
    asked = parse_qs(urlsplit(url).query)
    mac = hmac.new(b"SEC123", b"1700000000000\nSEC123", hashlib.sha256).digest()
    assert asked == {
        "access_token": ["a"], "timestamp": ["1700000000000"], "sign": [base64.b64encode(mac).decode()]
    }  # fmt: skip
    assert signed("https://x/send?access_token=a", "", 1) == "https://x/send?access_token=a"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((503, ""), "HTTP 503"),
        ((404, ""), "HTTP 404"),
        ((302, "http://127.0.0.1:1/"), "转到了别处"),
        ((200, '{"errcode": 310000, "errmsg": "sign not match"}'), "errcode 310000"),
        ((200, "hello"), "errcode ?"),
    ],
)
def test_what_is_not_taken_is_told_without_the_address(robot: Robot, answer: Answer, words: str) -> None:
    robot.answers = [answer]
    with pytest.raises(RobotError) as error:
        post(robot.url, "x", private=True)
    assert words in str(error.value)
    assert "geheim" not in str(error.value)
    assert len(robot.taken) == 1  # nobody was followed anywhere


def test_a_robot_that_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "READ_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(RobotError):
        post(f"http://127.0.0.1:{silent.getsockname()[1]}/", "x", private=True)


def test_a_robot_that_answers_a_byte_at_a_time_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "LONGEST_S", 0.5)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as slow:

        def drip() -> None:
            one, _ = slow.accept()
            with one:
                for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 600:
                    try:
                        one.sendall(bytes([letter]))
                    except OSError:
                        break
                    if ended.wait(0.05):
                        break

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with pytest.raises(RobotError):
                post(f"http://127.0.0.1:{slow.getsockname()[1]}/", "x", private=True)
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize("url", ["http://example.com/send", "ftp://example.com/", "https:///send", "nothing", ""])
def test_only_https_is_asked(url: str) -> None:
    with pytest.raises(RefusedError):
        post(url, "x", private=False)


def test_a_robot_of_the_own_network_is_asked_only_where_that_is_allowed(robot: Robot) -> None:
    address = robot.url.replace("http:", "https:")
    with pytest.raises(RefusedError):
        post(address, "x", private=False)
    assert robot.taken == []


@pytest.fixture
def here(app: Flask, db: Database, robot: Robot) -> Iterator[Site]:
    """The site with both groups at the robot's address."""
    kept: Site = app.extensions[KEY]
    web: WebSettings = replace(
        kept.web, wecom_url=robot.url, dingtalk_url=robot.url, dingtalk_secret="SEC1", private_webhooks=True,
        public_url="https://tingjian.example.com/qa/",
    )  # fmt: skip
    app.extensions[KEY] = replace(kept, web=web)
    with app.app_context():
        yield app.extensions[KEY]
    app.extensions[KEY] = kept


def filed(db: Database) -> None:
    with db.writing() as session:
        tell(session, NoticeKind.APPEAL_FILED, [], item="farewell")


def test_both_groups_are_told_once_without_a_name(here: Site, db: Database, robot: Robot) -> None:
    filed(db)
    assert groups.deliver(here) == 2
    assert groups.deliver(here) == 0
    texts = [body["text"]["content"] for _path, body in robot.taken]
    assert texts == ["听检：一位技师提出了新的申诉，等待处理。\nhttps://tingjian.example.com/qa/appeals?state=open"] * 2
    assert ["sign" in path for path, _body in robot.taken] == [False, True]


def test_what_fails_is_tried_again_after_a_while(
    here: Site, db: Database, robot: Robot, caplog: pytest.LogCaptureFixture
) -> None:
    filed(db)
    robot.answers = [(503, ""), (503, "")]
    moment = now()
    with caplog.at_level(logging.DEBUG):
        groups.deliver(here, moment)
        with db.reading() as session:
            asides = session.scalars(select(SetAside)).all()
        assert [("HTTP 503" in a.reason, a.title) for a in asides] == [(True, "有新的申诉")] * 2
        groups.deliver(here, moment + dt.timedelta(seconds=30))
        assert len(robot.taken) == 2
        groups.deliver(here, moment + dt.timedelta(seconds=61))
    assert len(robot.taken) == 4
    assert "geheim" not in caplog.text
    assert "SEC1" not in caplog.text
    with db.reading() as session:
        assert session.scalars(select(SetAside)).all() == session.scalars(select(GroupMessage)).all() == []


def test_what_nobody_took_for_a_day_is_no_news(here: Site, db: Database, robot: Robot) -> None:
    filed(db)
    robot.answers = [(503, "")] * 2
    groups.deliver(here)
    groups.deliver(here, now() + dt.timedelta(days=1, minutes=1))
    assert len(robot.taken) == 2
    with db.reading() as session:
        assert session.scalars(select(SetAside)).all() == session.scalars(select(GroupMessage)).all() == []


def test_what_another_worker_is_at_is_left_to_him_for_a_while(here: Site, db: Database, robot: Robot) -> None:
    filed(db)
    moment = now()
    with db.writing() as session:
        for row in session.scalars(select(GroupMessage)):
            row.claimed_at = moment
    groups.deliver(here, moment + dt.timedelta(seconds=30))
    assert robot.taken == []
    groups.deliver(here, moment + dt.timedelta(minutes=3))  # he died
    assert len(robot.taken) == 2


def test_robots_are_not_sent_more_than_they_take(here: Site, db: Database, robot: Robot) -> None:
    for _ in range(groups.MOST + 3):
        filed(db)
    groups.deliver(here)
    assert len(robot.taken) == 2 * groups.MOST
