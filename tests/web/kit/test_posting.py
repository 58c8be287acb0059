"""Sending to other servers: who shakes hands a byte at a time is hung up on as well."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from web.kit import posting
from web.kit.posting import UnreachableError, post


def test_a_handshake_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "LONGEST_S", 0.5)
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
