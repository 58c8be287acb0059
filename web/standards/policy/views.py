"""The page 计分与尺度 of a draft: every setting with its effect on the last month's recordings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit.calendar import today_in
from web.kit.i18n import gettext as _
from web.kit.lexicons import text_of
from web.kit.login import viewer
from web.kit.marks import mark
from web.kit.refusals import GoneError
from web.kit.site import forget_reads, reader, site
from web.kit.values import whole
from web.lexicon import drafts
from web.lexicon.policy import LexiconError, Ruled, ruled
from web.lexicon.yamltext import YamlTextError
from web.models import DraftState, StandardDraft
from web.standards.policy import saving
from web.standards.policy.fields import Fields, Typed, fields_of, shown
from web.standards.policy.preview import preview

blueprint = Blueprint("standard_policy", __name__, url_prefix="/standards/drafts/<int:draft_id>/policy")


@blueprint.get("")
def page(draft_id: int) -> ResponseReturnValue:
    """The form as the draft stands."""
    draft = _draft(draft_id)
    try:
        stands = ruled(drafts.folder_of(reader(), site(), draft), draft.standard_id)
    except LexiconError as error:
        return render_template("standards/policy/broken.html", draft=draft, problem=error.message), 422
    fields = fields_of(stands)
    texts = {f.key: shown(f.key, stands.values[f.key]) for f in fields.every}
    return _page(draft, fields, Typed(dict(stands.values), texts), draft.revision, stands)


@blueprint.post("")
def save(draft_id: int) -> ResponseReturnValue:
    """Write what was changed into the draft; what cannot be, stays typed on the page."""
    draft = _draft(draft_id)
    try:
        form = _filled(draft)
        if form.typed.errors:
            return _page(draft, form.fields, form.typed, form.revision, form.seen), 422
        if not form.changes:
            flash(_("和草稿里的一样，没有要保存的。"), "info")
            return redirect(url_for("standard_policy.page", draft_id=draft_id))
        forget_reads()
        with site().db.writing() as session:
            saved = saving.save(session, site(), form, viewer().id)
    except saving.ClashError as clash:
        return _clashed(draft_id, form, clash), 409
    except (LexiconError, YamlTextError) as error:
        return render_template("standards/policy/broken.html", draft=_draft(draft_id), problem=str(error)), 422
    flash(_("已存进草稿：%(what)s。", what=mark("、").join(saved.labels)), "success")
    if saved.merged:
        flash(_("同时有人改了这份草稿的别处，两边的改动都在。"), "info")
    return redirect(url_for("standard_policy.page", draft_id=draft_id))


@blueprint.post("/effect")
def effect(draft_id: int) -> ResponseReturnValue:
    """What the form as it is filled would change: a part of the page."""
    draft = _draft(draft_id)
    try:
        form = _filled(draft)
        standing = _standing(draft) or form.seen
    except LexiconError as error:
        return render_template("standards/policy/_effect.html", problem=error.message, draft=draft)
    found = preview(reader(), site().settings, form.fields, standing, form.typed.values, _today())
    return render_template(
        "standards/policy/_effect.html",
        preview=found,
        errors=form.typed.errors,
        fields=form.fields,
        draft=draft,
        clauses={clause.id: clause for clause in standing.clauses},
    )


def _draft(draft_id: int) -> StandardDraft:
    try:
        draft = drafts.draft_of(reader(), draft_id)
    except GoneError:
        abort(404)
    if draft.state is not DraftState.OPEN and request.method == "POST":
        abort(409)
    return draft


def _filled(draft: StandardDraft) -> saving.Filled:
    """The form of the request."""
    revision = whole(request.form.get("revision", ""))
    try:
        if revision is None:
            raise GoneError
        return saving.filled(reader(), site(), draft, request.form, revision)
    except GoneError:
        abort(400)


def _standing(draft: StandardDraft) -> Ruled | None:
    """The standard in effect; None for one that is not there yet."""
    folder = site().lexicons
    return None if text_of(folder, f"{draft.standard_id}.yaml") is None else ruled(folder, draft.standard_id)


def _clashed(draft_id: int, form: saving.Filled, clash: saving.ClashError) -> str:
    """The page with what was typed, and what others have made of the same settings."""
    draft = _draft(draft_id)
    fields = fields_of(clash.current)
    mine = form.changes
    texts = {f.key: shown(f.key, clash.current.values[f.key]) for f in fields.every}
    texts |= {key: form.typed.texts[key] for key in mine if key in texts}
    errors = {
        key: _("刚才有人改成了“%(v)s”。要用您填的，再保存一次就行。", v=_words(fields, key, theirs))
        for key, theirs in clash.theirs.items()
    }
    typed = Typed({**clash.current.values, **mine}, texts, errors)
    return _page(draft, fields, typed, clash.revision, clash.current, clashed=True)


def _words(fields: Fields, key: str, text: str) -> str:
    field = next((f for f in fields.every if f.key == key), None)
    return next((c.words for c in field.choices if c.value == text), text or _("空")) if field else text


def _page(
    draft: StandardDraft, fields: Fields, typed: Typed, revision: int, stands: Ruled, *, clashed: bool = False
) -> str:
    values: dict[str, Any] = {"draft": draft, "fields": fields, "typed": typed, "revision": revision}
    open_ = draft.state is DraftState.OPEN
    return render_template(
        "standards/policy/page.html",
        **values,
        standard=stands,
        clashed=clashed,
        is_open=open_,
        minimum=site().web.min_recordings,
    )


def _today() -> Any:
    return today_in(site().zone, now())
