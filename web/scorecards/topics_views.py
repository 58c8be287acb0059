"""What customers talk about, how people talk, and the week's digest."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.standards import standards
from web.models import User, UserRole
from web.scorecards import frames
from web.scorecards.digest import digest as week_digest
from web.scorecards.talk_page import SHARES, TalkPage, bin_name, chart_values, scale, talk_page
from web.scorecards.team_page import today_in
from web.scorecards.technician_page import Person, person
from web.scorecards.views import allowed_person, asked_now, blueprint, filter_values
from web.scorecards.words_page import turns_page, words_page

MOST_LETTERS = 32  # of a word


@blueprint.get("/words")
def words() -> ResponseReturnValue:
    """Show what customers talk about."""
    asked = asked_now()
    return render_template(
        "scorecards/words.html",
        page=words_page(reader(), viewer(), asked, site().web.min_recordings),
        minimum=site().web.min_recordings,
        **filter_values(asked),
    )


@blueprint.get("/words/said")
def word() -> ResponseReturnValue:
    """Show the turns in which customers said a word."""
    asked, wanted = asked_now(), request.args.get("word", "").strip()[:MOST_LETTERS]
    if not wanted:
        return redirect(url_for("scorecards.words"))
    page = turns_page(reader(), viewer(), asked, wanted, request.args.get("page", 1, int))
    return render_template("scorecards/word.html", page=page, **filter_values(asked))


@blueprint.get("/talk")
def talk() -> ResponseReturnValue:
    """Show how people talk as distributions; with `technician`, his place in them. A technician sees his own."""
    own_view = viewer().role is UserRole.TECHNICIAN
    number = request.args.get("technician", type=int)
    who = _own() if own_view else None if number is None else allowed_person(number)
    page = _page(who, own_view=own_view)
    asked = asked_now()
    return render_template(
        "scorecards/talk.html",
        page=page,
        own_view=own_view,
        charts={s.figure: chart_values(s, _("本人 %(n)s", n=_written(s.figure, s.own_median))) for s in page.spreads},
        people=[] if own_view else _people(),
        **_words(page),
        **filter_values(asked),
    )


@blueprint.get("/talk/<int:technician_id>/part")
def talk_part(technician_id: int) -> ResponseReturnValue:
    """Give the section of the technician's page: it comes after the page, so that the page need not wait for it."""
    own_view = viewer().role is UserRole.TECHNICIAN
    who = _own() if own_view else allowed_person(technician_id)
    if who.id != technician_id:
        abort(404)
    page = _page(who, own_view=own_view)
    return render_template(
        "scorecards/_talk_table.html", page=page, own_view=own_view, asked=asked_now(), **_words(page)
    )


@blueprint.get("/digest")
def digest() -> ResponseReturnValue:
    """Show the week: what moved, what waits."""
    here = site()
    found = week_digest(
        reader(), viewer(), today_in(here.zone, now()), standards(here.settings.lexicons), here.web.min_recordings
    )
    user = reader().get_one(User, viewer().id)
    return render_template(
        "scorecards/digest.html",
        digest=found,
        mail_shown=viewer().role is UserRole.MANAGER and bool(here.web.smtp_url),
        email=user.email,
        wanted=(user.preferences or {}).get("digest", True) is not False,
    )


@blueprint.post("/digest")
def digest_preference() -> ResponseReturnValue:
    """Keep whether the user wants the digest by mail."""
    wanted = request.form.get("digest") == "1"
    with site().db.writing() as session:
        user = session.get_one(User, viewer().id)
        user.preferences = {**(user.preferences or {}), "digest": wanted}
    flash(_("以后每周一会收到周报邮件。") if wanted else _("以后不再收到周报邮件。"), "success")
    return redirect(url_for("scorecards.digest"))


def _own() -> Person:
    own = viewer().technician_id
    return (None if own is None else person(reader(), own)) or abort(404)


def _page(who: Person | None, *, own_view: bool) -> TalkPage:
    asked = asked_now()
    team = frames.teams_of(viewer(), asked)
    return talk_page(reader(), who, team, asked, site().web.min_recordings, own_view=own_view)


def _people() -> list[tuple[int, str]]:
    """Return whom the viewer may choose, by staff number."""
    found = frames.technicians(reader())
    own = frames.members(found, frames.teams_of(viewer(), asked_now()))
    rows = found[found["active"]].sort_values("staff_no")
    return [
        (int(i), f"{name} {number}")
        for i, name, number in zip(rows["id"], rows["name"], rows["staff_no"], strict=True)
        if i in own
    ]


def _written(figure: str, value: float | None) -> str:
    if value is None:
        return "—"
    factor, digits = scale(figure)
    return f"{factor * value:.{digits}f}" + ("%" if figure in SHARES else "")


def _words(page: TalkPage) -> dict[str, object]:
    found = {s.id: s.title for s in standards(site().settings.lexicons)}
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
        "standard_title": found.get(page.standard_id, page.standard_id),
    }
