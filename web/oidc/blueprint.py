"""The blueprint of the company's login, and the site's provider."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app

from web.kit.i18n import gettext as _
from web.kit.site import site_of
from web.oidc.provider import Provider
from web.oidc.rules import rules

blueprint = Blueprint("oidc", __name__)
KEY = "tingjian-oidc"


def provider() -> Provider | None:
    """The site's provider, None where it has none."""
    found: Provider | None = current_app.extensions[KEY]
    return found


def init(app: Flask) -> None:
    """Read the settings, but ask nobody: the site starts without its provider. Raises SettingsError."""
    read = rules(site_of(app).web)
    app.extensions[KEY] = Provider(read) if read else None
    app.jinja_env.globals["company_login"] = _button


def _button() -> str:
    """The words of the login page's button; "" where there is no company login."""
    found = provider()
    return (found.rules.button or _("用公司账号登录")) if found else ""
