"""Accounts and the audit log."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.admin import accounts, log_names, queries
from web.admin.forms import UserForm
from web.auth import passwords, second
from web.kit import audit, chain
from web.kit.calendar import day_named
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.refusals import FieldError
from web.kit.site import reader, site
from web.kit.standards import standards
from web.models import User

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/users")
def users() -> ResponseReturnValue:
    """List all accounts."""
    return render_template("admin/users.html", users=queries.users(reader()))


@blueprint.route("/users/new", methods=["GET", "POST"])
def user_new() -> ResponseReturnValue:
    """Add an account; its first password is shown once."""
    form = UserForm()
    del form.active
    if form.validate_on_submit():
        password, days = passwords.invented(), site().web.initial_password_days
        try:
            with site().db.writing() as session:
                username = accounts.create(session, password=password, initial_days=days, **form.data).username
            return render_template("admin/password.html", username=username, password=password, days=days)
        except FieldError as error:
            form.refuse(error)
    return render_template("admin/user.html", user_id=None, form=form), form.status


@blueprint.route("/users/<int:user_id>", methods=["GET", "POST"])
def user_edit(user_id: int) -> ResponseReturnValue:
    """Change an account."""
    user = reader().get(User, user_id) or abort(404)
    form = UserForm(obj=user)
    del form.username
    if form.validate_on_submit():
        try:
            with site().db.writing() as session:
                accounts.update(session, session.get_one(User, user_id), by_id=viewer().id, **form.data)
            flash(_("已保存。"), "success")
            return redirect(url_for("admin.users"))
        except FieldError as error:
            form.refuse(error)
    shown = {
        "user_id": user.id,
        "username": user.username,
        "second_factor": bool(user.second_factor_salt),
        "company": queries.company_login(reader(), user.id, site().web.oidc_issuer),
    }
    return render_template("admin/user.html", form=form, **shown), form.status


@blueprint.post("/users/<int:user_id>/reset")
def user_reset(user_id: int) -> ResponseReturnValue:
    """Give an account a new password, shown once; its sessions end and its failures are forgotten."""
    password, days = passwords.invented(), site().web.initial_password_days
    with site().db.writing() as session:
        user = session.get(User, user_id) or abort(404)
        passwords.give(session, user, password, days)
        username = user.username
    return render_template("admin/password.html", username=username, password=password, days=days)


@blueprint.post("/users/<int:user_id>/sign-out")
def user_sign_out(user_id: int) -> ResponseReturnValue:
    """End all sessions of an account."""
    with site().db.writing() as session:
        user = session.get(User, user_id) or abort(404)
        user.session_epoch += 1
        audit.record(session, "signed-out", "user", user_id)
    flash(_("已退出这个账号在各处的登录。"), "success")
    return redirect(url_for("admin.user_edit", user_id=user_id))


@blueprint.post("/users/<int:user_id>/second-factor")
def user_second_factor(user_id: int) -> ResponseReturnValue:
    """Take an account's second factor away: the phone is lost."""
    with site().db.writing() as session:
        second.switch_off(session, session.get(User, user_id) or abort(404))
    flash(_("两步验证已取消，本人下次登录只要密码。"), "success")
    return redirect(url_for("admin.user_edit", user_id=user_id))


@blueprint.get("/audit")
def audit_log() -> ResponseReturnValue:
    """Show the log, newest first."""
    try:
        day = day_named(request.args.get("day", ""))
    except ValueError:
        day = None
    page = queries.audit_page(
        reader(),
        site().zone,
        standards(site().lexicons),
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
    fault = next(chain.faults(reader()), None)
    if fault is not None:
        flash(_("日志不完整：%(what)s。", what=audit.fault_words(fault)), "danger")
    elif head := chain.newest(reader()):
        flash(
            _("日志完整，没有被改动或删除的记录。末条 %(n)s，校验值 %(digest)s。", n=head[0], digest=head[1]), "success"
        )
    return redirect(url_for("admin.audit_log"))
