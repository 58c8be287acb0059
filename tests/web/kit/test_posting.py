"""Sending to other servers: over TLS to who can prove his name; who shakes hands a byte at a time is hung up on as well."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from web.kit import posting
from web.kit.posting import Answer, UnreachableError, post

CERTIFICATE = Path(__file__).parent / "untrusted.pem"  # of hooks.example.com, signed by itself, with its key: of no use


@pytest.fixture
def port() -> Iterator[int]:
    """A server that shows the certificate and answers 200."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"taken")

        def log_message(self, *_values: Any) -> None:
            """Quiet."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who does not trust it hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def names_lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    known = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *more, **named: known("127.0.0.1", *more, **named))


@pytest.mark.usefixtures("names_lead_here")
def test_who_cannot_prove_his_name_is_sent_nothing(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"https://hooks.example.com:{port}/"
    with pytest.raises(UnreachableError, match="SSLCertVerificationError"):
        post(url, b"{}", {}, private=True)
    trusting = ssl.create_default_context

    def with_our_own() -> ssl.SSLContext:
        return trusting(cafile=str(CERTIFICATE))

    monkeypatch.setattr(ssl, "create_default_context", with_our_own)
    assert post(url, b"{}", {}, private=True) == Answer(200, b"taken")
    with pytest.raises(UnreachableError, match="SSLCertVerificationError"):
        post(url.replace("hooks.", "other."), b"{}", {}, private=True)


def test_a_handshake_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "LONGEST_S", 0.5)
    monkeypatch.setattr(posting, "READ_S", 90.0)  # which Python holds a whole handshake to
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as slow:

        def drip() -> None:
            one, _ = slow.accept()
            with one:
                for byte in b"\x16\x03\x03\x40\x00" + b"\x02" * 1200:  # a record of 16 KiB that is a minute in coming
                    try:
                        one.sendall(bytes([byte]))
                    except OSError:
                        break
                    if ended.wait(0.05):
                        break

        thread = threading.Thread(target=drip)
        thread.start()
        begun_s = time.monotonic()
        try:
            with pytest.raises(UnreachableError):
                post(f"https://127.0.0.1:{slow.getsockname()[1]}/", b"{}", {}, private=True)
        finally:
            ended.set()
            thread.join()
        assert time.monotonic() - begun_s < 30  # it would have gone on for a minute
