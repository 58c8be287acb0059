"""The pages of who is linked to what: one's own, and the admins' acts."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from sqlalchemy import select

from web.auth.blueprint import wrong_password
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.values import whole
from web.models import Identity, User
from web.oidc import placing
from web.oidc.blueprint import blueprint


@blueprint.get("/company-account")
def account() -> ResponseReturnValue:
    """Show the viewer which person of the provider opens his account."""
    return _account()


@blueprint.post("/company-account/unlink")
def unlink_own() -> ResponseReturnValue:
    """Go back to one's own password, for who has one."""
    identity = reader().scalar(select(Identity).where(Identity.user_id == viewer().id))
    if identity is None or identity.made_account:
        return redirect(url_for("oidc.account"))
    if why := wrong_password(request.form.get("password", "")):
        return _account(why, 422)
    with site().db.writing() as writing:
        kept = writing.get_one(Identity, identity.id, with_for_update=True)
        if kept.user_id == viewer().id:
            placing.unlink(writing, kept, writing.get_one(User, viewer().id))
    logout_user()
    session.clear()
    flash(_("已取消关联。请用本站的用户名和密码登录。"), "success")
    return redirect(url_for("auth.login"))


@blueprint.post("/admin/users/<int:user_id>/company")
def link(user_id: int) -> ResponseReturnValue:
    """Give an account to a person who waits for one."""
    with site().db.writing() as writing:
        user = writing.get(User, user_id) or abort(404)
        number = whole(request.form.get("identity", ""))
        identity = writing.get(Identity, number, with_for_update=True) if number is not None else None
        done = (
            identity is not None
            and identity.user_id is None
            and not placing.has_person(writing, user_id, identity.issuer)
        )
        if done and identity is not None:
            placing.link(writing, identity, user, how="admin")
    if done:
        flash(_("已关联。这个账号以后用公司账号登录，本站密码不再有效。"), "success")
    else:
        flash(_("没有关联：请选一个还没有账号的人；账号已经关联别人的，先取消。"), "danger")
    return redirect(url_for("admin.user_edit", user_id=user_id))


@blueprint.post("/admin/users/<int:user_id>/company/remove")
def unlink(user_id: int) -> ResponseReturnValue:
    """Take an account from its person."""
    with site().db.writing() as writing:
        user = writing.get(User, user_id) or abort(404)
        identity = writing.scalar(select(Identity).where(Identity.user_id == user_id))
        if identity is not None:
            placing.unlink(writing, identity, user)
    flash(_("已取消关联。要让本人用密码登录，请再重置密码。"), "success")
    return redirect(url_for("admin.user_edit", user_id=user_id))


def why_words(why: str, about: str) -> str:
    """Why nobody was let in, in words for him."""
    words = {
        "no-role": _("您的公司账号还没有使用听检的权限。请联系管理员把您加入相应的用户组。"),
        "unknown": _("还没有与您的公司账号对应的听检账号。管理员已能看到您的申请，关联之后即可登录。"),
        "inactive": _("您的听检账号已停用。如有需要，请联系管理员。"),
        "no-staff": _("人员名单里没有工号“%(v)s”，或其人已停用。请联系管理员。", v=about)
        if about
        else _("您的公司账号没有带上工号，无法对应到人员。请联系管理员。"),
        "no-team": _("您是主管，但没有对应的班组。请联系管理员把您加入相应的用户组。"),
        "no-such-team": _("设置里写的班组“%(v)s”不存在。请联系管理员。", v=about),
        "two-accounts": _("您的工号和用户名对应两个不同的账号。请联系管理员。"),
        "admins-account": _("对应的账号是管理员账号，只能由管理员亲自关联。请联系管理员。"),
        "anothers-account": _("对应的账号已经关联另一个人。请联系管理员。"),
        "taken": _("已经有一个叫“%(v)s”的账号。如果是您的，请管理员关联。", v=about),
        "unfit": _("无法按公司账号的资料设置听检账号：%(v)s请联系管理员。", v=about),
        "denied": _("您取消了公司账号登录，或认证服务没有同意。"),
        "unproved": _("这次登录没有通过核验。请重新登录；如果一直这样，请把编号告诉管理员。"),
    }
    return words[why]


def _account(error: str = "", status: int = 200) -> ResponseReturnValue:
    identity = reader().scalar(select(Identity).where(Identity.user_id == viewer().id))
    shown = None
    if identity is not None:
        shown = {
            "who": identity.name or identity.username or identity.subject,
            "issuer": identity.issuer,
            "since": identity.created_at,
            "last": identity.last_at,
            "made": identity.made_account,
        }
    return render_template("oidc/account.html", linked=shown, error=error), status
