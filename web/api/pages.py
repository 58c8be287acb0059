"""Pages for people: the tokens of their programs, and the API's document to browse."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api import tokens
from web.api.scopes import SCOPES, scopes_of
from web.api.tokens import TokenLine
from web.auth.blueprint import unconfirmed
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import FieldError
from web.kit.site import forget_reads, reader, site
from web.kit.values import number
from web.models import User

blueprint = Blueprint("tokens", __name__, url_prefix="/tokens")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The form as it was filled in, and what is wrong with it: (field, sentence)."""

    name: str = ""
    scopes: tuple[str, ...] = ()
    days: int = 90
    wrong: tuple[str, str] = ("", "")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Show the viewer's own tokens and the form of a new one."""
    return _page(Wanted())


@blueprint.post("")
def make() -> ResponseReturnValue:
    """Make a token, for whoever knows the password; it is shown once."""
    days = request.form.get("days", -1, type=number)
    wanted = Wanted(request.form.get("name", ""), tuple(request.form.getlist("scope")), days)
    if why := unconfirmed(request.form.get("password", "")):
        return _page(_wrong(wanted, "password", why)), 422
    try:
        with site().db.writing() as session:
            owner = session.get_one(User, viewer().id)
            secret = tokens.make(session, owner, wanted.name, wanted.scopes, wanted.days)
    except FieldError as error:
        return _page(_wrong(wanted, error.field, error.words)), 422
    return render_template("tokens/made.html", secret=secret, name=wanted.name.strip(), public=site().web.public_url)


@blueprint.get("/all")
def everybody() -> ResponseReturnValue:
    """Show everybody's tokens."""
    return render_template("tokens/all.html", lines=tokens.tokens(reader()), titles=SCOPES, states=_states())


@blueprint.post("/<int:token_id>/revoke")
def revoke(token_id: int) -> ResponseReturnValue:
    """End a token at once."""
    with site().db.writing() as session:
        tokens.revoke(session, viewer(), token_id)
    forget_reads()
    flash(_("令牌已吊销，用它的程序不能再访问。"), "success")
    return redirect(url_for("tokens.everybody" if request.form.get("all") else "tokens.index"), 303)


@blueprint.get("/reference")
def reference() -> ResponseReturnValue:
    """Show the API's document, every operation with its fields; what it shows comes from this host alone."""
    return render_template("tokens/reference.html")


def _page(wanted: Wanted) -> str:
    lines: tuple[TokenLine, ...] = tokens.tokens(reader(), viewer().id)
    days = {30: _("30 天"), 90: _("90 天"), 365: _("一年"), 0: _("长期有效")}
    return render_template(
        "tokens/index.html",
        lines=lines,
        titles=SCOPES,
        offered=scopes_of(viewer().role),
        days=days,
        wanted=wanted,
        states=_states(),
    )


def _wrong(wanted: Wanted, field: str, words: str) -> Wanted:
    return Wanted(wanted.name, wanted.scopes, wanted.days, (field, words))


def _states() -> dict[str, tuple[str, str, str]]:
    """What a token's state is called, with its icon and colour."""
    return {
        "valid": (_("有效"), "circle-check", "green"),
        "revoked": (_("已吊销"), "ban", "secondary"),
        "expired": (_("已过期"), "clock", "secondary"),
        "lost": (_("已失效"), "circle-minus", "secondary"),
    }
