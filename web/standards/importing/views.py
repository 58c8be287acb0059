"""`/standards/import`: a written standard is pasted or chosen, its clauses are reviewed, a draft is made."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit.i18n import gettext as _
from web.kit.lexicons import newest_lexicons
from web.kit.login import viewer
from web.kit.marks import mark
from web.kit.refusals import InvalidError
from web.kit.site import reader, site
from web.kit.values import whole
from web.lexicon import drafts, written
from web.lexicon.written import DocumentError, Draft
from web.standards.importing.page import kind_words, review
from web.standards.importing.review import changed

blueprint = Blueprint("standard_importing", __name__, url_prefix="/standards/import")
MOST_TITLE = 100
MOST_GIVEN_UP = 8  # clauses that are named after the draft was made


@dataclass(frozen=True, slots=True)
class Given:
    """What travels with the form: the text, where it is from, which of its documents, and how the standard is called."""

    text: str = ""
    source: str = ""
    document: int = 0
    title: str = ""
    standard_id: str = ""
    recording: str = ""


@blueprint.get("")
def page() -> ResponseReturnValue:
    """Where to paste a standard, or choose its file."""
    written.warm(newest_lexicons(reader(), site().settings), site().settings)
    return render_template("standards/importing/page.html", text="", message="", most=written.MAX_BYTES)


@blueprint.post("")
def read() -> ResponseReturnValue:
    """The review of what was pasted or chosen; of several documents, of the one asked for."""
    try:
        given = _given()
        return _review(given, {})
    except DocumentError as error:
        shown = request.form.get("text", "")
        text = shown if len(shown) <= written.MAX_BYTES // 10 else ""
        told = render_template("standards/importing/page.html", text=text, message=error, most=written.MAX_BYTES)
        return told, 422


@blueprint.post("/draft")
def create() -> ResponseReturnValue:
    """Make the draft of what was reviewed, and open it."""
    here = site()
    folder = newest_lexicons(reader(), here.settings)
    try:
        given = _given()
        proposal = written.proposed(given.text, given.document, folder, here.settings)
    except DocumentError as error:
        told = render_template("standards/importing/page.html", text="", message=error, most=written.MAX_BYTES)
        return told, 422
    rows, errors = changed(proposal, request.form, folder)
    if errors:
        flash(_("有 %(n)s 条的短语写得不对，还没有建立草稿；请看标红的条款。", n=len(errors)), "danger")
        return _review(given, errors)
    if not any(row.listed for row in rows):
        flash(_("一条也没有选，还没有建立草稿。"), "danger")
        return _review(given, {1: ()})
    try:
        _nameable(given)
        made = written.drafted(
            rows, given.standard_id, given.title, given.source, given.recording, folder, here.settings
        )
        with here.db.writing() as session:
            files = {f"{given.standard_id}.yaml": made.text}
            draft = drafts.new_draft(session, here, given.standard_id, files, viewer().id, given.title)
            draft_id = draft.id
    except InvalidError as error:
        flash(error.words, "danger")
        return _review(given, {1: ()})
    flash(
        _("草稿已建立：共 %(n)s 条，每条上面写着猜测的理由。还没有发布，现在的判定不变。", n=len(made.items)), "success"
    )
    if made.given_up:
        flash(_given_up(made), "warning")
    return redirect(url_for("standard_editing.show", draft_id=draft_id), 303)


def _given() -> Given:
    """What the form holds; of the first page the text of the file, where one was chosen. Raises DocumentError."""
    file = request.files.get("file")
    if file is not None and file.filename:
        text, source = written.read_file(file.read(written.MAX_BYTES + 1)), file.filename
    else:
        text, source = written.read_text(request.form.get("text", "")), request.form.get("source") or _("粘贴的文字")
    return Given(
        text,
        source[:MOST_TITLE],
        _document(),
        request.form.get("title", "").strip()[:MOST_TITLE],
        request.form.get("standard_id", "").strip()[:60],
        recording if (recording := request.form.get("recording", "")) in ("visit", "call") else "",
    )


def _document() -> int:
    """Which document is asked for: a button for another one stands behind the field with the present one."""
    asked = request.form.getlist("document")[-1:]
    return (whole(asked[0]) or 0) if asked else 0


def _review(given: Given, errors: dict[int, tuple[str, ...]]) -> ResponseReturnValue:
    """The review page, with what was typed where it comes back (`errors` are not empty)."""
    folder = newest_lexicons(reader(), site().settings)
    documents = written.documents(given.text)
    proposal = written.proposed(given.text, given.document, folder, site().settings)
    rows = changed(proposal, request.form, folder)[0] if errors else proposal.rows
    again = bool(errors)
    title = given.title if again else proposal.title
    told = render_template(
        "standards/importing/review.html",
        given=given,
        review=review(proposal, rows, errors),
        documents=documents,
        title=title,
        standard_id=given.standard_id if again else _free(written.slug(title)),
        recording=given.recording or proposal.recording,
        facts=written.facts(folder),
        kinds=kind_words(),
    )
    return told, 422 if again else 200


def _free(wanted: str) -> str:
    """An id that no standard and no draft has."""
    names = {draft.standard_id for draft in drafts.open_drafts(reader())}
    folder = newest_lexicons(reader(), site().settings)
    name, count = wanted, 1
    while name in names or (folder / f"{name}.yaml").exists():
        count += 1
        name = f"{wanted}-{count}"
    return name


def _nameable(given: Given) -> None:
    """Raises InvalidError for names that cannot be, before seconds are spent on the draft."""
    if not drafts.ID.fullmatch(given.standard_id) or not given.standard_id[0].isalpha() or "--" in given.standard_id:
        raise InvalidError(
            _("标准的编号只能用小写字母、数字和连字符，以字母开头，如 hotel-front-desk；还没有建立草稿。")
        )
    if given.standard_id.endswith("-") or given.standard_id == "checklist":
        raise InvalidError(_("标准的编号不能以连字符结尾，也不能叫 checklist；还没有建立草稿。"))
    if _free(given.standard_id) != given.standard_id:
        raise InvalidError(_("已经有编号为 %(id)s 的标准或草稿，请换一个编号；还没有建立草稿。", id=given.standard_id))
    if not given.title:
        raise InvalidError(_("请填写标准的名称；还没有建立草稿。"))


def _given_up(made: Draft) -> str:
    """A sentence on clauses that were to be heard and are a person's in the draft."""
    names = {item_id: clause for item_id, _kind, _how, clause in made.items}
    shown = mark("、").join(names[name] for name in made.given_up[:MOST_GIVEN_UP])
    more = _("等") if len(made.given_up) > MOST_GIVEN_UP else ""
    return _(
        "有 %(n)s 条本来要听录音，但还没有能比对的话，先由人填：%(which)s%(more)s。补上说法以后再改成听录音判。",
        n=len(made.given_up),
        which=shown,
        more=more,
    )
