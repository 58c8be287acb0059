"""Where a spawned child begins. Alone in its module, so that the supervisor can name it without importing an engine."""

from __future__ import annotations

from multiprocessing.connection import Connection

from analyzer.settings import Settings
from web.config import WebSettings
from web.jobs import leash
from web.models import JobKind


def child(pipe: Connection, settings: Settings, web: WebSettings, kind: JobKind) -> None:
    """Import the analyzer and work (see `web.jobs.child.main`)."""
    leash.attach()  # before the imports, which take a second
    from web.jobs.child import main

    main(pipe, settings, web, kind)
