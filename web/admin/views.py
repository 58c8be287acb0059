"""Accounts and the audit log."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from web.admin import accounts, log_names, queries
from web.auth import passwords
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.site import reader, site
from web.models import Team, Technician, User, UserRole

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/users")
def users() -> ResponseReturnValue:
    """List all accounts."""
    return render_template("admin/users.html", users=queries.users(reader()))


@blueprint.route("/users/new", methods=["GET", "POST"])
def user_new() -> ResponseReturnValue:
    """Add an account; its first password is shown once."""
    if request.method == "GET":
        return _form(None, {"role": "qa", "active": True}, {})
    values = _values()
    password = passwords.invented()
    try:
        with site().db.writing() as session:
            user = accounts.create(
                session,
                username=values["username"],
                name=values["name"],
                role=_role(values["role"]),
                technician_id=values["technician_id"],
                team_id=values["team_id"],
                email=values["email"],
                password=password,
            )
            told = user.username
    except accounts.AccountError as error:
        return _form(None, values, {error.field: _told(error)}), 422
    return render_template("admin/password.html", username=told, password=password)


@blueprint.route("/users/<int:user_id>", methods=["GET", "POST"])
def user_edit(user_id: int) -> ResponseReturnValue:
    """Change an account."""
    user = reader().get(User, user_id) or abort(404)
    if request.method == "GET":
        shown = {
            "username": user.username,
            "name": user.name,
            "role": user.role.value,
            "active": user.active,
            "technician_id": user.technician_id,
            "team_id": user.team_id,
            "email": user.email,
        }
        return _form(user, shown, {})
    values: dict[str, Any] = {**_values(), "username": user.username}
    try:
        with site().db.writing() as session:
            accounts.update(
                session,
                session.get_one(User, user_id),
                by_id=viewer().id,
                name=values["name"],
                role=_role(values["role"]),
                active=values["active"],
                technician_id=values["technician_id"],
                team_id=values["team_id"],
                email=values["email"],
            )
    except accounts.AccountError as error:
        return _form(user, values, {error.field: _told(error)}), 422
    flash(_("已保存。"), "success")
    return redirect(url_for("admin.users"))


@blueprint.post("/users/<int:user_id>/reset")
def user_reset(user_id: int) -> ResponseReturnValue:
    """Give an account a new password, shown once; its sessions end and a lock is lifted."""
    password = passwords.invented()
    with site().db.writing() as session:
        user = session.get(User, user_id) or abort(404)
        passwords.change(session, user, password, must_change=True)
        told = user.username
    return render_template("admin/password.html", username=told, password=password)


@blueprint.get("/audit")
def audit_log() -> ResponseReturnValue:
    """Show the log, newest first."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = None
    page = queries.audit_page(
        reader(),
        site().zone,
        wanted=wanted_page(),
        action=request.args.get("action", ""),
        username=request.args.get("username", "").strip(),
        day=day,
    )
    return render_template(
        "admin/audit.html",
        page=page,
        arguments=request.args.to_dict(),
        actions=log_names.actions(),
        objects=log_names.objects(),
    )


@blueprint.post("/audit/verify")
def audit_verify() -> ResponseReturnValue:
    """Follow the chain of digests through the whole log."""
    broken = list(audit.broken_links(reader()))
    if broken:
        flash(_("日志不完整：第 %(n)s 条被改动，或它前面的一条被删除。", n=broken[0]), "danger")
    else:
        flash(_("日志完整，没有被改动或删除的条目。"), "success")
    return redirect(url_for("admin.audit_log"))


def _form(user: User | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    session = reader()
    technicians = session.execute(
        select(Technician.id, Technician.name, Technician.staff_no).order_by(Technician.staff_no)
    ).all()
    teams = session.execute(select(Team.id, Team.name).order_by(Team.name)).all()
    return render_template(
        "admin/user.html",
        user_id=user.id if user else None,
        values=values,
        errors=errors,
        technicians=technicians,
        teams=teams,
        roles=list(UserRole),
    )


def _values() -> dict[str, Any]:
    form = request.form
    return {
        "username": form.get("username", "").strip(),
        "name": form.get("name", "").strip(),
        "role": form.get("role", ""),
        "active": form.get("active") == "1",
        "technician_id": form.get("technician_id", type=int),
        "team_id": form.get("team_id", type=int),
        "email": form.get("email", "").strip()[:254],
    }


def _role(text: str) -> UserRole:
    try:
        return UserRole(text)
    except ValueError:
        raise accounts.AccountError("role", "missing") from None


def _told(error: accounts.AccountError) -> str:
    return {
        "taken": _("这个用户名已有人使用。"),
        "shape": _("用户名为 2–64 个字母、数字、汉字或 . _ @ -。"),
        "missing": _("请填写这一项。"),
        "twice": _("这位技师已经有账号了。"),
        "self": _("不能停用自己，也不能取消自己的管理员身份。"),
    }[error.code]
