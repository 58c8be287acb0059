"""Login, logout, change of password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_user, logout_user
from werkzeug.security import check_password_hash
from wtforms import PasswordField
from wtforms.validators import ValidationError

from web.auth import passwords
from web.kit import audit
from web.kit.forms import Form
from web.kit.i18n import gettext as _
from web.kit.login import viewer, viewer_of
from web.kit.site import forget_reads, reader, site
from web.models import User

blueprint = Blueprint("auth", __name__)
_LIMITS = {"autocomplete": "new-password", "maxlength": passwords.MAX_LENGTH, "required": True}


class PasswordForm(Form):
    old = PasswordField(_l("当前密码"), render_kw=_LIMITS | {"autocomplete": "current-password"})
    new = PasswordField(_l("新密码"), render_kw=_LIMITS)
    again = PasswordField(_l("再输一次新密码"), render_kw=_LIMITS)

    def validate_old(self, field: PasswordField) -> None:
        if not check_password_hash(reader().get_one(User, viewer().id).password_hash, field.data or ""):
            raise ValidationError(_("当前密码不对。"))

    def validate_new(self, field: PasswordField) -> None:
        if weak := passwords.weakness(field.data or "", viewer().username):
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
        return redirect(_inside(request.args.get("next", "")))
    return render_template("auth/login.html", next=request.args.get("next", ""), username="", error="")


@blueprint.post("/login")
def login_submit() -> ResponseReturnValue:
    """Check name and password."""
    username = request.form.get("username", "").strip()
    wanted = request.form.get("next", "")
    tried = passwords.attempt(site().db, username, request.form.get("password", ""))
    if tried.user_id is None:
        minutes = int(passwords.LOCKED_FOR.total_seconds() // 60)
        error = (
            _("连续输错太多次，账号已锁定 %(n)s 分钟。请稍后再试，或请管理员重置密码。", n=minutes)
            if tried.locked
            else _("用户名或密码不对。")
        )
        return render_template("auth/login.html", next=wanted, username=username, error=error), 422
    session.clear()  # nothing of whoever sat here before
    session.permanent = True
    login_user(viewer_of(reader().get_one(User, tried.user_id)))
    return redirect(_inside(wanted))


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session."""
    with site().db.writing() as writing:
        audit.record(writing, "logout", "user", viewer().id)
    logout_user()
    session.clear()
    return redirect(url_for("auth.login"))


@blueprint.get("/password")
def password() -> ResponseReturnValue:
    return render_template("auth/password.html", form=PasswordForm())


@blueprint.post("/password")
def password_submit() -> ResponseReturnValue:
    """Change the viewer's own password; his other sessions end."""
    form = PasswordForm()
    if not form.validate():
        return render_template("auth/password.html", form=form), 422
    with site().db.writing() as writing:
        user = writing.get_one(User, viewer().id)
        passwords.change(writing, user, form.new.data)
        fresh = viewer_of(user)
    forget_reads()
    login_user(fresh)
    flash(_("密码已修改。"), "success")
    return redirect(url_for("home.index"))


def _inside(wanted: str) -> str:
    """Return a page of this site; anything that could lead elsewhere becomes the front page."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if plain and wanted.isprintable() else url_for("home.index")
