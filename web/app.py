"""Putting the site together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from web import cli
from web.admin import views as admin
from web.api import document as api
from web.api import door as api_door
from web.api import pages as tokens
from web.auth import views as auth
from web.calibration import views as calibration
from web.config import Settings, WebSettings
from web.digest import views as digest
from web.help import views as help_pages
from web.home import views as home
from web.hooks import views as hooks
from web.intake import storage
from web.jobs import views as jobs
from web.kit import access, cookies, errors, i18n, incoming, login, pages, refused, security, sound, tracing
from web.kit.seal import kept_key
from web.kit.site import KEY, forget_reads, open_site
from web.learning import views as learning
from web.links import views as links
from web.months import views as months
from web.notices import views as notices
from web.oidc import views as oidc
from web.privacy import views as privacy
from web.queue import doorbell
from web.recordings import views as recordings
from web.review import views as review
from web.scorecards import views as scorecards
from web.search import views as search
from web.staff import views as staff
from web.standards.dryrun import views as standard_dryrun
from web.standards.editing import views as standard_editing
from web.standards.importing import views as standard_importing
from web.standards.policy import views as standard_policy
from web.standards.reading import views as standard_reading
from web.standards.trying import views as standard_trying
from web.standards.versions import views as standard_versions
from web.system import header
from web.system import views as system
from web.topics import views as topics
from web.uploads import views as uploads
from web.watch import views as watch
from web.watch.networks import networks

FEATURES = (
    uploads,
    jobs,
    home,
    auth,
    oidc,
    notices,
    admin,
    staff,
    standard_policy,
    links,
    scorecards,
    standard_reading,
    months,
    topics,
    digest,
    recordings,
    search,
    standard_importing,
    standard_trying,
    review,
    learning,
    calibration,
    standard_dryrun,
    watch,
    privacy,
    hooks,
    standard_versions,
    system,
    help_pages,
    standard_editing,
    tokens,
    api,
)


def create_app(
    config: Mapping[str, Any] | None = None, settings: Settings | None = None, web: WebSettings | None = None
) -> Flask:
    """Return the application. `config` is Flask's own; settings default to the environment.

    Raises SettingsError for a mistyped setting or one whose driver is not installed. The database must be at the newest
    migration: `serve`, `worker` and `upgrade` see to that.
    """
    os.umask(0o077)  # what the site writes holds people's voices and words: files 0600, folders 0700
    settings = settings or Settings.from_environment()
    web = web or WebSettings.from_environment()
    networks(web.metrics_from)  # a mistyped one is told now
    doorbell.check(web.queue_url)
    storage.check(web.storage_url)
    app = Flask("web")
    incoming.init(app)
    app.config.update(
        SECRET_KEY=web.secret_key or kept_key(settings.home / "web" / "secret_key"),
        SESSION_COOKIE_NAME="tingjian",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=web.session_minutes),
        MAX_CONTENT_LENGTH=32 * 1024**2,  # slices are at most 16 MiB; a CSV of 100,000 orders is under 20
        MAX_FORM_MEMORY_SIZE=16 * 1024**2,  # a long paste is refused in words, by who reads it
        MAX_FORM_PARTS=3000,  # the review of an imported standard: five fields a clause
        TRUSTED_HOSTS=[h.strip() for h in web.trusted_hosts.split(",") if h.strip()] or None,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.config.update(config or {})
    app.extensions[KEY] = open_site(settings, web)
    if web.proxies:  # the last so many addresses are theirs to tell; what a visitor wrote before them is not believed
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=web.proxies, x_proto=web.proxies)  # type: ignore[method-assign]
    app.teardown_appcontext(lambda _: forget_reads())
    app.register_error_handler(storage.StorageError, errors.store_away)
    for part in (
        tracing,
        cookies,
        security,
        i18n,
        login,
        api_door,
        access,
        errors,
        refused,
        pages,
        sound,
        header,
        oidc,
        cli,
    ):
        part.init(app)
    for feature in FEATURES:
        app.register_blueprint(feature.blueprint)
    return app
