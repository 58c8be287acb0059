"""A clause: its form, field by field; clauses and parts added, moved, removed; what is wrong, while it is typed."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import InvalidError, StaleError
from web.kit.site import site
from web.lexicon.outline import outline, step
from web.lexicon.yamltext import YamlTextError
from web.standards.editing import fields, shaping
from web.standards.editing.blueprint import (
    Shown,
    blueprint,
    check,
    form_page,
    save_form,
    seen,
    shown_draft,
    tell,
    typed,
)
from web.standards.editing.page import FormPage, clause_lines
from web.standards.editing.problems import Told, by_field
from web.standards.editing.saving import LostError, Saved, Target, carry_out, typed_fields
from web.standards.editing.writing import written


@blueprint.get("/<int:draft_id>/clauses/<key>")
def clause(draft_id: int, key: str) -> ResponseReturnValue:
    """A clause's form."""
    here = shown_draft(draft_id)
    if outline(here.texts.get(here.head.file, "")).problems:
        flash(_("全文里有写法错误，先在这里改好，才能逐项填写。"), "warning")
        return redirect(url_for("standard_editing.text", draft_id=draft_id, file=here.head.file))
    form = form_page(here, _target(here, key))
    return _clause(here, form, key) if form is not None else abort(404)


@blueprint.post("/<int:draft_id>/clauses/<key>")
def save_clause(draft_id: int, key: str) -> ResponseReturnValue:
    """Save a clause; `do` may then add, move or remove one of its parts (`up:elements:hello`)."""
    here = shown_draft(draft_id)
    target = _target(here, key)

    def done(saved: Saved) -> str:
        now = saved.plan.key or key
        return url_for("standard_editing.clause", draft_id=draft_id, key=now, _anchor=_part(draft_id, target.file, now))

    return save_form(draft_id, target, lambda page, form: _clause(page, form, key), done)


def _part(draft_id: int, file: str, key: str) -> str | None:
    """Do to a part what the button says; the place of the page to go to."""
    do, _sep, rest = request.form.get("do", "").partition(":")
    kind, _sep, part = rest.partition(":")
    if not kind:
        return None
    here, target = site(), Target(file, ("items", step(key)))
    try:
        plan = carry_out(
            here, lambda session: shaping.shape_part(session, here, draft_id, target, kind, do, part), viewer().id
        ).plan
    except InvalidError as error:
        flash(error.words, "warning")
        return None
    return f"part-{plan.key or part}" if do != shaping.REMOVE else None


@blueprint.post("/<int:draft_id>/clauses")
def add_clause(draft_id: int) -> ResponseReturnValue:
    """Add a clause at the end and open its form."""
    here, head, form = site(), shown_draft(draft_id).head, request.form
    asked = (form.get("kind", ""), form.get("how", ""), form.get("clause", "")[:60], form.get("text", "")[:1000])
    try:
        saved = carry_out(
            here, lambda session: shaping.add_clause(session, here, draft_id, head.file, *asked), viewer().id
        )
    except InvalidError as error:
        flash(error.words, "warning")
        return redirect(url_for("standard_editing.show", draft_id=draft_id, _anchor="add"), 303)
    flash(_("已添加。请把空着的地方填好。"), "success")
    return redirect(url_for("standard_editing.clause", draft_id=draft_id, key=saved.plan.key), 303)


@blueprint.post("/<int:draft_id>/clauses/<key>/act")
def act(draft_id: int, key: str) -> ResponseReturnValue:
    """Move a clause up or down, or remove it."""
    here, head, do = site(), shown_draft(draft_id).head, request.form.get("do", "")
    back = url_for("standard_editing.show", draft_id=draft_id, _anchor=f"clause-{key}")
    try:
        saved = carry_out(
            here,
            lambda session: shaping.shape_clause(session, here, draft_id, head.file, step(key), do, seen()),
            viewer().id,
        )
    except StaleError:
        flash(_("刚才有人改过这一条，没有删。请看过现在的内容，再决定要不要删。"), "warning")
        return redirect(url_for("standard_editing.clause", draft_id=draft_id, key=key), 303)
    except LostError:
        flash(_("这一条已经不在了，可能是别人刚才删掉或改了编号。"), "warning")
        return redirect(back, 303)
    except InvalidError as error:
        flash(error.words, "warning")
        return redirect(back, 303)
    tell(saved)
    return redirect(back, 303)


@blueprint.post("/<int:draft_id>/clauses/<key>/check")
def check_clause(draft_id: int, key: str) -> ResponseReturnValue:
    """What would be wrong with the clause as it is typed; nothing is saved."""
    here = shown_draft(draft_id)
    return say(here, _target(here, key))


def say(here: Shown, target: Target) -> ResponseReturnValue:
    """The problems of what is typed into a form, for each of its fields."""
    text = here.texts[target.file]
    node = target.node(text)
    if node is None:
        return lost_while_typing()
    values = fields.values_of(node)
    words = typed_fields(typed(), values, target.specs)
    found: dict[str, list[Told]]
    try:
        new = written(text, target.at, target.specs, values, words)
    except YamlTextError as error:
        found = {"": [Told(str(error), "", "", True, target.file, 0)]}
    else:
        at = target.at
        if target.is_clause and words.get("id") and words["id"] != values.get("id"):
            at = ("items", step(words["id"]))
        found = by_field(check(here, target.file, new), new, Target(target.file, at))
    return render_template("standards/editing/_said.html", names=sorted(typed()), problems=found, draft=here.head)


def lost_while_typing() -> ResponseReturnValue:
    return render_template("standards/editing/_said.html", names=[], problems={}, gone=True)


def _clause(here: Shown, form: FormPage, key: str) -> str:
    lines = clause_lines(outline(here.texts[here.head.file]))
    keys = [line.key for line in lines]
    place = keys.index(key) if key in keys else 0
    return render_template(
        "standards/editing/clause.html",
        draft=here.head,
        form=form,
        key=key,
        line=lines[place],
        number=place + 1,
        count=len(keys),
        before=keys[place - 1] if place else "",
        after=keys[place + 1] if place + 1 < len(keys) else "",
    )


def _target(here: Shown, key: str) -> Target:
    return Target(here.head.file, ("items", step(key)))
