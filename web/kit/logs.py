"""What the processes of the site write to their log. Standard library only: workers' children load no Flask.

`TINGJIAN_WEB_LOG_FORMAT`: text is a line for people, json one object a line. Both name the request and the recording.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from web.kit import mishaps

REQUEST: ContextVar[str] = ContextVar("request", default="")
RECORDING: ContextVar[int | None] = ContextVar("recording", default=None)
PAGE: ContextVar[str] = ContextVar("page", default="")  # the endpoint; the system page alone tells it
_CONTROLS = {number: f"\\x{number:02x}" for number in (*range(32), 127, 0x85, 0x2028, 0x2029)}
_NOISY = ("alembic", "urllib3", "botocore", "s3fs", "fsspec")


def configure(form: str, folder: Path) -> None:
    """Let the process write its log to stderr, and keep its errors in `folder`. `form`: text | json."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler, Keeper(folder)]
    root.setLevel(logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextlib.contextmanager
def at_work_on(recording_id: int) -> Iterator[None]:
    """Name the recording in all lines of this thread until the block ends."""
    before = RECORDING.set(recording_id)
    try:
        yield
    finally:
        RECORDING.reset(before)


class TextFormatter(logging.Formatter):
    """2026-11-26 09:12:03,120 WARNING words [request … recording …]; a message is one line, whatever is in it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's own name
        record.message = record.message.translate(_CONTROLS)
        named = " ".join(f"{name} {value}" for name, value in _places().items())
        return super().formatMessage(record) + (f" [{named}]" if named else "")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, request, recording, and what the record adds."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_places(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=True, default=str)


class Keeper(logging.Handler):
    """Keeps what is logged as an error in a folder. A disk that refuses is no error of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.ERROR)
        self._folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            mishaps.keep(self._folder, mishaps.mishap_of(record, REQUEST.get(), PAGE.get(), RECORDING.get()))


def _places() -> dict[str, object]:
    found = {"request": REQUEST.get(), "recording": RECORDING.get()}
    return {name: value for name, value in found.items() if value not in (None, "")}
