"""Drafts: their list, a draft's own page, its changes, undo; the forms are in the modules beside."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit.i18n import gettext as _
from web.kit.lexicons import overlay
from web.kit.login import viewer
from web.kit.refusals import InvalidError
from web.kit.site import reader, site
from web.kit.standards import standards
from web.kit.values import number
from web.lexicon import checking, drafts
from web.lexicon.outline import outline
from web.standards.editing import clause_views, list_views, page, suggesting, text_views  # noqa: F401  # their routes
from web.standards.editing.blueprint import Shown, blueprint, form_page, save_form, shown_draft
from web.standards.editing.history import changes
from web.standards.editing.page import FormPage
from web.standards.editing.problems import told
from web.standards.editing.saving import Target

__all__ = ["blueprint"]


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The open drafts, and the forms that make one."""
    return _index()


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Open the draft of a standard, or a new standard as a copy of one."""
    standard_id, copy_as = request.form.get("standard", ""), request.form.get("copy_as", "").strip()
    title = request.form.get("title", "").strip()[:200]
    copies = request.form.get("do") == "copy"
    here = site()
    try:
        with here.db.writing() as session:
            draft = drafts.open_draft(session, here, standard_id, viewer().id, copy_as if copies else None, title)
            draft_id = draft.id
    except InvalidError as error:
        return _index(error.words), 422
    return redirect(url_for("standard_editing.show", draft_id=draft_id), 303)


@blueprint.get("/<int:draft_id>")
def show(draft_id: int) -> ResponseReturnValue:
    """A draft: its clauses in their order, its head, and what is wrong with it."""
    here = shown_draft(draft_id)
    return _show(here, form_page(here, Target(here.head.file, ())))


@blueprint.post("/<int:draft_id>/head")
def save_head(draft_id: int) -> ResponseReturnValue:
    """Save the fields of the standard itself."""
    here = shown_draft(draft_id)
    back = url_for("standard_editing.show", draft_id=draft_id)
    return save_form(draft_id, Target(here.head.file, ()), _show, lambda _saved: back)


@blueprint.get("/<int:draft_id>/problems")
def problems(draft_id: int) -> ResponseReturnValue:
    """What the check says of the whole draft; `?examples=1` judges the examples too, which takes a second or more."""
    here = shown_draft(draft_id)
    folder = overlay(site().settings, here.newest, here.draft.files)
    judged = request.args.get("examples") == "1"
    found = checking.problems(site().settings, folder, here.head.standard_id, judge_examples=judged)
    texts = page.all_texts(here.newest, here.draft)
    template = "standards/editing/_problems.html" if "HX-Request" in request.headers else "standards/editing/check.html"
    return render_template(template, draft=here.head, problems=told(found, texts), judged=judged)


@blueprint.get("/<int:draft_id>/changes")
def history(draft_id: int) -> ResponseReturnValue:
    """Every save of a draft: who, when, what."""
    here = shown_draft(draft_id)
    return render_template(
        "standards/editing/changes.html", draft=here.head, changes=changes(reader(), here.newest, here.draft)
    )


@blueprint.post("/<int:draft_id>/undo")
def undo(draft_id: int) -> ResponseReturnValue:
    """Go back one change."""
    back = redirect(url_for("standard_editing.history", draft_id=draft_id), 303)
    try:
        with site().db.writing() as session:
            draft = drafts.undo(session, draft_id, request.form.get("revision", -1, type=number), viewer().id)
            what = drafts.changes_of(session, draft.id)[-1].what
    except drafts.StaleDraftError:
        flash(_("刚才有人保存了新的修改，没有撤销。请看过下面的记录再撤销。"), "warning")
        return back
    except InvalidError as error:
        flash(error.words, "warning")
        return back
    flash(_("已%(what)s。", what=what), "success")
    return back


@blueprint.post("/<int:draft_id>/drop")
def drop(draft_id: int) -> ResponseReturnValue:
    """Give a draft up; its changes stay on record."""
    with site().db.writing() as session:
        drafts.drop(session, draft_id, viewer().id)
    flash(_("草稿已放弃；它的改动记录还在。"), "success")
    return redirect(url_for("standard_editing.index"), 303)


def _index(message: str = "") -> str:
    rows = drafts.open_drafts(reader())
    heads = [page.head_of(reader(), row) for row in rows[:100]]
    form = request.form if request.method == "POST" else {}
    return render_template(
        "standards/editing/index.html",
        drafts=heads,
        standards=standards(site().lexicons),
        taken={head.standard_id: head.id for head in heads},
        message=message,
        form=form,
    )


def _show(here: Shown, form: FormPage | None) -> str:
    text = here.texts.get(here.head.file)
    if text is None:
        abort(404)
    read = outline(text)
    return render_template(
        "standards/editing/show.html",
        draft=here.head,
        form=form,
        clauses=page.clause_lines(read),
        broken=told(read.problems, {}),
    )
