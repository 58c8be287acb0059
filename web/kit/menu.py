"""The menu: groups of pages, each shown to those who may open it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask import g, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError

from web.kit.counts import Count, menu_counts
from web.kit.login import viewer
from web.kit.site import reader

log = logging.getLogger(__name__)

# blueprints whose pages stand in the menu one by one; any other page belongs to the one entry of its blueprint
_SEVERAL = {"scorecards", "staff", "review", "admin", "months", "topics", "digest"}


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A line of the menu. `pages`: further endpoints at which it is the current one."""

    endpoint: str
    icon: str
    title: object
    pages: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether the request is for this page, or for one that belongs to it."""
        if request.endpoint == self.endpoint or request.endpoint in self.pages:
            return True
        blueprint = self.endpoint.split(".")[0]
        return blueprint == request.blueprint and blueprint not in _SEVERAL


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Lines that belong together under one heading."""

    name: str
    title: object
    entries: tuple[NavEntry, ...]

    def waiting(self, counts: Mapping[str, Count]) -> str:
        """What the counts of its lines add up to; "" where nothing waits."""
        inside = [counts[entry.endpoint] for entry in self.entries if entry.endpoint in counts]
        total = sum(count.n for count in inside)
        return f"{total}{'+' * any(count.more for count in inside)}" if total else ""


MENU = (
    NavGroup(
        "review",
        _l("复核"),
        (
            NavEntry("review.work_list", "checklist", _l("待复核")),
            NavEntry("review.appeals", "message-report", _l("申诉")),
            NavEntry("links.due", "phone", _l("今日待办")),
            NavEntry("recordings.index", "headphones", _l("录音")),
            NavEntry("review.agreement", "scale", _l("人机一致率")),
        ),
    ),
    NavGroup(
        "results",
        _l("成绩"),
        (
            NavEntry("scorecards.mine", "chart-line", _l("我的评分卡")),
            NavEntry("scorecards.team", "chart-bar", _l("评分卡"), ("scorecards.technician",)),
            NavEntry("months.index", "calendar", _l("月度结果"), ("months.show", "months.print_page")),
            NavEntry("digest.show", "report-analytics", _l("周报")),
            NavEntry("topics.words", "messages", _l("客户说的词"), ("topics.word",)),
            NavEntry("topics.talk", "gauge", _l("说话方式")),
        ),
    ),
    NavGroup(
        "standards",
        _l("标准"),
        (
            NavEntry(
                "standard_reading.index",
                "clipboard-list",
                _l("标准"),
                ("standard_versions.index", "standard_versions.compare", "standard_dryrun.rejudge"),
            ),
            NavEntry("standard_trying.page", "microphone", _l("试一句")),
            NavEntry(
                "standard_editing.index",
                "pencil",
                _l("草稿"),
                (
                    "standard_versions.publish_form",
                    "standard_policy.page",
                    "standard_dryrun.index",
                    "standard_dryrun.show",
                ),
            ),
            NavEntry("standard_importing.page", "file-import", _l("导入标准")),
            NavEntry("calibration.index", "scale", _l("校准")),
        ),
    ),
    NavGroup(
        "records",
        _l("资料"),
        (
            NavEntry("uploads.page", "cloud-upload", _l("上传录音")),
            NavEntry("jobs.queue", "list-check", _l("处理队列")),
            NavEntry("staff.technicians", "id-badge-2", _l("人员"), ("staff.technician",)),
            NavEntry("staff.orders", "file-text", _l("工单"), ("staff.order",)),
        ),
    ),
    NavGroup(
        "site",
        _l("管理"),
        (
            NavEntry("admin.users", "users", _l("账号"), ("admin.user_new", "admin.user_edit")),
            NavEntry("privacy.page", "user-check", _l("个人信息")),
            NavEntry("hooks.index", "send", _l("事件推送")),
            NavEntry("admin.audit_log", "shield-lock", _l("操作日志"), ("admin.audit_verify",)),
            NavEntry("system.page", "gauge", _l("系统")),
        ),
    ),
)


def shown(may: Callable[[str], bool]) -> tuple[NavGroup, ...]:
    """The menu of who may open some of it."""
    groups = (replace(group, entries=tuple(e for e in group.entries if may(e.endpoint))) for group in MENU)
    return tuple(group for group in groups if group.entries)


def counts_now() -> Mapping[str, Count]:
    """The counts for who asks, read once a request."""
    if "menu_counts" not in g:
        try:
            g.menu_counts = menu_counts(reader(), viewer())
        except SQLAlchemyError as error:  # the page that tells of the trouble has a menu too
            log.warning("the menu has no counts: %s", error)
            g.menu_counts = {}
    counts: Mapping[str, Count] = g.menu_counts
    return counts
