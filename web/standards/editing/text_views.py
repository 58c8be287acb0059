"""The text of a draft as a whole: YAML with its lines, and what is wrong at which of them."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit.login import viewer
from web.kit.refusals import InvalidError
from web.kit.site import forget_reads, site
from web.kit.values import number
from web.standards.editing.blueprint import Shown, blueprint, check, seen, shown_draft, tell
from web.standards.editing.merge import BOTH, MINE, THEIRS, Piece
from web.standards.editing.problems import Told, told
from web.standards.editing.saving import MAX_TEXT, UNSEEN, carry_out, digest
from web.standards.editing.whole import TextClashError, plan_renewal, plan_text


@blueprint.get("/<int:draft_id>/text/<path:file>")
def text(draft_id: int, file: str) -> ResponseReturnValue:
    """A file of the draft, to be edited."""
    here = _with(draft_id, file)
    return _text(here, file, here.texts[file])


@blueprint.post("/<int:draft_id>/text/<path:file>")
def save_text(draft_id: int, file: str) -> ResponseReturnValue:
    """Save the whole text; where others changed the same lines, both versions come back to choose from."""
    _with(draft_id, file)
    here, form = site(), request.form
    typed, (against, chosen) = form.get("text", ""), _answers()
    try:
        saved = carry_out(
            here,
            lambda session: plan_text(session, here, draft_id, file, typed, seen(), against, chosen),
            viewer().id,
        )
    except TextClashError as error:
        return _clash(draft_id, file, typed, error.pieces, error.against), 409
    except InvalidError as error:
        forget_reads()
        return _text(_with(draft_id, file), file, typed, error.words), 422
    tell(saved)
    return redirect(url_for("standard_editing.text", draft_id=draft_id, file=file), 303)


@blueprint.post("/<int:draft_id>/renew/<path:file>")
def renew(draft_id: int, file: str) -> ResponseReturnValue:
    """Merge a file of the draft with what has been published since it was taken up."""
    _with(draft_id, file)
    here, (against, chosen) = site(), _answers()
    try:
        saved = carry_out(
            here, lambda session: plan_renewal(session, here, draft_id, file, against, chosen), viewer().id
        )
    except TextClashError as error:
        return _clash(draft_id, file, None, error.pieces, error.against), 409
    tell(saved)
    return redirect(url_for("standard_editing.show", draft_id=draft_id), 303)


def _answers() -> tuple[int, list[str]]:
    """At which revision conflicts were shown, and what was chosen for each."""
    form = request.form
    count = min(form.get("conflicts", 0, type=number), 10_000)
    chosen = [form.get(f"choice-{i}", "") for i in range(count)]
    return form.get("against", -1, type=number), chosen if set(chosen) <= {MINE, THEIRS, BOTH} else []


@blueprint.post("/<int:draft_id>/check/<path:file>")
def check_text(draft_id: int, file: str) -> ResponseReturnValue:
    """What would be wrong with the text as it is typed; nothing is saved."""
    here = _with(draft_id, file)
    return render_template(
        "standards/editing/_lines.html", problems=_problems(here, file, request.form.get("text", "")), file=file
    )


def _text(here: Shown, file: str, words: str, message: str = "") -> str:
    standing = here.texts[file]
    return render_template(
        "standards/editing/text.html",
        draft=here.head,
        file=file,
        files=sorted(here.texts, key=lambda path: ("/" in path, path)),
        text=UNSEEN.sub("\ufffd", words),
        digest=digest(standing),
        problems=_problems(here, file, words),
        message=message,
    )


def _clash(draft_id: int, file: str, typed: str | None, pieces: tuple[Piece, ...], against: int) -> str:
    forget_reads()
    here = _with(draft_id, file)
    at = seen()
    return render_template(
        "standards/editing/text_clash.html",
        draft=replace(here.head, moved=()),
        file=file,
        text=typed,
        revision=at.revision,
        digest=at.digest,
        against=against,
        pieces=pieces,
    )


def _problems(here: Shown, file: str, words: str) -> list[Told]:
    if len(words) > MAX_TEXT:
        return []
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    return told(check(here, file, plain), {file: plain})


def _with(draft_id: int, file: str) -> Shown:
    """The draft, if it has such a file."""
    here = shown_draft(draft_id)
    if file not in here.texts:
        abort(404)
    return here
