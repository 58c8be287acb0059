"""The site. `create_app()` is its only door; Flask is imported when it is opened, not by the workers' children."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from web.config import Settings, WebSettings


def create_app(
    config: Mapping[str, Any] | None = None, settings: Settings | None = None, web: WebSettings | None = None
) -> Flask:
    """Return the application (see `web.app.create_app`)."""
    from web.app import create_app as create

    return create(config, settings, web)
