"""What a link's outcome says to people."""

from __future__ import annotations

from collections.abc import Mapping

from web.kit.i18n import gettext as _


def reason(code: str, values: Mapping[str, str]) -> str:
    """The sentence for an outcome's code; an unknown code (of a later version) is shown as it is."""
    texts = {
        "no-order": _("没有关联工单，无法判断。补上工单号后自动判断。"),
        "appointment-found": _("上门前有预约电话（%(at)s）。", **_with(values, "at")),
        "appointment-awaited": _("还没有收到预约电话的录音，等到 %(due)s。", **_with(values, "due")),
        "appointment-missing": _("到 %(due)s 为止，没有上门前预约电话的录音。", **_with(values, "due")),
        "stated-late": _("工单注明：迟到。"),
        "stated-on-time": _("工单注明：没有迟到。"),
        "no-appointment": _("工单没有预约时间，这一条不适用。"),
        "on-time": _("预约 %(appointment)s，录音 %(begun)s 开始，准时。", **_with(values, "appointment", "begun")),
        "late": _("预约 %(appointment)s，录音 %(begun)s 才开始。", **_with(values, "appointment", "begun")),
        "followed-up": _("次日回访已完成（%(at)s）。", **_with(values, "at")),
        "followed-up-late": _("%(at)s 才回访，期限是 %(due)s。", **_with(values, "at", "due")),
        "followup-awaited": _("等待回访，期限 %(due)s。", **_with(values, "due")),
        "followup-missing": _("到 %(due)s 为止没有回访录音。", **_with(values, "due")),
        "no-visit": _("没有关联到上门录音，这一条不适用。"),
        "in-time": _("上门 %(visit)s，在期限 %(due)s 之前回访。", **_with(values, "visit", "due")),
        "too-late": _("上门 %(visit)s，过了期限 %(due)s 才回访。", **_with(values, "visit", "due")),
    }
    return texts.get(code, code)


def _with(values: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: values.get(name, "—") for name in names}
