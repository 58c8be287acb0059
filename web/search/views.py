"""The page 搜索: what was said, by whom, when."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.standards import standards
from web.recordings import listing
from web.recordings.filters import MAX_TEXT, SORTS, Filter
from web.search import palette as finder
from web.search.finding import ROLES, Asked, Key, find

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
def page() -> ResponseReturnValue:
    """The lines in which something was said; without a question, the form and how to ask."""
    written = request.args.get("q", "").strip()[:MAX_TEXT]
    among = replace(Filter.read(request.args), q="", sort=SORTS[0])
    asked = Asked(written, ROLES.get(request.args.get("role", "")), among)
    begin = Key.read(request.args.get("after", ""))
    here = site()
    return render_template(
        "search/page.html",
        asked=asked,
        found=find(reader(), viewer(), asked, begin, here.settings.cache_dir),
        arguments={"q": written, "role": asked.role.value if asked.role else "", **_kept(among)},
        begun="after" in request.args,
        choices=listing.choices(reader(), viewer()),
        standards=standards(here.lexicons),
    )


def _kept(among: Filter) -> dict[str, str]:
    names = ("from", "to", "technician", "team", "standard")
    return {name: value for name, value in among.arguments().items() if name in names}


@blueprint.get("/palette")
def palette() -> ResponseReturnValue:
    """People, orders and recordings for the palette, as JSON."""
    answer = jsonify(groups=finder.groups(reader(), viewer(), request.args.get("q", "")))
    answer.headers["Cache-Control"] = "no-store"
    return answer
