"""A bucket on a stand-in for S3 on this machine (moto), which can fall silent, and refuse some requests before it answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

REGION = "us-east-1"


class Stand:
    """The server: `refuse(n)` has it refuse the next n requests as a busy S3 does; `stop` and `start` are its outages."""

    def __init__(self) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self._application = DomainDispatcherApplication(create_backend_app)
        self._refuse = 0
        self.asked: list[str] = []
        self.port = 0
        self.start()
        self.bucket = f"recordings-{self.port}"

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/audio"

    def start(self) -> None:
        from werkzeug.serving import make_server

        self._server = make_server("127.0.0.1", self.port, self._answer, threaded=True)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def refuse(self, requests: int) -> None:
        self._refuse = requests

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        if self._refuse:
            self._refuse -= 1
            start_response("503 Slow Down", [("Content-Type", "application/xml")])
            return [b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"]
        return self._application(environ, start_response)


@contextmanager
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """An empty bucket, found by whoever opens its `url` in the block."""
    pytest.importorskip("moto", reason="needs requirements-scale-dev.txt: make test-scale")
    import boto3
    import s3fs

    stand = Stand()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{stand.port}", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "2",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    client = boto3.client("s3")
    client.create_bucket(Bucket=stand.bucket)
    stand.asked.clear()
    try:
        yield stand
    finally:
        stand.refuse(0)
        s3fs.S3FileSystem.clear_instance_cache()
        client.close()
        stand.stop()
