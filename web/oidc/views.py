"""To the provider, back, and out again."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.auth import throttle
from web.auth.blueprint import address, inside, wait_words
from web.auth.entering import ask_second_factor, enter
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.site import forget_reads, reader, site
from web.models import User
from web.oidc import pages
from web.oidc.blueprint import blueprint, init, provider
from web.oidc.people import person
from web.oidc.placing import place
from web.oidc.provider import AwayError, UnprovedError, logged

__all__ = ["blueprint", "init", "pages"]

log = logging.getLogger(__name__)


@blueprint.get("/login/company")
def begin() -> ResponseReturnValue:
    """Send the browser to the provider."""
    company, wanted = provider(), request.args.get("next", "")
    if company is None:
        return redirect(url_for("auth.login"))
    if current_user.is_authenticated:
        return redirect(inside(wanted))
    # the way back leads to the public address: a cookie of another one would not be there
    if request.host != urlsplit(company.rules.public_url).netloc and "here" not in request.args:
        return redirect(company.rules.public_url + url_for("oidc.begin", next=wanted or None, here=1))
    try:
        return redirect(company.begin(session, company.rules.public_url + url_for("oidc.back"), wanted))
    except AwayError as error:
        return _away(error, wanted)


@blueprint.get("/login/company/back")
def back() -> ResponseReturnValue:
    """Take who comes back from the provider."""
    company = provider()
    if company is None:
        return redirect(url_for("auth.login"))
    begun = company.waiting.get_state_data(session, request.args.get("state"))
    if begun is None:  # late, used, of another browser, or the back button
        if current_user.is_authenticated:
            return redirect(url_for("home.index"))
        flash(_("这次登录已经过期，或已经用过。请重新登录。"), "warning")
        return redirect(url_for("auth.login"))
    wanted = begun.get("next", "")
    with site().db.writing() as writing:
        counted = throttle.of_address(writing, address())
        wait = throttle.admit(writing, counted, None)
    if wait:
        return _refused("wait", 429, words=wait_words(wait))
    try:
        claims = company.claims(request.args)
        who = person(claims, company.rules)
    except AwayError as error:
        return _away(error, wanted)
    except UnprovedError as error:
        company.waiting.clear_state_data(session, request.args.get("state"))
        log.warning("a company login proves nobody: %s", logged(str(error)))
        why = "denied" if request.args.get("error") == "access_denied" else "unproved"
        with site().db.writing() as writing:
            audit.record(writing, "company-refused", "user", "", why=why, told=str(error))
        return _refused(why)
    with site().db.writing() as writing:
        throttle.succeeded(writing, counted)
        placed = place(writing, who, company.rules)
    forget_reads()
    if placed.user_id is None:
        return _refused(placed.why, about=placed.about)
    user = reader().get_one(User, placed.user_id)
    if user.second_factor_salt and site().web.oidc_second_factor:
        return ask_second_factor(user, wanted, by_company=True)
    return enter(user.id, wanted, by_company=True)


@blueprint.get("/login/company/left")
def left() -> ResponseReturnValue:
    """Say that the site is left, and where the company's own login is ended: a form may not lead there (CSP)."""
    company = provider()
    if company is None:  # the setting went while somebody was in
        return redirect(url_for("auth.login"))
    return render_template(
        "oidc/left.html", out=company.logout_address(company.rules.public_url + url_for("auth.login"))
    )


def _away(error: AwayError, wanted: str) -> ResponseReturnValue:
    log.warning("the company's login is away: %s", logged(str(error)))
    flash(_("公司账号登录暂时用不了（认证服务没有应答）。有本站密码的账号可以直接登录。"), "warning")
    return redirect(url_for("auth.login", next=wanted or None))


def _refused(why: str, status: int = 422, *, about: str = "", words: str = "") -> ResponseReturnValue:
    return render_template("oidc/refused.html", words=words or pages.why_words(why, about)), status
