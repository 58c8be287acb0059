"""The shared phrase lists within a draft: where each is used, and its form. A change changes all that use it."""

from __future__ import annotations

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from web.lexicon.usage import Shared, shared_lists
from web.standards.editing import page
from web.standards.editing.blueprint import Shown, blueprint, form_page, save_form, shown_draft
from web.standards.editing.clause_views import say
from web.standards.editing.page import FormPage
from web.standards.editing.saving import Target


@blueprint.get("/<int:draft_id>/lists")
def lists(draft_id: int) -> ResponseReturnValue:
    """All shared lists with the standards that use them."""
    here = shown_draft(draft_id)
    found = sorted(_shared(here).values(), key=lambda one: (here.head.standard_id not in _ids(one), one.file, one.name))
    return render_template("standards/editing/lists.html", draft=here.head, lists=found)


@blueprint.get("/<int:draft_id>/lists/<name>")
def phrase_list(draft_id: int, name: str) -> ResponseReturnValue:
    """A list's form, and who uses it."""
    here = shown_draft(draft_id)
    form = form_page(here, _target(here, name))
    return _list(here, form, name) if form is not None else abort(404)


@blueprint.post("/<int:draft_id>/lists/<name>")
def save_list(draft_id: int, name: str) -> ResponseReturnValue:
    """Save a list into the draft."""
    here = shown_draft(draft_id)
    back = url_for("standard_editing.phrase_list", draft_id=draft_id, name=name)
    return save_form(draft_id, _target(here, name), lambda at, form: _list(at, form, name), lambda _saved: back)


@blueprint.post("/<int:draft_id>/lists/<name>/check")
def check_list(draft_id: int, name: str) -> ResponseReturnValue:
    """What would be wrong with the list as it is typed; nothing is saved."""
    here = shown_draft(draft_id)
    return say(here, _target(here, name))


def _list(here: Shown, form: FormPage, name: str) -> str:
    shared = _shared(here).get(name)
    if shared is None:
        abort(404)
    return render_template("standards/editing/list.html", draft=here.head, form=form, shared=shared, name=name)


def _shared(here: Shown) -> dict[str, Shared]:
    return shared_lists(page.all_texts(here.newest, here.draft))


def _target(here: Shown, name: str) -> Target:
    shared = _shared(here).get(name)
    if shared is None:
        abort(404)
    return Target(shared.file, ("lists", name))


def _ids(shared: Shared) -> set[str]:
    return {use.standard_id for use in shared.uses}
