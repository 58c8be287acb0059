"""Pages of versions: the list of a standard's, two beside each other, publishing a draft, retiring, files in and out."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit import audit
from web.kit.calendar import today_in
from web.kit.downloads import attachment
from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.kit.lexicons import newest_lexicons, text_of
from web.kit.login import viewer
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import reader, site
from web.kit.values import number as whole_number
from web.lexicon import drafts, versions
from web.lexicon.comparing import clause_changes, file_changes
from web.models import DraftState
from web.standards.versions import files
from web.standards.versions.page import field_words, sides, version_page

blueprint = Blueprint("standard_versions", __name__, url_prefix="/standards")
MOST_NOTE = 1000


@blueprint.get("/<standard_id>/versions")
def index(standard_id: str) -> ResponseReturnValue:
    """Every version of a standard, what is in effect, and the open draft."""
    page = version_page(reader(), site(), standard_id, today()) or abort(404)
    return render_template("standards/versions/index.html", page=page, today=today(), standard_id=standard_id)


@blueprint.get("/<standard_id>/compare")
def compare(standard_id: str) -> ResponseReturnValue:
    """Two versions beside each other: `old` and `new` are numbers (0: as shipped), or "draft"."""
    pair = sides(reader(), site(), standard_id, request.args.get("old", ""), request.args.get("new", ""))
    old, new = pair or abort(404)
    return render_template(
        "standards/versions/compare.html",
        standard_id=standard_id,
        title=old.title or new.title or standard_id,
        old=old,
        new=new,
        clauses=clause_changes(old.folder, new.folder, standard_id),
        files=file_changes(old.folder, new.folder),
        field_words=field_words,
    )


@blueprint.get("/drafts/<int:draft_id>/publish")
def publish_form(draft_id: int) -> ResponseReturnValue:
    """What publishing would change, what forbids it, and from which day it would count."""
    return _publish_page(draft_id)


@blueprint.post("/drafts/<int:draft_id>/publish")
def publish(draft_id: int) -> ResponseReturnValue:
    """Publish the draft as it was shown."""
    here, note = site(), request.form.get("note", "").strip()
    day = _day(request.form.get("effective_from", ""))
    if day is None:
        flash(_("请填写生效日期。"), "danger")
        return _publish_page(draft_id, 422)
    if not note or len(note) > MOST_NOTE:
        flash(_("请用一两句话写明改了什么、为什么（最多 %(n)s 个字）。", n=MOST_NOTE), "danger")
        return _publish_page(draft_id, 422)
    try:
        versions.make_ready(reader(), here, drafts.draft_of(reader(), draft_id))
        with here.db.writing() as session:
            row = versions.publish(
                session, here, draft_id, request.form.get("revision", -1, type=whole_number), note, day, viewer().id
            )
    except GoneError:
        abort(404)
    except drafts.StaleDraftError:
        flash(_("您查看之后，草稿又有人改过，还没有发布。请重新核对。"), "warning")
        return redirect(url_for(".publish_form", draft_id=draft_id), 303)
    except InvalidError as error:
        flash(error.words, "danger")
        return _publish_page(draft_id, 422)
    flash(
        _("第 %(n)s 版（%(v)s）已发布，%(day)s 起生效。", n=row.number, v=row.version, day=day.isoformat()), "success"
    )
    return redirect(url_for(".index", standard_id=row.standard_id), 303)


@blueprint.post("/<standard_id>/retire")
def retire(standard_id: str) -> ResponseReturnValue:
    """Take a standard out of use from a day on."""
    here, day = site(), _day(request.form.get("effective_from", ""))
    note = request.form.get("note", "").strip()
    if day is None or not note:
        flash(_("请填写停用日期和原因。"), "danger")
    else:
        try:
            with here.db.writing() as session:
                versions.retire(session, here, standard_id, note[:MOST_NOTE], day, viewer().id)
        except GoneError:
            abort(404)
        except InvalidError as error:
            flash(error.words, "danger")
        else:
            flash(_("%(day)s 起停用。已有的判定和得分不变。", day=day.isoformat()), "success")
    return redirect(url_for(".index", standard_id=standard_id), 303)


@blueprint.get("/<standard_id>/versions/<int:number>/standard.yaml")
def text(standard_id: str, number: int) -> ResponseReturnValue:
    """The text of one version as a file, with its comments."""
    pair = sides(reader(), site(), standard_id, str(number), str(number)) or abort(404)
    found = text_of(pair[0].folder, f"{standard_id}.yaml")
    if found is None:
        abort(404)
    return attachment(found.encode(), "application/yaml", f"{standard_id}-{pair[0].version or number}.yaml")


@blueprint.get("/<standard_id>/versions/<int:number>/lexicons.zip")
def folder(standard_id: str, number: int) -> ResponseReturnValue:
    """Everything that this version is judged with, as a folder that `analyzer --lexicons` takes."""
    pair = sides(reader(), site(), standard_id, str(number), str(number)) or abort(404)
    return attachment(files.packed(pair[0].folder), "application/zip", f"lexicons-{standard_id}-{number}.zip")


@blueprint.post("/<standard_id>/files")
def take_files(standard_id: str) -> ResponseReturnValue:
    """Put files (.yaml, or the folder as .zip) into the standard's draft, as if they had been typed."""
    here, given = site(), request.files.get("file")
    try:
        texts = files.unpacked(given.filename or "", given.read(files.MAX_BYTES + 1)) if given else {}
        if not texts:
            raise InvalidError(_("请选一个 .yaml 文件，或导出的 .zip。"))
        with here.db.writing() as session:
            draft = drafts.open_draft(session, here, standard_id, viewer().id)
            before = draft.revision
            changed = files.changed(session, here, draft, texts, standard_id)
            with in_source():
                what = _("导入文件")
            drafts.save(session, here, draft.id, before, changed, viewer().id, what)
            audit.record(session, "standard-imported", "standard", standard_id, files="、".join(changed))
            draft_id, same = draft.id, draft.revision == before
    except GoneError:
        abort(404)
    except InvalidError as error:
        flash(error.words, "danger")
        return redirect(url_for(".index", standard_id=standard_id), 303)
    flash(_("文件和草稿里的一样。") if same else _("已放进草稿，核对以后再发布。"), "info" if same else "success")
    return redirect(url_for(".compare", standard_id=standard_id, old="newest", new="draft", draft=draft_id), 303)


def today() -> dt.date:
    """The day in the site's zone."""
    return today_in(site().zone, now())


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def _publish_page(draft_id: int, status: int = 200) -> ResponseReturnValue:
    here, session = site(), reader()
    try:
        draft = drafts.draft_of(session, draft_id)
    except GoneError:
        abort(404)
    if draft.state is not DraftState.OPEN:
        abort(404)
    newest, own = newest_lexicons(session, here.settings), drafts.folder_of(session, here, draft)
    page = render_template(
        "standards/versions/publish.html",
        draft=draft,
        problems=versions.make_ready(session, here, draft),
        clauses=clause_changes(newest, own, draft.standard_id),
        files=file_changes(newest, own, sorted(draft.files)),
        later=[v for v in versions.versions_of(session, draft.standard_id) if v.effective_from > today()],
        day=request.form.get("effective_from") or (today() + dt.timedelta(days=1)).isoformat(),
        note=request.form.get("note", ""),
        field_words=field_words,
    )
    return page, status
