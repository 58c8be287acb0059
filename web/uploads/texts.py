"""Every sentence about uploads: what is wrong, the limit, what to do."""

from __future__ import annotations

from typing import Any

from web.intake import kinds
from web.intake.receive import Received
from web.kit.csvfile import BadCell, TableError
from web.kit.i18n import gettext as _
from web.kit.marks import mark
from web.kit.pages import size
from web.kit.told import told
from web.uploads.slices import SliceError

_FORMATS = "wav mp3 m4a aac ogg opus flac amr wma webm mp4 mov".split()
DIFFERS = "工号和姓名不是一个人"  # of a file's name or line
# for the file chooser only: what a file is, its first bytes tell
ACCEPT = ".wav,.mp3,.m4a,.aac,.ogg,.oga,.opus,.flac,.amr,.wma,.webm,.mp4,.mov,.mkv,.csv,.srt,.vtt,.json,audio/*"


def formats_taken() -> str:
    """Name the kinds of file that are taken in."""
    return _("、").join(_FORMATS)


def explain(error: SliceError) -> tuple[str, str]:
    """Reason and advice."""
    given: dict[str, Any] = {"limit": 0, "size": 0, "free": 0, "words": "", **error.given}
    formats = _("支持 %(formats)s", formats=formats_taken())
    sentences = {
        "empty": (_("文件是空的（0 字节）"), _("请重新导出录音后再上传")),
        "too-large": (
            _("文件 %(size)s，超过单个文件上限 %(limit)s", size=size(given["size"]), limit=size(given["limit"])),
            _("请分段导出，或请管理员调大上限"),
        ),
        "slice-size": (_("一片数据太大，上限 %(limit)s", limit=size(given["limit"])), _("请刷新页面后重试")),
        "beyond-end": (_("收到的数据比文件还长，文件可能在上传时被改动"), _("请取消后重新选择这个文件")),
        "disk-full": (
            _("服务器磁盘空间不足，只剩 %(free)s", free=size(given["free"])),
            _("请联系管理员清理磁盘，之后点“重试”，已传的部分不用重传"),
        ),
        "text": (_("内容是文本，不是录音"), _("请确认选对了文件；改扩展名不会把文本变成录音")),
        "silk": (_("这是微信/QQ 的 SILK 语音，无法直接解码"), _("请先转换成 mp3 或 wav 再上传")),
        "not-audio": (_("不是能识别的录音格式"), formats),
        "offset": (_("续传位置已更新"), _("正从服务器已确认的位置继续")),
        "busy": (_("这个文件正在另一个窗口里上传"), _("请等那边传完，或稍后点“重试”")),
        "ended": (_("这次上传已经结束"), _("如需重传，请重新选择文件")),
        "gone": (_("找不到这次上传"), _("它可能已被取消或过期，请重新选择文件")),
        "broken": (_("这一片没有收完整，连接中断"), _("请点“重试”，已传的部分不用重传")),
        "length": (_("请求缺少数据长度"), _("请刷新页面后重试")),
        "shape": (_("请求内容看不懂"), _("请刷新页面后重试")),
        "when": (given["words"], _("请核对录音时间")),
        "moment": (_("录音时间看不懂"), _("请写成 2026-01-05 14:03 这样")),
    }
    if error.code in sentences:
        return sentences[error.code]
    what, advice = kinds.reason(error.code, given["limit"])  # what the file is instead
    return told(what), told(advice)


def same_words() -> str:
    return _("内容相同的录音已在系统里")


def known(received: Received) -> str:
    """What became of a file that is here already, and of what was said about it this time."""
    titles = {
        "standard_id": _("标准"),
        "technician_id": _("人员"),
        "work_order_id": _("工单"),
        "recorded_at": _("录音时间"),
        "facts": _("已知事实"),
        "technician_channel": _("技师声道"),
        "note": _("备注"),
    }
    added, differs = (
        mark("、").join(titles[name] for name in names if name in titles)
        for names in (received.added, received.differs)
    )
    words = same_words()
    if added:
        words += _("，已补上这次填写的%(names)s", names=added)
    if differs:
        words += _("，这次填写的%(names)s和已有的不同，没有改动", names=differs)
    return words


def bad_cell(bad: BadCell) -> str:
    return _("第 %(row)s 行「%(column)s」：%(what)s", row=bad.number, column=bad.column, what=bad.words)


def table_fault(error: TableError) -> str:
    """Why a list cannot be read at all."""
    return {
        "encoding": _("清单的编码看不懂，请另存为 UTF-8 或 GBK 的 CSV"),
        "empty": _("清单是空的"),
        "columns": _("清单缺少这些列：%(names)s", names=mark("、").join(error.names)),
        "twice": _("清单里这些列出现了不止一次：%(names)s", names=mark("、").join(error.names)),
        "rows": _("清单的行数太多"),
        "cell": _("清单第 %(n)s 行附近有一格太长，多半是少了一个引号", n="".join(error.names)),
    }[error.code]
