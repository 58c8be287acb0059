"""Column types: aware UTC times, compressed JSON documents."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


def now() -> datetime:
    """Return the present moment, aware, UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


EARLIEST, LATEST = datetime(1000, 1, 1), datetime(9000, 1, 1)  # a zone or a deadline more, and Python still counts


class UtcDateTime(TypeDecorator[datetime]):
    """Aware times in Python, naive UTC in the database: SQLite forgets zones (RELIABILITY §6).

    A time that no calendar can compute with (9999-12-31 in UTC is no day in Shanghai) is stored and read as the nearest
    that one can: such a row shows itself instead of breaking every page and every sum.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the database holds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value}")
        try:
            return _computable(value.astimezone(UTC).replace(tzinfo=None))
        except OverflowError:
            return _computable(value.replace(tzinfo=None))

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what Python sees."""
        return None if value is None else _computable(value).replace(tzinfo=UTC)


def _computable(moment: datetime) -> datetime:
    return min(max(moment, EARLIEST), LATEST)


class Document(TypeDecorator[Any]):
    """A JSON document, compressed: an hour's transcript with its times takes a tenth of its text."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Return what the database holds."""
        if value is None:
            return None
        return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 6)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Return what Python sees."""
        return None if value is None else json.loads(zlib.decompress(value))
