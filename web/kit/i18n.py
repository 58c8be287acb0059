"""Language of the pages: Simplified Chinese is the source; other catalogues go to web/translations."""

from __future__ import annotations

import flask_babel
from flask import Flask, has_request_context, request
from flask_babel import Babel
from flask_login import current_user

from web.kit.site import site_of

LANGUAGES = {"zh_Hans_CN": "简体中文"}
DEFAULT = "zh_Hans_CN"


def gettext(text: str, **values: object) -> str:
    """Return the text in the request's language; import it as `_`, which is what catalogues are made from."""
    return str(flask_babel.gettext(text, **values))


def _chosen() -> str:
    if not has_request_context():  # a command: nobody has chosen
        return DEFAULT
    wanted = getattr(current_user, "preferences", {}).get("language") if current_user else None
    if wanted in LANGUAGES:
        return str(wanted)
    return request.accept_languages.best_match(LANGUAGES, DEFAULT) or DEFAULT


def init(app: Flask) -> None:
    """Give the application its languages and the site's time zone."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT)
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", site_of(app).web.timezone)
    Babel(app, locale_selector=_chosen)
