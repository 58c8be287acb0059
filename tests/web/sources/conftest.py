"""A folder with sounds of one second, each with its own content, and a site that takes from it."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

Sound = Callable[..., bytes]


@pytest.fixture(scope="session")
def sound() -> Sound:
    """`sound(number, seconds)`: a WAV of 8 kHz; another number is another content."""

    def made(number: int = 0, seconds: float = 0.2, rate_hz: int = 8000) -> bytes:
        count = int(seconds * rate_hz)
        samples = [int(8000 * math.sin(2 * math.pi * (200 + number) * i / rate_hz)) for i in range(count)]
        body = struct.pack(f"<{count}h", *samples)
        head = struct.pack("<IHHIIHH", 16, 1, 1, rate_hz, rate_hz * 2, 2, 16)
        return (
            b"RIFF"
            + struct.pack("<I", 36 + len(body))
            + b"WAVEfmt "
            + head
            + b"data"
            + struct.pack("<I", len(body))
            + body
        )

    return made


def lay(folder: Path, name: str, content: bytes | str) -> Path:
    """Put a file into a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
