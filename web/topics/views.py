"""What customers talk about, and how people talk."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.site import reader, site
from web.kit.standards import standards
from web.kit.values import number
from web.models import UserRole
from web.scorecards.blueprint import allowed_person, filter_values, own_person, query_now
from web.scorecards.person import Person
from web.summaries import frames
from web.summaries.query import ScorecardQuery
from web.topics.talk_page import SHARES, TalkPage, bin_name, chart_values, scale, talk_page
from web.topics.words_page import turns_page, words_page

blueprint = Blueprint("topics", __name__, url_prefix="/scorecards")

MOST_LETTERS = 32  # of a word


@blueprint.get("/words")
def words() -> ResponseReturnValue:
    query = query_now()
    return render_template(
        "topics/words.html",
        page=words_page(reader(), viewer(), query, site().web.min_recordings),
        minimum=site().web.min_recordings,
        **filter_values(query),
    )


@blueprint.get("/words/said")
def word() -> ResponseReturnValue:
    """The turns in which customers said a word."""
    query, wanted = query_now(), request.args.get("word", "").strip()[:MOST_LETTERS]
    if not wanted:
        return redirect(url_for("topics.words"))
    page = turns_page(reader(), viewer(), query, wanted, wanted_page())
    return render_template("topics/word.html", page=page, **filter_values(query))


@blueprint.get("/talk")
def talk() -> ResponseReturnValue:
    """How people talk as distributions; with `technician`, his place in them. A technician sees his own."""
    query, own_view = query_now(), viewer().role is UserRole.TECHNICIAN
    wanted = request.args.get("technician", type=number)
    who = own_person() if own_view else None if wanted is None else allowed_person(wanted)
    page = _page(who, query, own_view=own_view)
    return render_template(
        "topics/talk.html",
        page=page,
        own_view=own_view,
        charts={s.figure: chart_values(s, _("本人 %(n)s", n=_written(s.figure, s.own_median))) for s in page.spreads},
        people=[] if own_view else _people(query),
        **_names(page),
        **filter_values(query),
    )


@blueprint.get("/talk/<int:technician_id>/part")
def talk_part(technician_id: int) -> ResponseReturnValue:
    """The section of the technician's page: it comes after the page, so that the page need not wait for it."""
    query, own_view = query_now(), viewer().role is UserRole.TECHNICIAN
    who = own_person() if own_view else allowed_person(technician_id)
    if who.id != technician_id:
        abort(404)
    page = _page(who, query, own_view=own_view)
    return render_template("topics/_talk_table.html", page=page, own_view=own_view, asked=query, **_names(page))


def _page(who: Person | None, query: ScorecardQuery, *, own_view: bool) -> TalkPage:
    team_id = frames.team_shown(viewer(), query)
    return talk_page(reader(), who, team_id, query, site().web.min_recordings, own_view=own_view)


def _people(query: ScorecardQuery) -> list[tuple[int, str]]:
    """Whom the viewer may choose, by staff number."""
    everybody = frames.technicians(reader())
    own = frames.members(everybody, frames.team_shown(viewer(), query))
    rows = everybody[everybody["active"]].sort_values("staff_no")
    return [
        (int(i), f"{name} {staff_no}")
        for i, name, staff_no in zip(rows["id"], rows["name"], rows["staff_no"], strict=True)
        if i in own
    ]


def _written(figure: str, value: float | None) -> str:
    if value is None:
        return "—"
    factor, digits = scale(figure)
    return f"{factor * value:.{digits}f}" + ("%" if figure in SHARES else "")


def _names(page: TalkPage) -> dict[str, object]:
    titles = {s.id: s.title for s in standards(site().lexicons)}
    return {
        "figure_names": {
            "talk_share": _("说话占比"),
            "syllables_per_minute": _("语速（字/分钟）"),
            "interruptions": _("打断客户（次/段）"),
            "silence_share": _("沉默占比"),
        },
        "figure_notes": {
            "talk_share": _("技师说话时间占双方说话时间的比例"),
            "syllables_per_minute": _("技师说话时每分钟的字数"),
            "interruptions": _("客户还没说完，技师就开口"),
            "silence_share": _("从第一句到最后一句之间，没有人说话的时间"),
        },
        "written": _written,
        "bin_name": bin_name,
        "standard_title": titles.get(page.standard_id, page.standard_id),
    }
