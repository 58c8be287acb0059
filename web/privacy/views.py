"""The page 个人信息: how long is kept what, legal holds, one person's data. All by POST: numbers stand in no address and no log."""

from __future__ import annotations

import tempfile

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from web.intake.storage import open_storage
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.marks import mark
from web.kit.site import forget_reads, reader, site
from web.kit.values import whole
from web.privacy import export as package
from web.privacy import holds, removal
from web.privacy.person import By, Person, find

blueprint = Blueprint("privacy", __name__, url_prefix="/privacy")
MOST_VALUE = 64


@blueprint.get("")
def page() -> ResponseReturnValue:
    """Days of keeping, holds, and the form that finds a person."""
    return _page()


@blueprint.post("/person")
def find_person() -> ResponseReturnValue:
    """Say what is kept about a person."""
    asked = _asked()
    if isinstance(asked, str):
        return _page(trouble=asked), 422
    with site().db.writing() as session:
        audit.record(session, "person-asked", "person", asked.technician_id or "", by=asked.by.value)
    return _page(person=asked)


@blueprint.post("/person/export")
def export() -> ResponseReturnValue:
    """Give all of it as a zip."""
    asked = _asked()
    if isinstance(asked, str):
        return _page(trouble=asked), 422
    here = site()
    here.folder.mkdir(parents=True, exist_ok=True)
    made = tempfile.TemporaryFile(dir=here.folder)  # noqa: SIM115  # nameless, closed with the answer: gone even after a kill
    try:
        sounds = package.write(here, open_storage(here.web, here.settings.home), asked, made)
    except OSError:
        made.close()
        return _page(
            person=asked, trouble=_("磁盘空间不够，打不了包。请清理磁盘后再试，或用命令行导出到别的磁盘。")
        ), 507
    with here.db.writing() as session:
        audit.record(
            session, "person-exported", "person", asked.technician_id or "",
            by=asked.by.value, recordings=len(asked.recordings), sounds=sounds,
        )  # fmt: skip
    made.seek(0)
    answer: Response = send_file(made, mimetype="application/zip", as_attachment=True, download_name=_("个人信息.zip"))
    return answer


@blueprint.post("/person/erase")
def erase() -> ResponseReturnValue:
    """Erase it, after the person was named once more."""
    asked = _asked()
    if isinstance(asked, str):
        return _page(trouble=asked), 422
    if request.form.get("again", "").strip() != asked.value:
        return _page(person=asked, trouble=_("两次填写的不一致，没有删除。请照原样再填一遍。")), 422
    forget_reads()
    done = removal.erase(site(), asked, viewer().id)
    flash(_("已删除 %(n)s 段录音的声音和文字；几分钟内文件也会从磁盘上清除。", n=done.recordings), "success")
    if done.held:
        kept = mark("、").join(str(number) for number in done.held)
        flash(_("这些录音在法律保留中，没有删除：%(ids)s。", ids=kept), "warning")
    return redirect(url_for("privacy.page"), 303)


@blueprint.post("/holds")
def hold() -> ResponseReturnValue:
    """Put a legal hold on a recording."""
    number, reason = _number(), request.form.get("reason", "").strip()
    if number is None or not reason:
        return _page(trouble=_("请填写录音编号和保留的原因。")), 422
    if len(reason) > holds.MOST_REASON:
        return _page(trouble=_("原因最多 %(n)s 个字。", n=holds.MOST_REASON)), 422
    with site().db.writing() as session:
        done = holds.hold(session, number, reason, viewer().id)
    if not done:
        return _page(trouble=_("没有编号为 %(n)s 的录音，或者它已被删除。", n=number)), 422
    flash(_("录音 %(n)s 已保留：到期、删除和申请都不会动它。", n=number), "success")
    return redirect(url_for("privacy.page"), 303)


@blueprint.post("/holds/release")
def release() -> ResponseReturnValue:
    """Lift a legal hold."""
    number = _number()
    with site().db.writing() as session:
        done = number is not None and holds.release(session, number)
    if done:
        flash(_("已解除录音 %(n)s 的保留；到期的内容会在一天内删除。", n=number), "success")
    else:
        flash(_("这段录音没有保留。"), "warning")
    return redirect(url_for("privacy.page"), 303)


def _page(person: Person | None = None, trouble: str = "") -> str:
    forget_reads()
    web = site().web
    return render_template(
        "privacy/page.html",
        person=person,
        trouble=trouble,
        asked={"by": request.form.get("by", By.ORDER.value), "value": request.form.get("value", "")},
        holds=holds.holds(reader()),
        days=(
            (_("声音"), web.keep_audio_days),
            (_("文字"), web.keep_transcript_days),
            (_("判定和得分"), web.keep_score_days),
        ),
    )


def _asked() -> Person | str:
    """The person whom the form names, or what is wrong with it."""
    by, value = request.form.get("by", ""), request.form.get("value", "").strip()
    if by not in set(By) or not value or len(value) > MOST_VALUE:
        return _("请选择查询方式，并填写工号、工单号或手机号。")
    try:
        found = find(reader(), By(by), value)
    except ValueError:
        return _("「%(value)s」不是手机号：应是 11 位数字，例如 13800138000。", value=value)
    words = {
        By.TECHNICIAN: _("没有工号为「%(value)s」的人员。", value=value),
        By.ORDER: _("没有编号为「%(value)s」的工单。", value=value),
    }
    return found or words.get(By(by), _("没有找到与这个手机号有关的录音或工单。"))


def _number() -> int | None:
    text = request.form.get("recording", "").strip()
    return whole(text) or None
