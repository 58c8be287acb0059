"""What marshmallow finds wrong with a field, in the reader's language and with what to do.

Its own sentences are English ones with numbers and choices filled in; each shape that a field or a validator of ours can
give stands here (a test asks them all). A sentence that is no such shape was made by ourselves and stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from web.kit.i18n import gettext as _

_SHAPES: dict[str, Callable[..., str]] = {
    "Missing data for required field.": lambda: _("缺少这一项，请补上。"),
    "Field may not be null.": lambda: _("不能是 null：请填值，或不写这一项。"),
    "Unknown field.": lambda: _("没有这一项：请删去，或改正名称。"),
    "Invalid input type.": lambda: _("这里要一个 JSON 对象。"),
    "Invalid type.": lambda: _("这里要一个 JSON 对象。"),
    "Not a valid mapping type.": lambda: _("这里要一个 JSON 对象。"),
    "Not a valid list.": lambda: _("这里要一个列表。"),
    "Not a valid string.": lambda: _("这里要文字，用引号括起来。"),
    "Not a valid utf-8 string.": lambda: _("文字要用 UTF-8 编码。"),
    "Not a valid integer.": lambda: _("这里要整数。"),
    "Not a valid number.": lambda: _("这里要一个数。"),
    "Number too large.": lambda: _("这个数太大。"),
    "Special numeric values (nan or infinity) are not permitted.": lambda: _("这里要一个有限的数。"),
    "Not a valid boolean.": lambda: _("这里要 true 或 false。"),
    "Not a valid date.": lambda: _("日期请写成 2026-11-24 这样。"),
    "Not a valid datetime.": lambda: _("时间请写成 2026-11-24T09:00:00+08:00 这样（ISO 8601）。"),
    "Invalid value.": lambda: _("这个值不能用，可用的值见接口说明。"),
    "Must be one of: {choices}.": lambda choices: _("只能是其中之一：%(choices)s。", choices=choices),
    "Must be greater than or equal to {low} and less than or equal to {high}.": lambda low, high: _(
        "要在 %(low)s 和 %(high)s 之间。", low=low, high=high
    ),
    "Must be greater than or equal to {low}.": lambda low: _("最小是 %(low)s。", low=low),
    "Must be less than or equal to {high}.": lambda high: _("最大是 %(high)s。", high=high),
    "Length must be between {low} and {high}.": lambda low, high: _(
        "长度要在 %(low)s 和 %(high)s 之间。", low=low, high=high
    ),
    "Shorter than minimum length {low}.": lambda low: _("太短：长度最少 %(low)s。", low=low),
    "Longer than maximum length {high}.": lambda high: _("太长：长度最多 %(high)s。", high=high),
}


def _pattern(shape: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(shape)), re.DOTALL)


_PATTERNS = tuple((_pattern(shape), words) for shape, words in _SHAPES.items())


def said(message: str) -> str:
    """The message in the request's language; one that is none of marshmallow's as it is."""
    for pattern, words in _PATTERNS:
        if found := pattern.fullmatch(message):
            return words(**found.groupdict())
    return message
