"""What events and states are called on pages."""

from __future__ import annotations

from web.kit.i18n import gettext as _
from web.models import HookEvent


def event_names() -> dict[HookEvent, str]:
    """The events, as one chooses among them."""
    return {
        HookEvent.RECORDING_JUDGED: _("录音判完了"),
        HookEvent.SUSPICION_FOUND: _("录音里有疑似或禁语"),
        HookEvent.APPEAL_FILED: _("有新的申诉（含再申诉）"),
        HookEvent.APPEAL_ANSWERED: _("申诉有了答复或裁定"),
        HookEvent.MONTH_PUBLISHED: _("月度结果已发布（含更正）"),
        HookEvent.PING: _("测试"),
    }
