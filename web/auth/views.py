"""Login, logout, change of password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from werkzeug.security import check_password_hash

from web.auth import passwords
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import viewer, viewer_of
from web.kit.site import forget_reads, reader, site
from web.models import User

blueprint = Blueprint("auth", __name__)


def weakness_told(code: str) -> str:
    """Return what to tell of a weak password."""
    return {
        "short": _("密码至少要 %(n)s 个字符。", n=passwords.MIN_LENGTH),
        "long": _("密码最多 %(n)s 个字符。", n=passwords.MAX_LENGTH),
        "common": _("这个密码太容易被猜到，请换一个。"),
    }[code]


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
    """Show the form for a new password."""
    return render_template("auth/password.html", errors={})


@blueprint.post("/password")
def password_submit() -> ResponseReturnValue:
    """Change the viewer's own password; his other sessions end."""
    here = viewer()
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    errors = {}
    user = reader().get_one(User, here.id)
    if not check_password_hash(user.password_hash, old):
        errors["old"] = _("当前密码不对。")
    if weak := passwords.weakness(new, here.username):
        errors["new"] = weakness_told(weak)
    elif new == old:
        errors["new"] = _("新密码不能和当前密码相同。")
    if new != again:
        errors["again"] = _("两次输入的新密码不一致。")
    if errors:
        return render_template("auth/password.html", errors=errors), 422
    with site().db.writing() as writing:
        row = writing.get_one(User, here.id)
        passwords.change(writing, row, new)
        fresh = viewer_of(row)
    forget_reads()
    login_user(fresh)
    flash(_("密码已修改。"), "success")
    return redirect(url_for("home.index"))


def _inside(wanted: str) -> str:
    """Return a page of this site; anything that could lead elsewhere becomes the front page."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if plain and wanted.isprintable() else url_for("home.index")
