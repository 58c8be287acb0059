"""The pages' own door, and what their views have in common: whose draft, what a form says, how it comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from web.kit.i18n import gettext as _
from web.kit.lexicons import newest_lexicons, overlay
from web.kit.login import viewer
from web.kit.refusals import InvalidError
from web.kit.site import forget_reads, reader, site
from web.kit.values import number
from web.lexicon import drafts, live
from web.lexicon.outline import Problem
from web.models import StandardDraft
from web.standards.editing import page
from web.standards.editing.page import FormPage, Head
from web.standards.editing.problems import by_field
from web.standards.editing.saving import (
    ClashError,
    LostError,
    Saved,
    Seen,
    Target,
    carry_out,
    digest,
    plan_fields,
)

blueprint = Blueprint("standard_editing", __name__, url_prefix="/standards/drafts")
FIELD = "f."  # before the names of fields in a form


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft of this request, read."""

    draft: StandardDraft
    head: Head
    newest: Path  # the folder that it stands on
    texts: Mapping[str, str]


def shown_draft(draft_id: int) -> Shown:
    """Raises GoneError."""
    draft = drafts.draft_of(reader(), draft_id)
    newest = newest_lexicons(reader(), site().settings)
    return Shown(draft, page.head_of(reader(), draft, newest), newest, page.texts_of(newest, draft))


def seen() -> Seen:
    """What the form was made from."""
    return Seen(request.form.get("revision", -1, type=number), request.form.get("digest", ""))


def typed() -> dict[str, str]:
    """What was typed, by field."""
    return {name.removeprefix(FIELD): value for name, value in request.form.items() if name.startswith(FIELD)}


def check(here: Shown, file: str, text: str) -> tuple[Problem, ...]:
    """The problems of one file of a draft with this text."""
    shares = any("/" in path for path in here.draft.files)
    folder = overlay(site().settings, here.newest, here.draft.files) if shares else here.newest
    return live.text_problems(folder, file, text)


def form_page(
    here: Shown,
    target: Target,
    mine: Mapping[str, str] | None = None,
    clashes: Mapping[str, str] | None = None,
    message: str = "",
) -> FormPage | None:
    """The form of a target; None where there is no such thing in the draft."""
    text = here.texts[target.file]
    fieldset = page.fieldset_of(target, text, page.facts_of(here.texts), mine or {})
    if fieldset is None:
        return None
    quick = "/" not in target.file  # for a shared list all are read anew: the page asks once it is there
    problems = by_field(check(here, target.file, text), text, target) if quick else {}
    return FormPage(fieldset, digest(text), here.draft.revision, problems, clashes or {}, here.head.changed_by, message)


def save_form(
    draft_id: int,
    target: Target,
    render: Callable[[Shown, FormPage], str],
    done: Callable[[Saved], str],
) -> ResponseReturnValue:
    """Save a form and go on to `done`; where that cannot be, the form comes back with all that was typed."""
    words = typed()
    try:
        taken = {name.removeprefix("take."): v for name, v in request.form.items() if name.startswith("take.")}
        here = site()
        saved = carry_out(
            here, lambda session: plan_fields(session, here, draft_id, target, words, seen(), taken), viewer().id
        )
        address = done(saved)
    except ClashError as error:
        return _again(draft_id, target, render, error.merge.values, error.merge.clashes), 409
    except InvalidError as error:
        return _again(draft_id, target, render, words, {}, error.words), 422
    except LostError:
        return lost(draft_id, words), 409
    tell(saved)
    return redirect(address, 303)


def tell(saved: Saved) -> None:
    """Say what became of a save."""
    if saved.plan.merged:
        flash(_("已保存，并与别人刚才的修改合并：%(what)s。请核对一遍。", what=saved.plan.merged), "warning")
    elif saved.changed:
        flash(_("已保存。"), "success")
    else:
        flash(_("没有改动。"), "info")


def lost(draft_id: int, words: Mapping[str, str]) -> str:
    """The page that gives back what was typed into something that is gone."""
    forget_reads()
    here = shown_draft(draft_id)
    return render_template("standards/editing/lost.html", draft=here.head, words=[w for w in words.values() if w])


def _again(
    draft_id: int,
    target: Target,
    render: Callable[[Shown, FormPage], str],
    mine: Mapping[str, str],
    clashes: Mapping[str, str],
    message: str = "",
) -> str:
    forget_reads()
    here = shown_draft(draft_id)
    form = form_page(here, target, mine, clashes, message)
    return lost(draft_id, mine) if form is None else render(here, form)
