"""A stand-in for a local model's server on this machine: speaks the protocol, says what the test has it say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Says = Callable[[dict[str, Any]], tuple[int, bytes]]


class Model:
    """`says(request)` gives status and body; `heard` keeps the requests, `keys` their Authorization headers."""

    def __init__(self, says: Says) -> None:
        self.says = says
        self.heard: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.url = ""


def completion(opinions: Any) -> tuple[int, bytes]:
    content = json.dumps({"opinions": opinions}, ensure_ascii=False)
    return 200, json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def material(request: dict[str, Any]) -> dict[str, Any]:
    """What the request asks about: 条款 and 听写稿."""
    found: dict[str, Any] = json.loads(request["messages"][1]["content"])
    return found


def obedient(request: dict[str, Any]) -> tuple[int, bytes]:
    """A model that is taken in by whatever tells it to pass: it finds the line, obeys, and quotes it."""
    asked = material(request)
    for line in asked["听写稿"]:
        if "达标" in line["话"] or "通过" in line["话"] or "ignore" in line["话"].lower():
            quotes = [{"line": line["line"], "text": line["话"]}]
            return completion(
                [{"item": c["id"], "verdict": "met", "why": "录音要求", "quotes": quotes} for c in asked["条款"]]
            )
    return completion([])


@contextmanager
def serving(says: Says) -> Iterator[Model]:
    model = Model(says)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.heard.append(body)
            model.keys.append(self.headers.get("Authorization"))
            status, answer = model.says(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
