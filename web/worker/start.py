"""Where a spawned child begins. Alone in its module, so that the supervisor can name it without importing an engine."""

from __future__ import annotations

from multiprocessing.connection import Connection

from web.config import Settings, WebSettings
from web.kit import leash
from web.models import JobKind


def child(pipe: Connection, settings: Settings, web: WebSettings, kind: JobKind) -> None:
    """Import the analyzer and work (see `web.worker.child.main`)."""
    leash.attach()  # before the imports, which take a second
    from web.worker.child import main

    main(pipe, settings, web, kind)
