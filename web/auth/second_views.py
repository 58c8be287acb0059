"""The page of the second factor: switched on with the phone in hand, switched off with password and code."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from web.auth import second, throttle
from web.auth.blueprint import blueprint, counters, unconfirmed, wait_words
from web.kit.access import must_use_second_factor
from web.kit.i18n import gettext as _
from web.kit.login import sign_in_again, viewer
from web.kit.site import forget_reads, reader, site
from web.models import User


@blueprint.get("/second-factor")
def second_factor() -> ResponseReturnValue:
    """Show whether it is on."""
    return _page()


@blueprint.post("/second-factor/begin")
def second_factor_begin() -> ResponseReturnValue:
    """Show the secret, to whoever knows the password."""
    if viewer().second_factor:
        return redirect(url_for("auth.second_factor"))
    if why := unconfirmed(request.form.get("password", "")):
        return _page(why, 422)
    session["salt"] = second.salted()
    return _setup(session["salt"])


@blueprint.post("/second-factor/confirm")
def second_factor_confirm() -> ResponseReturnValue:
    """Switch it on where the phone gives the right code; the recovery codes are shown once."""
    salt = session.get("salt")
    if salt is None or viewer().second_factor:
        return redirect(url_for("auth.second_factor"))
    step = second.step_of(site().seal, viewer().id, salt, request.form.get("code", ""))
    if step is None:
        return _setup(salt, _("动态码不对。请核对手机的时间，再输一次。"), 422)
    with site().db.writing() as writing:
        user = writing.get_one(User, viewer().id)
        codes = second.switch_on(writing, site().seal, user, salt, step)
    forget_reads()
    sign_in_again(user)
    return render_template("auth/recovery_codes.html", codes=codes)


@blueprint.post("/second-factor/remove")
def second_factor_remove() -> ResponseReturnValue:
    """Switch it off, where the site does not ask for it."""
    if must_use_second_factor(viewer().role):
        abort(403)
    if why := unconfirmed(request.form.get("password", "")):
        return _page(why, 422)
    with site().db.writing() as writing:
        counted = counters(writing, "code", viewer().id)
        wait = throttle.admit(writing, counted, viewer().id)
        user = writing.get_one(User, viewer().id, with_for_update=True)
        right = not wait and second.accept(writing, site().seal, user, request.form.get("code", ""))
        if right:
            throttle.succeeded(writing, counted)
            second.switch_off(writing, user)
    if wait:
        return _page(wait_words(wait), 429)
    if not right:
        return _page(_("动态码不对，或已经用过。请等下一个再试。"), 422)
    forget_reads()
    sign_in_again(user)
    flash(_("两步验证已关闭。"), "success")
    return redirect(url_for("auth.second_factor"))


def _page(error: str = "", status: int = 200) -> ResponseReturnValue:
    left = len(reader().get_one(User, viewer().id).recovery_codes)
    required = must_use_second_factor(viewer().role)
    return render_template("auth/second_factor.html", error=error, left=left, required=required), status


def _setup(salt: str, error: str = "", status: int = 200) -> ResponseReturnValue:
    secret = second.secret(site().seal, viewer().id, salt)
    picture = second.picture(secret, viewer().username, _("听检"))
    grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return render_template("auth/second_setup.html", picture=picture, secret=grouped, error=error), status
