"""What the author of a program is told of a file that was not taken, where a page would speak of buttons and lists."""

from __future__ import annotations

from web.intake.receive import RefusedError
from web.kit.i18n import gettext as _
from web.kit.told import told
from web.uploads import texts
from web.uploads.slices import SliceError

FIELDS = {  # the detail that a refusal is about; of all others it is the file
    "staff-unknown": "staff_no",
    "order-unknown": "order_no",
    "standard-unknown": "standard_id",
    "standard-not-yet": "standard_id",
    "time-impossible": "recorded_at",
}
NO_SPACE = ("disk-full", "storage")
NOT_THE_FILE = {*NO_SPACE, "offset", "busy", "ended", "gone", "broken", "length", "slice-size"}


def of_refusal(error: RefusedError) -> str:
    advice = {
        "staff-unknown": _("请改正工号，或先在“人员”页添加；GET /api/v1/technicians 列出全部人员"),
        "order-unknown": _("请先用 PUT /api/v1/work-orders/{order_no} 建立工单，或改正工单号"),
        "standard-unknown": _("GET /api/v1/standards 列出可用的标准"),
    }.get(error.code, told(error.advice))
    return _sentences(told(error.message), advice)


def of_slice(error: SliceError) -> str:
    sentence, usual = texts.explain(error)
    begin = _("请用 POST /api/v1/uploads 重新开始")
    advice = {
        "slice-size": _("请把文件分成更小的片再发"),
        "beyond-end": begin,
        "disk-full": _("请联系管理员清理磁盘，之后从 offset 继续，已传的部分不用重传"),
        "offset": _("请从 offset 继续"),
        "busy": _("请等另一个请求完成，再从 GET /api/v1/uploads/{id} 给出的 offset 继续"),
        "ended": begin,
        "gone": begin,
        "broken": _("请从 GET /api/v1/uploads/{id} 给出的 offset 继续"),
        "length": _("请带上 Content-Length"),
    }.get(error.code, usual)
    return _sentences(sentence, advice)


def _sentences(*parts: str) -> str:
    stop = _("。")
    return " ".join(part if part.endswith((stop, ".", "。")) else part + stop for part in parts if part).replace(
        "。 ", "。"
    )
