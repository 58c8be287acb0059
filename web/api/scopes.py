"""What a token may be allowed: scopes, and the one that each endpoint asks for.

A scope gives nothing that the owner's role has not: the table of access is asked as well.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from web.kit.access import TABLE
from web.models import UserRole

SCOPES: dict[str, object] = {
    "recordings:read": _l("录音的状态、得分和各条判定"),
    "transcripts:read": _l("整份分析，包括说了什么"),
    "audio:read": _l("录音的声音"),
    "recordings:write": _l("上传录音"),
    "review": _l("复核：确认或改判一条"),
    "appeals:read": _l("申诉和它的经过"),
    "appeals:write": _l("提出申诉、答复和裁定申诉"),
    "people:read": _l("人员名单"),
    "orders:read": _l("工单"),
    "orders:write": _l("新增和修改工单"),
    "scorecards:read": _l("评分卡"),
    "exports:read": _l("导出录音清单"),
    "standards:read": _l("标准"),
}
NEEDS: dict[str, str] = {
    "api.me": "",  # any token may ask what it is
    "api.recordings": "recordings:read",
    "api.recording": "recordings:read",
    "api.verdicts": "recordings:read",
    "api.analysis": "transcripts:read",
    "api.audio": "audio:read",
    "api.decide": "review",
    "api.appeals": "appeals:read",
    "api.appeal": "appeals:read",
    "api.file_appeal": "appeals:write",
    "api.answer_appeal": "appeals:write",
    "api.decide_appeal": "appeals:write",
    "api.accept_answer": "appeals:write",
    "api.contest_answer": "appeals:write",
    "api.add_recording": "recordings:write",
    "api.begin_upload": "recordings:write",
    "api.append_slice": "recordings:write",
    "api.upload_state": "recordings:write",
    "api.finish_upload": "recordings:write",
    "api.cancel_upload": "recordings:write",
    "api.technicians": "people:read",
    "api.orders": "orders:read",
    "api.order": "orders:read",
    "api.put_order": "orders:write",
    "api.put_orders": "orders:write",
    "api.scorecards": "scorecards:read",
    "api.mine": "scorecards:read",
    "api.export_recordings": "exports:read",
    "api.standards": "standards:read",
    "api.standard": "standards:read",
}


def scopes_of(role: UserRole) -> dict[str, object]:
    """The scopes that open something to this role, with what they are called."""
    return {
        scope: title
        for scope, title in SCOPES.items()
        if any(role in TABLE[endpoint] for endpoint, asked in NEEDS.items() if asked == scope)
    }
