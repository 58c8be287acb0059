"""/help: the manuals, the viewer's own first; and from every page the way to its section."""

from __future__ import annotations

from flask import Blueprint, render_template, request, send_from_directory, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.help.render import FOLDER, PICTURES, manual
from web.help.sections import MANUALS, section_for
from web.kit.i18n import language
from web.kit.login import viewer

blueprint = Blueprint("help", __name__, url_prefix="/help")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Show the viewer his own manual."""
    return _show(MANUALS[viewer().role])


@blueprint.get("/<any(qa, manager, technician, admin):name>")
def page(name: str) -> ResponseReturnValue:
    """Show one manual."""
    return _show(name)


@blueprint.get("/pictures/<path:name>")
def picture(name: str) -> ResponseReturnValue:
    """Send a picture of the manuals."""
    return send_from_directory(FOLDER / PICTURES, name, max_age=3600)


def _show(name: str) -> str:
    own = MANUALS[viewer().role]
    names = sorted(MANUALS.values(), key=lambda other: other != own)
    manuals = [manual(other, _address, language()) for other in names]
    return render_template("help/page.html", manuals=manuals, shown=next(m for m in manuals if m.name == name))


def _address(name: str, target: str) -> str:
    if not name:
        return url_for("help.picture", name=target)
    return url_for("help.page", name=name, _anchor=target or None)


def _here() -> str:
    """The address of the section that helps on the page of this request."""
    name, section = section_for(current_user.role, request.endpoint or "")
    return _address(name, section)


@blueprint.record
def _offer(state: BlueprintSetupState) -> None:
    """Give templates `help_here()`; only for somebody who is logged in."""
    state.app.jinja_env.globals["help_here"] = _here
