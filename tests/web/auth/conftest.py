"""Passwords are hashed cheaply where a test does not ask how they are hashed."""

from __future__ import annotations

import pytest

from web.auth import passwords


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "METHOD", "pbkdf2:sha256:1")
