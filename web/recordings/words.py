"""What roles and states are called."""

from __future__ import annotations

from flask_babel import gettext as _


def role_name(role: str) -> str:
    """Return what a speaker's role is called."""
    return str({"technician": _("技师"), "customer": _("客户"), "other": _("其他人")}.get(role, _("未知")))


def turn_words() -> dict[str, str]:
    """Return the words that stand at every line of a conversation: looked up once, not once a line."""
    roles = {role: role_name(role) for role in ("technician", "customer", "other", "unknown")}
    return roles | {"edit": _("更正这一句（E）"), "unsure": _("机器不太确定这句是谁说的")}


def state_names() -> dict[str, str]:
    """Return what the states of a recording are called."""
    return {
        "needs_data": _("缺资料"),
        "queued": _("排队中"),
        "running": _("分析中"),
        "judged": _("已判分"),
        "failed": _("失败"),
        "set_aside": _("已搁置"),
        "cancelled": _("已取消"),
        "excluded": _("不计入统计"),
    }


def exclusion_names() -> dict[str, str]:
    """Return why a recording may be taken out of all figures."""
    return {"trial": _("试音"), "unconnected": _("没有接通"), "unrelated": _("无关录音"), "other": _("其他")}


def review_names() -> dict[str, str]:
    """Return what the states of review are called."""
    return {"open": _("未复核"), "started": _("复核中"), "signed": _("已签核"), "unsigned": _("还没有签核")}


def verdict_names() -> dict[str, str]:
    """Return what the verdicts on a clause are called."""
    return {
        "met": _("达标"),
        "partly": _("部分达标"),
        "missed": _("未达标"),
        "not_applicable": _("不适用"),
        "cannot_judge": _("无法判断"),
        "not_seen": _("未见"),
        "unanswered": _("待填写"),
    }


def talk_names() -> dict[str, str]:
    """Return what the figures of how people talk are called."""
    return {
        "talk_share": _("说话占比"),
        "syllables_per_minute": _("语速"),
        "interruptions": _("打断客户"),
        "silence_share": _("沉默占比"),
    }
