"""Which section of which manual helps on a page."""

from __future__ import annotations

from web.models import UserRole

MANUALS = {
    UserRole.QA: "qa",
    UserRole.MANAGER: "manager",
    UserRole.TECHNICIAN: "technician",
    UserRole.ADMIN: "admin",
}
_READING = (
    "standard_reading.index",
    "standard_reading.show",
    "standard_reading.printed",
    "standard_reading.phrase_list",
)
SECTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "qa": {
        "一天的工作": ("home.index", "notices.index", "review.work_list", "jobs.queue", "links.due"),
        "听录音": ("recordings.index", "search.page", "recordings.delete"),
        "判定": ("recordings.show", "recordings.line", "review.decide"),
        "签核": ("review.sign",),
        "申诉": ("review.appeals",),
        "校准": ("calibration.index", "calibration.new", "calibration.show", "calibration.judge"),
        "试算和重新判分": ("standard_dryrun.index", "standard_dryrun.show", "standard_dryrun.rejudge"),
        "上传录音": ("uploads.page", "recordings.details", "staff.orders", "staff.order", "staff.import_file"),
        "计分与尺度": ("standard_policy.page",),
        "看标准": _READING,
        "改标准": (
            "standard_importing.page",
            "standard_editing.index",
            "standard_editing.show",
            "standard_editing.clause",
            "standard_editing.text",
            "standard_editing.lists",
            "standard_editing.phrase_list",
            "standard_editing.history",
        ),
        "看懂区间": ("scorecards.team", "scorecards.technician", "review.agreement"),
    },
    "manager": {
        "一周的工作": ("home.index", "notices.index", "digest.show", "links.due"),
        "看评分卡": ("scorecards.team", "recordings.index", "recordings.show", "topics.words", "topics.word"),
        "看懂区间": ("topics.talk",),
        "辅导": ("scorecards.technician",),
        "申诉和一致率": (
            "review.appeals",
            "review.agreement",
            "calibration.index",
            "calibration.show",
            "calibration.judge",
        ),
        "发布一个月": ("months.index", "months.show", "months.print_page"),
        "改标准": (*_READING, "standard_trying.page"),
    },
    "technician": {
        "看我的评分卡": ("home.index", "notices.index", "scorecards.mine", "months.index", "months.show"),
        "听一段录音": ("recordings.index", "recordings.show"),
        "申诉": ("review.appeals",),
        "看标准": _READING,
        "看懂区间": ("topics.talk",),
        "密码": ("auth.password", "auth.second_factor"),
    },
    "admin": {
        "第一次使用": ("home.index", "admin.users", "admin.user_new", "admin.user_edit", "staff.technicians"),
        "看系统页": ("system.page", "jobs.queue"),
        "改标准": (*_READING, "standard_trying.page"),
        "个人信息": ("privacy.page",),
        "操作日志": ("admin.audit_log",),
        "访问令牌": ("tokens.index", "tokens.everybody", "tokens.reference"),
    },
}


def section_for(role: UserRole, endpoint: str) -> tuple[str, str]:
    """(manual, section) for a page: of the role's own manual, else of the first that knows the page, else its top."""
    own = MANUALS[role]
    for name in (own, *(other for other in SECTIONS if other != own)):
        for section, pages in SECTIONS[name].items():
            if endpoint in pages:
                return name, section
    return own, ""
