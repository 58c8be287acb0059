"""Letting somebody in, whichever way he proved who he is."""

from __future__ import annotations

from flask import make_response, redirect, session, url_for
from flask.typing import ResponseReturnValue

from web.auth import browsers, passwords
from web.auth.blueprint import inside
from web.db import now
from web.kit.login import sign_in
from web.kit.site import forget_reads, reader, site
from web.models import User

HALF_S = 300  # between the first proof and the second factor


def enter(user_id: int, wanted: str, *, by_company: bool = False) -> ResponseReturnValue:
    """Let the user in, and know his browser from now on."""
    with site().db.writing() as writing:
        user = writing.get_one(User, user_id)
        passwords.entered(writing, user, by_company=by_company)
    forget_reads()
    sign_in(user, by_company=by_company)
    answer = make_response(redirect(inside(wanted)))
    browsers.remember(answer, user_id)
    return answer


def ask_second_factor(user: User, wanted: str, *, by_company: bool = False) -> ResponseReturnValue:
    """Keep who gave the first proof, and ask for the second."""
    session.clear()
    session["half"] = {
        "id": user.id,
        "epoch": user.session_epoch,
        "at": int(now().timestamp()),
        "next": wanted,
        "company": by_company,
    }
    return redirect(url_for("auth.code"))


def half_in() -> int | None:
    """Return who gave the first proof a moment ago and is asked for the second factor."""
    half = session.get("half")
    if not half or not 0 <= int(now().timestamp()) - half["at"] <= HALF_S:
        return None
    user = reader().get(User, half["id"])
    if user is None or not user.active or not user.second_factor_salt or user.session_epoch != half["epoch"]:
        return None
    return user.id
