"""A site whose company login is the stub, or what a test module says of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.oidc.stub import CLIENT, SECRET, Stub, serving
from tests.web.servers import POSTGRES, REDIS
from web.auth import passwords
from web.config import WebSettings


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "METHOD", "pbkdf2:sha256:1")


@pytest.fixture
def stub() -> Iterator[Stub]:
    """The provider, answering."""
    made = Stub()
    with serving(made) as address:
        made.issuer = address
        yield made


@pytest.fixture
def oidc() -> dict[str, Any]:
    """The settings of a test module, beyond the usual ones."""
    return {}


@pytest.fixture
def web_settings(database_url: str, stub: Stub, oidc: dict[str, Any]) -> WebSettings:
    """The site's settings: its company login is the stub."""
    more: dict[str, Any] = {"database_url": database_url, "queue_url": REDIS} if POSTGRES else {}
    settings = {
        "oidc_issuer": stub.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_roles": "heads=admin; managers=manager; qa=qa; techs=technician",
        "oidc_create": True,
        "public_url": "http://localhost",
    }
    return WebSettings(**{**more, **settings, **oidc})
