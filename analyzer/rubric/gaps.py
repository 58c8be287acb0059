"""The gaps of a clause as people read them: 您的****有什么问题 is 您的〔设备〕有什么问题."""

from __future__ import annotations

import re

_GAP = re.compile(r"[*＊]{4,}")
# What stands in a gap, told by the words beside it: (before it, behind it, its name), the first that fits.
_NAMES = (
    (re.compile(r"(应当?|要)由$"), re.compile(r""), "谁"),
    (re.compile(r""), re.compile(r"的?(责任|负责)"), "谁"),
    (re.compile(r"您(家)?的?$"), re.compile(r""), "设备"),
)
_ANYTHING = "…"


def named(text: str) -> str:
    """Return `text` with a word in 〔〕 for each of its gaps.

    >>> named("请问您的****有什么问题")
    '请问您的〔设备〕有什么问题'
    """
    return _GAP.sub(lambda gap: f"〔{_name(text[: gap.start()], text[gap.end() :])}〕", text)


def _name(before: str, behind: str) -> str:
    return next((name for a, b, name in _NAMES if a.search(before) and b.match(behind)), _ANYTHING)
