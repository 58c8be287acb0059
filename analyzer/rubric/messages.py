"""Every sentence that the lexicon check says, in one place: code → (what is wrong, how to mend it).

`{nearest}` and the like are filled in by `explain`; a part in 〔…〕 is left out when its value is empty.
"""

from __future__ import annotations

import re

_OPTIONAL = re.compile(r"〔([^〕]*)〕")
_FIELD = re.compile(r"\{(\w+)\}")

TEXTS: dict[str, tuple[str, str]] = {
    # --- the notation of phrases
    "short-gap": (
        "这里有 {stars} 个星号，空档要写四个星号",
        "改成 ****（表示中间可以有别的话），或者删掉星号",
    ),
    "unclosed": ("这里的“{sign}”没有对应的“{closer}”", "在后面补上“{closer}”，或者删掉“{sign}”"),
    "stray-closer": ("这里多了一个“{sign}”，前面没有与它成对的括号", "删掉它，或者在前面补上另一半"),
    "stray-bar": (
        "这里的“{sign}”不在大括号里",
        "几种说法任选要写在大括号里，如 {{需要|要}}；整句不同就分成两句写",
    ),
    "empty-braces": ("“{sign}”里面没有任何词", "写上要说的词，或者删掉这对括号"),
    "too-deep": ("括号或短语表一层套一层，超过了 {limit} 层", "拆成几句简单的短语"),
    "phrase-too-large": ("这句短语展开后太大（超过 {limit} 个部分）", "拆成几句短语，少引用大的短语表"),
    "unknown-list": (
        "没有名叫 <{name}> 的短语表",
        "〔是不是 <{nearest}>？〕短语表写在 shared/ 文件夹里，名字要一字不差",
    ),
    "circular-list": ("短语表转着圈互相引用：{path}", "去掉其中一处引用"),
    "broken-list": ("短语表 <{name}> 里的“{entry}”有错：{message}", "先改好短语表"),
}


def explain(code: str, **values: object) -> tuple[str, str]:
    """Return message and advice of `code` with `values` filled in. Raises KeyError for an unknown code."""
    message, advice = TEXTS[code]
    return _fill(message, values), _fill(advice, values)


def _fill(template: str, values: dict[str, object]) -> str:
    def keep(found: re.Match[str]) -> str:
        part = found.group(1)
        return part if all(values.get(name) for name in _FIELD.findall(part)) else ""

    return _OPTIONAL.sub(keep, template).format(**values)
