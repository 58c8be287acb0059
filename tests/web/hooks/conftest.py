"""A receiver on this machine that keeps what it is sent, and the site that may send to it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask

from web.hooks import acts
from web.kit.site import KEY, Site
from web.models import HookEvent

LONGEST_S = 60.0  # a test that waits for longer fails
Subscribe = Callable[..., tuple[int, str]]


@dataclass(frozen=True)
class Taken:
    """What came: `headers` by their lower-case names."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What is answered; `wait` holds it back until it is set."""

    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None


@dataclass
class Receiver:
    """`answers` are given one after the other, then all is well; `came` is set with each request."""

    url: str = ""
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.taken]


@pytest.fixture
def receivers() -> Iterator[Callable[[], Receiver]]:
    """`receivers()` starts another one."""
    begun: list[tuple[http.server.ThreadingHTTPServer, threading.Thread, Receiver, list[threading.Event]]] = []

    def start() -> Receiver:
        kept, held = Receiver(), []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept.taken.append(Taken(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                answer = kept.answers.pop(0) if kept.answers else Answer()
                kept.came.set()
                if answer.wait is not None:
                    held.append(answer.wait)
                    answer.wait.wait(LONGEST_S)
                with suppress(OSError):  # who asked has gone
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.body)

            def log_message(self, *_values: Any) -> None:
                """Quiet."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        kept.port = server.server_port
        kept.url = f"http://127.0.0.1:{kept.port}/tingjian"
        begun.append((server, thread, kept, held))
        return kept

    yield start
    for server, thread, _kept, held in begun:
        for event in held:
            event.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver(receivers: Callable[[], Receiver]) -> Receiver:
    return receivers()


@pytest.fixture
def here(app: Flask) -> Iterator[Site]:
    """The site, which may send to this machine."""
    kept: Site = app.extensions[KEY]
    web = replace(kept.web, private_webhooks=True, public_url="https://tingjian.example.com/qa/")
    app.extensions[KEY] = replace(kept, web=web)
    yield app.extensions[KEY]
    app.extensions[KEY] = kept


@pytest.fixture
def context(app: Flask, here: Site) -> Iterator[None]:
    """The worker's: no test that has one asks for a page, whose requests would share it."""
    with app.app_context():
        yield


@pytest.fixture
def subscribe(here: Site, people: dict[str, Any]) -> Subscribe:
    """`subscribe(url, *events)`: a receiver of these events (else of all); gives its id and secret."""

    def subscribed(url: str, *events: HookEvent) -> tuple[int, str]:
        wish = acts.Wish("工单系统", url, events or acts.choices())
        with here.db.writing() as session:
            return acts.add(session, here.seal, wish, people["admin"].id)

    return subscribed
