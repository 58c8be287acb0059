"""What a notice says and where it leads: on the page with names, in mails and groups without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from web.kit.i18n import gettext as _
from web.models import NoticeKind, UserRole


def kind_names() -> dict[NoticeKind, str]:
    """The kinds, as one chooses among them."""
    return {
        NoticeKind.APPEAL_FILED: _("有新的申诉"),
        NoticeKind.APPEAL_ANSWERED: _("申诉有了答复"),
        NoticeKind.APPEAL_ACCEPTED: _("技师接受了答复"),
        NoticeKind.APPEAL_CONTESTED: _("申诉要主管裁定"),
        NoticeKind.APPEAL_DECIDED: _("主管裁定了申诉"),
        NoticeKind.RESULT_SIGNED: _("录音已签核"),
        NoticeKind.MONTH_PUBLISHED: _("月度结果已发布"),
        NoticeKind.MONTH_OUTDATED: _("已发布的月份需要更正"),
        NoticeKind.IMPORT_FINISHED: _("上传的录音处理完了"),
        NoticeKind.TAKEN_OVER: _("录音被别人接手"),
        NoticeKind.CALIBRATION_ASKED: _("请您参加校准"),
        NoticeKind.CALIBRATION_CLOSED: _("校准可以比较了"),
        NoticeKind.HOOK_ENDED: _("事件推送停了"),
    }


def kinds_for(role: UserRole) -> tuple[NoticeKind, ...]:
    """The kinds that users of a role are told."""
    calibration = (NoticeKind.CALIBRATION_ASKED, NoticeKind.CALIBRATION_CLOSED)
    office = (NoticeKind.IMPORT_FINISHED, NoticeKind.TAKEN_OVER, NoticeKind.MONTH_PUBLISHED, *calibration)
    own = (
        *(NoticeKind.APPEAL_ANSWERED, NoticeKind.APPEAL_DECIDED),
        *(NoticeKind.RESULT_SIGNED, NoticeKind.MONTH_PUBLISHED),
    )
    second = (NoticeKind.APPEAL_CONTESTED, NoticeKind.APPEAL_DECIDED)
    return {
        UserRole.ADMIN: (
            NoticeKind.APPEAL_ACCEPTED,
            *second,
            NoticeKind.MONTH_OUTDATED,
            *office,
            NoticeKind.HOOK_ENDED,
        ),
        UserRole.QA: (NoticeKind.APPEAL_FILED, NoticeKind.APPEAL_ACCEPTED, *second, *office),
        UserRole.MANAGER: (
            *(NoticeKind.APPEAL_CONTESTED, NoticeKind.MONTH_PUBLISHED, NoticeKind.MONTH_OUTDATED),
            *calibration,
        ),
        UserRole.TECHNICIAN: own,
    }[role]


def sentence(kind: NoticeKind, facts: Mapping[str, Any], *, by: str, technician: str, clause: str, when: str) -> str:
    """One notice in words. `when`: of the recording; names are "" where they are not to be told."""
    match kind:
        case NoticeKind.APPEAL_FILED:
            return _("%(who)s 对“%(clause)s”提出了申诉。", who=technician or _("一位技师"), clause=clause)
        case NoticeKind.APPEAL_ANSWERED if facts.get("upheld"):
            return _("您的申诉成立：“%(clause)s”（%(when)s 的录音）。", clause=clause, when=when)
        case NoticeKind.APPEAL_ANSWERED if facts.get("outcome") == "partly":
            return _(
                "您的申诉部分成立：“%(clause)s”（%(when)s 的录音）。不同意可以请主管裁定。", clause=clause, when=when
            )
        case NoticeKind.APPEAL_ANSWERED if "outcome" in facts:
            return _(
                "您的申诉不成立：“%(clause)s”（%(when)s 的录音）。不同意可以请主管裁定。", clause=clause, when=when
            )
        case NoticeKind.APPEAL_ANSWERED:
            return _("您的申诉不成立：“%(clause)s”（%(when)s 的录音）。", clause=clause, when=when)
        case NoticeKind.APPEAL_ACCEPTED:
            return _("%(who)s 接受了对“%(clause)s”申诉的答复。", who=technician or _("一位技师"), clause=clause)
        case NoticeKind.APPEAL_CONTESTED:
            return _(
                "%(who)s 不同意对“%(clause)s”申诉的答复，请主管裁定。", who=technician or _("一位技师"), clause=clause
            )
        case NoticeKind.APPEAL_DECIDED:
            outcome = {"upheld": _("成立"), "partly": _("部分成立")}.get(facts.get("outcome", ""), _("不成立"))
            return _(
                "主管裁定：对“%(clause)s”（%(when)s 的录音）的申诉%(outcome)s。",
                clause=clause,
                when=when,
                outcome=outcome,
            )
        case NoticeKind.MONTH_OUTDATED:
            return _("有一条申诉成立，%(month)s 已发布的结果没有变；请核对后发布更正。", month=facts["month"])
        case NoticeKind.RESULT_SIGNED:
            return _("您 %(when)s 的录音已签核，可以看结果了。", when=when)
        case NoticeKind.MONTH_PUBLISHED if facts.get("edition", 1) > 1:
            return _("%(month)s 的月度结果有更正（第 %(n)s 版）。", month=facts["month"], n=facts["edition"])
        case NoticeKind.MONTH_PUBLISHED:
            return _("%(month)s 的月度结果已发布。", month=facts["month"])
        case NoticeKind.IMPORT_FINISHED if facts.get("failed"):
            return _(
                "您上传的 %(n)s 段录音处理完了，其中 %(f)s 段没有成功。",
                n=facts.get("recordings", 0),
                f=facts["failed"],
            )
        case NoticeKind.IMPORT_FINISHED:
            return _("您上传的 %(n)s 段录音处理完了。", n=facts.get("recordings", 0))
        case NoticeKind.CALIBRATION_ASKED:
            return _("%(who)s 请您参加校准，最晚 %(due)s 提交。", who=by or _("同事"), due=facts.get("due", ""))
        case NoticeKind.CALIBRATION_CLOSED:
            return _("您参加的校准已结束，可以比较各人的判定。")
        case NoticeKind.HOOK_ENDED if facts.get("reason") == "gone":
            return _("第 %(n)s 号推送地址说它不再接收（410），已停止推送。", n=facts.get("hook"))
        case NoticeKind.HOOK_ENDED:
            return _("第 %(n)s 号推送地址连续多天没有收下任何事件，已暂停推送。", n=facts.get("hook"))
    return _("%(who)s 接手了您要复核的 %(n)s 段录音。", who=by or _("同事"), n=facts.get("recordings", 1))


def target(kind: NoticeKind, facts: Mapping[str, Any], recording_id: int | None, role: UserRole) -> str:
    """The page that a notice leads to; `recording_id` is None where the user may not see the recording."""
    match kind:
        case NoticeKind.APPEAL_FILED:
            return url_for("review.appeals", state="open")
        case NoticeKind.APPEAL_ACCEPTED | NoticeKind.APPEAL_CONTESTED | NoticeKind.APPEAL_DECIDED:
            return url_for("review.appeals", appeal=facts.get("appeal"))
        case NoticeKind.APPEAL_ANSWERED if "appeal" in facts and facts.get("outcome") != "upheld":
            return url_for("review.appeals", appeal=facts["appeal"])  # where he can go on
        case NoticeKind.CALIBRATION_ASKED | NoticeKind.CALIBRATION_CLOSED:
            return url_for("calibration.show", session_id=facts["calibration"])
        case NoticeKind.HOOK_ENDED:
            return url_for("hooks.show", hook_id=facts["hook"])
        case NoticeKind.MONTH_OUTDATED:
            return url_for("months.index", month=facts["month"])
        case NoticeKind.MONTH_PUBLISHED if role is not UserRole.TECHNICIAN:
            return url_for("months.show", month=facts["month"], edition=facts.get("edition", 1))
        case NoticeKind.MONTH_PUBLISHED:
            return url_for("months.index")
        case NoticeKind.IMPORT_FINISHED if facts.get("failed"):
            return url_for("jobs.queue", show="failed")
        case NoticeKind.IMPORT_FINISHED:
            return url_for("recordings.index")
        case NoticeKind.TAKEN_OVER if recording_id is None:
            return url_for("review.work_list", queue="mine")
    if recording_id is None:
        return url_for("review.appeals") if kind is NoticeKind.APPEAL_ANSWERED else url_for("recordings.index")
    clause = f"clause-{facts['item']}" if "item" in facts else None
    return url_for("recordings.show", recording_id=recording_id, _anchor=clause)


def group_text(kind: NoticeKind, facts: Mapping[str, Any], address: str) -> str:
    """What a group is told: no name, no private word, and where to look."""
    told = {
        NoticeKind.APPEAL_FILED: _("听检：一位技师提出了新的申诉，等待处理。"),
        NoticeKind.MONTH_PUBLISHED: _("听检：%(month)s 的月度结果已发布。", month=facts.get("month", "")),
    }[kind]
    return f"{told}\n{address}"
