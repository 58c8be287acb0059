"""Suggestions from reviews beside a clause: one click puts a phrase into the draft."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.kit.login import viewer
from web.kit.refusals import InvalidError
from web.kit.site import reader, site
from web.lexicon.outline import step
from web.lexicon.suggestions import suggestions
from web.standards.editing import fields, specs
from web.standards.editing.blueprint import blueprint, shown_draft
from web.standards.editing.reviewed import heard_otherwise
from web.standards.editing.saving import (
    LostError,
    Plan,
    Target,
    carry_out,
    check_typed,
    named,
    open_draft_of,
    put,
    text_now,
)

BANNED = "phrases"
LONGEST = 200  # characters of a phrase


@blueprint.get("/<int:draft_id>/clauses/<key>/suggestions")
def suggested(draft_id: int, key: str) -> ResponseReturnValue:
    """What people counted and the rule did not know, gathered by sound."""
    here = shown_draft(draft_id)
    node = Target(here.head.file, ("items", step(key))).node(here.texts.get(here.head.file, ""))
    if node is None:
        abort(404)
    values = fields.values_of(node)
    known = [line for name, value in values.items() if name.endswith("phrases") for line in value.split("\n")]
    found = suggestions(heard_otherwise(reader(), here.head.standard_id, values.get("id", "")), known)
    whole = "HX-Request" not in request.headers
    return render_template(
        "standards/editing/suggestions.html" if whole else "standards/editing/_suggestions.html",
        draft=here.head,
        key=key,
        found=found[:12],
        parts=_parts(values),
        clause=values,
    )


@blueprint.post("/<int:draft_id>/clauses/<key>/phrases")
def add_phrase(draft_id: int, key: str) -> ResponseReturnValue:
    """Put a phrase into a part of the clause."""
    here, target = site(), Target(shown_draft(draft_id).head.file, ("items", step(key)))
    phrase, part = request.form.get("phrase", ""), request.form.get("part", "")
    back = redirect(url_for("standard_editing.clause", draft_id=draft_id, key=key), 303)
    try:
        saved = carry_out(here, lambda session: _plan(session, draft_id, target, phrase, part), viewer().id)
    except InvalidError as error:
        flash(error.words, "warning")
        return back
    except LostError:
        flash(_("这一条或这一部分已经不在了，短语没有放进去：%(p)s", p=phrase[:LONGEST]), "warning")
        return back
    if saved.changed:
        flash(_("已放进草稿：%(p)s。请再补一句例句，并试一试会不会误判。", p=phrase.strip()), "success")
    else:
        flash(_("草稿里已经有这一句了。"), "info")
    return back


def _plan(session: Session, draft_id: int, target: Target, phrase: str, part: str) -> Plan:
    draft = open_draft_of(session, draft_id)
    text = text_now(session, site(), draft, target.file)
    node = target.node(text)
    values = fields.values_of(node) if node is not None else {}
    if part not in _parts(values):
        raise LostError
    words = fields.one_line(fields.tidy(phrase, specs.TEXT))
    check_typed({"": words})
    if not words or len(words) > LONGEST:
        raise InvalidError(_("请写上要添的短语，最多 %(n)s 字。", n=LONGEST))
    old = values.get(part, "")
    listed = old.split("\n") if old else []
    after = {part: "\n".join([*listed, words] if words not in listed else listed)}
    with in_source():
        what = _("%(where)s：从复核添短语“%(p)s”", where=named(target, values), p=words[:60])
    return Plan(draft.id, draft.revision, {target.file: put(text, target, values, after)}, what)


def _parts(values: dict[str, str]) -> dict[str, str]:
    """The fields that a phrase may be put into, with the names of their parts; by the form's names."""
    if values.get("how") != "rule":
        return {}
    if values.get("kind") == "forbidden":
        return {BANNED: values.get("text", "")}
    names = [name.removesuffix(".id") for name in values if name.startswith("elements.") and name.endswith(".id")]
    return {f"{name}.phrases": values.get(f"{name}.title") or name.rpartition(".")[2] for name in names}
