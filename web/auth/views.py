"""Login, logout, change of password."""

from __future__ import annotations

from flask import Response, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user, logout_user
from flask_wtf.csrf import generate_csrf
from wtforms import PasswordField
from wtforms.validators import ValidationError

from web.auth import browsers, metering, names, passwords, second, second_views, throttle
from web.auth.blueprint import address, blueprint, counters, inside, unconfirmed, wait_words
from web.auth.entering import ask_second_factor, enter, half_in
from web.auth.throttle import Guest
from web.kit import audit, i18n
from web.kit.cookies import cookie_name, is_secure
from web.kit.forms import Form
from web.kit.i18n import gettext as _
from web.kit.login import came_by_company, sign_in, viewer
from web.kit.site import forget_reads, reader, site
from web.models import User

__all__ = ["blueprint", "metering", "second_views"]

YEAR_S = 365 * 86_400
_LIMITS = {"autocomplete": "new-password", "maxlength": passwords.MAX_LENGTH, "required": True}


class PasswordForm(Form):
    old = PasswordField(_l("当前密码"), render_kw=_LIMITS | {"autocomplete": "current-password"})
    new = PasswordField(_l("新密码"), render_kw=_LIMITS)
    again = PasswordField(_l("再输一次新密码"), render_kw=_LIMITS)

    def validate_old(self, field: PasswordField) -> None:
        if why := unconfirmed(field.data or ""):
            raise ValidationError(why)

    def validate_new(self, field: PasswordField) -> None:
        if weak := passwords.weakness(field.data or "", viewer().username, viewer().name):
            raise ValidationError(weak)
        if field.data == self.old.data:
            raise ValidationError(_("新密码不能和当前密码相同。"))

    def validate_again(self, field: PasswordField) -> None:
        if field.data != self.new.data:
            raise ValidationError(_("两次输入的新密码不一致。"))


@blueprint.get("/login")
def login() -> ResponseReturnValue:
    """Show the form."""
    if current_user.is_authenticated:
        return redirect(inside(request.args.get("next", "")))
    return _form(request.args.get("next", ""))


@blueprint.post("/login")
def login_submit() -> ResponseReturnValue:
    """Check name and password."""
    username, wanted = names.typed(request.form.get("username", "")), request.form.get("next", "")
    user = passwords.account(reader(), username)
    guest = Guest(username, address(), browsers.known(user.id if user else None))
    tried = passwords.attempt(site().db, guest, request.form.get("password", ""))
    forget_reads()
    if tried.wait_s:
        return _form(wanted, username, wait_words(tried.wait_s), 429, tried.wait_s)
    if tried.expired:
        return _form(wanted, username, _("初始密码已经过期，请联系管理员重新生成。"), 422)
    if tried.by_company:
        return _form(wanted, username, _("这个账号已关联公司账号，请用公司账号登录。"), 422)
    if tried.user_id is None:
        return _form(wanted, username, _("用户名或密码不对。"), 422)
    user = reader().get_one(User, tried.user_id)
    if user.second_factor_salt:
        return ask_second_factor(user, wanted)
    return enter(user.id, wanted)


@blueprint.get("/login/code")
def code() -> ResponseReturnValue:
    """Ask for the second factor."""
    if half_in() is None:
        return redirect(url_for("auth.login"))
    return render_template("auth/code.html", error="")


@blueprint.post("/login/code")
def code_submit() -> ResponseReturnValue:
    """Check the second factor."""
    half, user_id = session.get("half"), half_in()
    if half is None or user_id is None:
        flash(_("请重新输入用户名和密码。"), "warning")
        return redirect(url_for("auth.login"))
    with site().db.writing() as writing:
        wait = throttle.admit(writing, counters(writing, "code", user_id), user_id)
    if wait:
        told = render_template("auth/code.html", error=wait_words(wait))
        return told, 429, {"Retry-After": str(wait)}
    with site().db.writing() as writing:
        user = writing.get_one(User, user_id, with_for_update=True)  # a code sent twice at once opens once
        right = second.accept(writing, site().seal, user, request.form.get("code", ""))
        if right:
            throttle.succeeded(writing, counters(writing, "code", user_id))
        else:
            audit.record(writing, "code-failed", "user", user_id)
    if not right:
        return render_template("auth/code.html", error=_("动态码不对，或已经用过。请等下一个再试。")), 422
    return enter(user_id, half["next"], by_company=half.get("company", False))


@blueprint.post("/language")
def language() -> ResponseReturnValue:
    """Keep the language that somebody reads: with his account, and in this browser for the pages before a login."""
    wanted = request.form.get("language", "")
    if wanted not in i18n.LANGUAGES:
        abort(400)
    if current_user.is_authenticated:
        with site().db.writing() as writing:
            user = writing.get_one(User, viewer().id)
            user.preferences = {**(user.preferences or {}), i18n.PREFERENCE: wanted}
            audit.record(writing, "language", "user", user.id, language=i18n.LANGUAGES[wanted])
    answer = make_response(redirect(inside(request.form.get("next", "")), 303))
    answer.set_cookie(
        cookie_name(i18n.COOKIE), wanted, max_age=YEAR_S, secure=is_secure(), httponly=True, samesite="Lax"
    )
    return answer


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """End all sessions of the viewer: who copied a cookie, or forgot another computer, is out as well."""
    with site().db.writing() as writing:
        user = writing.get_one(User, viewer().id)
        user.session_epoch += 1
        passwords.keep_tokens(writing, user)  # a programme goes on when its owner goes home
        audit.record(writing, "logout", "user", viewer().id)
    left = url_for("oidc.left" if came_by_company() else "auth.login")
    logout_user()
    session.clear()
    answer = make_response(redirect(left))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@blueprint.get("/api/session")
def renew() -> ResponseReturnValue:
    """Tell a page that outlived its login who is logged in now, and the token of his session (401: nobody)."""
    return {"user": viewer().id, "token": generate_csrf()}


@blueprint.get("/password")
def password() -> ResponseReturnValue:
    """Show the form; who came by the company's login has no password here that opens anything."""
    if came_by_company():
        return redirect(url_for("oidc.account"))
    return render_template("auth/password.html", form=PasswordForm())


@blueprint.post("/password")
def password_submit() -> ResponseReturnValue:
    """Change the viewer's own password; his other sessions end."""
    if came_by_company():
        return redirect(url_for("oidc.account"))
    form = PasswordForm()
    if not form.validate():
        return render_template("auth/password.html", form=form), 422
    with site().db.writing() as writing:
        user = writing.get_one(User, viewer().id)
        passwords.change(writing, user, form.new.data)
    forget_reads()
    sign_in(user)
    flash(_("密码已修改，其他地方的登录已退出。"), "success")
    return redirect(url_for("home.index"))


def _form(wanted: str, username: str = "", error: str = "", status: int = 200, wait_s: int = 0) -> Response:
    shown = render_template("auth/login.html", next=wanted, username=username, error=error)
    return make_response(shown, status, {"Retry-After": str(wait_s)} if wait_s else {})
