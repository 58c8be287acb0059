"""Forms of the work list: today's share, whose a review is, signing what is green. They hang on the review blueprint."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnprocessableEntity

from web.kit.errors import worded
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import InvalidError
from web.kit.site import reader, site
from web.kit.turns import in_turns
from web.kit.values import number, numbers
from web.models import Team
from web.review import assigning, desk, saved, sign_many
from web.review.blueprint import blueprint, queue_arguments
from web.review.work_filter import MINE, WorkFilter

BATCH = 200  # recordings a transaction: others get to write in between


@blueprint.post("/review/share")
def draw_share() -> ResponseReturnValue:
    """Fill the viewer's desk up to today's share."""
    with site().db.writing() as session:
        drawn = desk.draw(session, viewer())
    if drawn:
        flash(_("领取了 %(n)s 段，今天归您复核；没开始的明天放回。", n=drawn), "success")
    else:
        flash(_("现在没有可以领取的录音。"), "warning")
    return redirect(url_for("review.work_list", queue=MINE), 303)


@blueprint.post("/review/hand")
def hand() -> ResponseReturnValue:
    """Take, take over, give or give back the chosen recordings; or show what of them can be signed unheard."""
    act, ids = request.form.get("act", ""), sorted(set(request.form.getlist("id", type=number)))
    arguments: dict[str, Any] = dict(WorkFilter.read(request.args).arguments())
    back = redirect(url_for("review.work_list", **arguments), 303)
    if request.form.get("stay") and len(ids) == 1:  # the form stands on the recording's own page
        back = redirect(url_for("recordings.show", recording_id=ids[0], **queue_arguments()), 303)
    if not ids:
        flash(_("请先勾选录音。"), "warning")
        return back
    if act == "sign":
        return look(ids, "review.work_list")
    if act not in assigning.ACTS:
        abort(400)
    handed = assigning.Handed()
    try:
        for some in in_turns(ids, BATCH):
            with site().db.writing() as session:
                assigning.hand(session, viewer(), some, act, request.form.get("to", type=number), handed)
    except InvalidError as error:
        flash(error.words, "warning")
        return back
    if handed.done:
        flash(_done_words(act, handed), "success")
    if handed.kept:
        flash(_kept_words(act, handed.kept), "warning")
    if handed.signed:
        flash(_("%(n)s 段已签核，没有动。", n=handed.signed), "warning")
    if not (handed.done or handed.kept or handed.signed):
        flash(_("这些录音本来就是这样，没有变动。"), "info")
    return back


@blueprint.post("/review/handovers")
def seen_handovers() -> ResponseReturnValue:
    """Tick off what colleagues took over."""
    with site().db.writing() as session:
        assigning.tick_off(session, viewer())
    return redirect(url_for("review.work_list", queue=MINE), 303)


@blueprint.post("/review/teams/<int:team_id>")
def give_team(team_id: int) -> ResponseReturnValue:
    """Have a team's recordings come into one reviewer's share, or into anybody's."""
    if reader().get(Team, team_id) is None:
        abort(404)
    try:
        with site().db.writing() as session:
            assigning.give_team(session, team_id, request.form.get("user", type=number))
    except InvalidError as error:
        raise worded(UnprocessableEntity(error.words)) from None
    flash(_("班组分工已保存，下次领取份额时生效。"), "success")
    return redirect(url_for("review.work_list", queue=MINE), 303)


@blueprint.post("/review/sign-many")
def sign_chosen() -> ResponseReturnValue:
    """Sign those that were found green; each is looked at again first."""
    pairs = [part.partition("-") for part in request.form.getlist("seen")[: sign_many.MOST]]
    chosen = [(pair[0], pair[1]) for a, _sep, b in pairs if len(pair := numbers([a, b])) == 2]
    done, left = sign_many.sign_all(viewer(), chosen)
    if done:
        flash(_("已签核 %(n)s 段。", n=done), "success")
    if left:
        flash(_("%(n)s 段在您确认之前有了变化，没有签核，请逐段打开看。", n=len(left)), "warning")
    endpoint = request.form.get("list", "")
    if endpoint not in saved.LISTS:
        endpoint = "review.work_list"
    arguments: dict[str, Any] = dict(saved.LISTS[endpoint](request.args))
    return redirect(url_for(endpoint, **arguments), 303)


def look(ids: list[int], endpoint: str) -> ResponseReturnValue:
    """Show what of a selection from that list can be signed unheard, and what not and why; asks before it signs."""
    if len(ids) > sign_many.MOST:
        flash(_("一次最多签核 %(n)s 段，先看前 %(n)s 段。", n=sign_many.MOST), "warning")
    found = sign_many.candidates(reader(), viewer(), ids[: sign_many.MOST])
    return render_template(
        "review/sign_many.html",
        ready=[one for one in found if not one.why],
        refused=[one for one in found if one.why],
        endpoint=endpoint,
        arguments=saved.LISTS[endpoint](request.args),
    )


def _done_words(act: str, handed: assigning.Handed) -> str:
    words = {
        assigning.TAKE: _("已归到您名下：%(n)s 段。"),
        assigning.OVER: _("已接手 %(n)s 段，原来的人会看到通知。") if handed.over else _("已归到您名下：%(n)s 段。"),
        assigning.GIVE: _("已指派 %(n)s 段。"),
        assigning.BACK: _("已放回 %(n)s 段，谁都可以领取。"),
    }[act]
    return words % {"n": handed.done}


def _kept_words(act: str, count: int) -> str:
    if act == assigning.BACK:
        return _("%(n)s 段不在您名下，没有动。", n=count)
    return _("%(n)s 段在别人名下，没有动；要由您来复核请点“接手”。", n=count)
