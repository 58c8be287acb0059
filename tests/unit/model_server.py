"""A stand-in, over real HTTP, of the places that models are fetched from: the hub, with its paths, and any other file by its path."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from analyzer.hearing.catalogue import SOURCES, HubModel

assert isinstance(SOURCES["small"], HubModel)
SMALL: HubModel = SOURCES["small"]


@dataclass
class Hub:
    """What the stand-in has, what it was asked, and how it misbehaves: `cut` the bytes of weights after which it hangs up."""

    files: dict[str, bytes]
    cut: int = 0
    dead: bool = False  # after hanging up, nothing is answered
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, range
    big: str = "model.bin"  # the file that is cut
    url: str = ""


@contextmanager
def serving(hub: Hub) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            wanted = self.headers.get("Range", "")
            path = self.path.partition("?")[0]
            if (
                SMALL.repository not in path and path not in hub.files
            ):  # what the client asks for its own sake, once a day
                self.give(b"", {}, status=404, body=body)
                return
            hub.asked.append((self.command, path, wanted))
            if path == f"/api/models/{SMALL.repository}/tree/{SMALL.revision}":
                content = [
                    {"type": "file", "path": name, "size": len(held), "oid": hashlib.sha256(held).hexdigest()[:40]}
                    for name, held in hub.files.items()
                ]
                self.give(json.dumps(content).encode(), {"Content-Type": "application/json"}, body=body)
                return
            name = path.removeprefix(f"/{SMALL.repository}/resolve/{SMALL.revision}/")
            held = hub.files.get(name)
            if held is None:
                self.give(b"", {"X-Error-Code": "EntryNotFound"}, status=404, body=body)
                return
            known = {"ETag": f'"{hashlib.sha256(held).hexdigest()}"', "X-Repo-Commit": SMALL.revision}
            if body and hub.dead and hub.cut < 0:
                self.give(b"", {}, status=503, body=body)
            elif body and name == hub.big and hub.cut > 0:
                self.send_response(200)
                self.send_header("Content-Length", str(len(held)))
                self.end_headers()
                self.wfile.write(held[: hub.cut])
                self.close_connection = True
                hub.cut = -1
            elif wanted:
                first = int(wanted.removeprefix("bytes=").rstrip("-"))
                known["Content-Range"] = f"bytes {first}-{len(held) - 1}/{len(held)}"
                self.give(held[first:], known, status=206, body=body)
            else:
                self.give(held, known, body=body)

        def give(self, content: bytes, headers: dict[str, str], *, status: int = 200, body: bool) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
