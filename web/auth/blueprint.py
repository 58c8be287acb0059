"""The blueprint of logging in, and what its views share."""

from __future__ import annotations

import math

from flask import Blueprint, request, session, url_for
from sqlalchemy.orm import Session

from web.auth import browsers, passwords, throttle
from web.auth.throttle import Counter
from web.db import now
from web.kit.i18n import gettext as _
from web.kit.login import came_by_company, viewer
from web.kit.site import reader, site
from web.models import User

blueprint = Blueprint("auth", __name__)
FRESH_S = 600


def inside(wanted: str) -> str:
    """Return a page of this site; anything that could lead elsewhere becomes the front page."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if plain and wanted.isprintable() else url_for("home.index")


def wait_words(seconds: int) -> str:
    """Tell somebody who tried too often how long to wait."""
    if seconds < 60:
        return _("尝试次数太多，请 %(n)s 秒后再试。", n=seconds)
    return _("尝试次数太多，请 %(n)s 分钟后再试。", n=math.ceil(seconds / 60))


def counters(writing: Session, what: str, user_id: int) -> tuple[Counter, ...]:
    """Return what an attempt at an account's second factor, or at its password from within, counts for."""
    return throttle.of_account(writing, what, user_id, browsers.known(user_id))


def unconfirmed(password: str) -> str:
    """Why the viewer's own password does not confirm what he is about to do; "" where it does.

    Who came by the company's login has proved himself there: that counts for ten minutes.
    """
    if came_by_company():
        fresh = now().timestamp() - session.get("began", 0) <= FRESH_S
        return "" if fresh else _("请先退出，用公司账号重新登录，再在 %(n)s 分钟之内做这一步。", n=FRESH_S // 60)
    return wrong_password(password)


def wrong_password(password: str) -> str:
    """Why that is not the viewer's password; "" where it is."""
    user = reader().get_one(User, viewer().id)
    with site().db.writing() as writing:
        wait = throttle.admit(writing, counters(writing, "confirm", user.id), user.id)
    if wait:
        return wait_words(wait)
    if not passwords.right(user, password[: passwords.MAX_LENGTH + 1]):
        return _("当前密码不对。")
    with site().db.writing() as writing:
        throttle.succeeded(writing, counters(writing, "confirm", user.id))
    return ""


def address() -> str:
    return request.remote_addr or ""
