"""What every request and command of the site has at hand: settings and the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, has_request_context
from sqlalchemy.orm import Session

from web.config import Settings, WebSettings
from web.db import Database, now
from web.kit import chain
from web.kit.calendar import today_in
from web.kit.lexicons import lexicons_on
from web.kit.seal import Seal

KEY = "tingjian"


@dataclass(frozen=True, slots=True)
class Site:
    """The site's settings and database."""

    settings: Settings
    web: WebSettings
    db: Database

    @property
    def folder(self) -> Path:
        """The folder that the site owns."""
        return self.settings.home / "web"

    @property
    def lexicons(self) -> Path:
        """The folder of the standards in effect today; within a request it is looked up once."""
        found: Path | None = g.get("lexicons") if has_request_context() else None
        if found is None:
            with self.db.reading() as session:  # its own: a view that writes later must not have read before
                found = lexicons_on(session, self.settings, today_in(self.zone, now()))
            if has_request_context():
                g.lexicons = found
        return found

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people read times."""
        return ZoneInfo(self.web.timezone)

    @property
    def seal(self) -> Seal:
        """The keys that the database does not know."""
        return chain.seal_of(self.db.info)


def open_site(settings: Settings, web: WebSettings) -> Site:
    """Return the site of these settings, its database opened with the keys that seal the audit log."""
    known = chain.opened(settings.home / "web", web.audit_key)
    return Site(settings, web, Database(web.database(settings.home), known))


def site_of(app: Flask) -> Site:
    here: Site = app.extensions[KEY]
    return here


def site() -> Site:
    """The site of the current application."""
    return site_of(current_app)


def reader() -> Session:
    """Return the request's session for reading; it is closed with the request."""
    session: Session | None = g.get("reader")
    if session is None:
        session = g.reader = site().db.reading_session()
    return session


def today() -> dt.date:
    """The day in the site's zone."""
    return today_in(site().zone, now())


def forget_reads() -> None:
    """End the request's reading transaction, so that the next read sees what was just written."""
    g.pop("lexicons", None)
    session: Session | None = g.pop("reader", None)
    if session is not None:
        session.close()
