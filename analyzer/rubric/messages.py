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
    "mismatched": ("前面的括号要用“{closer}”收尾，这里却是“{sign}”", "补上“{closer}”，或者改正括号"),
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
    "unknown-meaning": (
        "没有名叫 {name} 的读者",
        "〔是不是 {nearest}？〕读者是 meanings/ 文件夹里的 .npz；可用的：{known}",
    ),
    "no-surnames": (
        "写了 names: true，却没有姓可以对",
        "在 shared/surnames.txt 里写上姓，一行一个，或者删掉 names",
    ),
    "bad-surname": ("“{text}”不是一个姓", "一行写一个姓，只写汉字；平常多作别的词的（来、从），后面加英文问号"),
    "same-surname": ("“{name}”前面已经写过了", "删掉一行"),
    "circular-list": ("短语表转着圈互相引用：{path}", "去掉其中一处引用"),
    "broken-list": ("短语表 <{name}> 里的“{entry}”有错：{message}", "先改好短语表"),
    # --- files
    "unreadable-file": ("文件打不开：{reason}", "检查文件是否存在、是否有读取权限"),
    "not-utf8": ("文件不是 UTF-8 编码，从这一行起读不出来", "用编辑器另存为 UTF-8 编码"),
    "bad-yaml": (
        "YAML 写法有误：{reason}",
        "看这一行和上一行：缩进用空格对齐；冒号后面空一格；"
        "以 {{ [ * & ! | > % @ ` 开头或含有“: ”“ #”的短语要用引号括起来，如 '{{请|麻烦}}您签个字'",
    ),
    "empty-file": ("文件是空的", "照 lexicons/README.md 的样子写，或者删掉这个文件"),
    "yaml-alias": ("这里用了 YAML 的引用（&名字 / *名字）", "把内容直接写出来；短语以 * 开头时整句加引号"),
    "bad-key": ("这里的键不是文字", "键写成一个词，后面跟冒号；短语要用引号括起来"),
    "duplicate-key": ("“{key}”写了两次，第一次在第 {first} 行", "合并成一处"),
    # --- keys and values
    "unknown-key": ("不认识的键“{name}”", "〔是不是“{nearest}”？〕可以用的键：{known}"),
    "text-as-key": (
        "“{text}”被读成了一个键",
        "大括号 {{…}} 里的文字如果有英文逗号，要整句用引号括起来；冒号后面要空一格",
    ),
    "misplaced-key": ("“{key}”不能用在这种条目上", "删掉它，或者检查 kind 和 how 是否写对"),
    "missing-key": ("缺少“{key}”", "补上“{key}: …”"),
    "wrong-type": ("〔“{key}”〕应当是：{wanted}；这里是：{found}", "照 lexicons/README.md 里的例子改"),
    "phrase-not-text": (
        "“{key}”里的这一行被读成了{found}，不是一句话",
        "以 {{ 或 [ 开头、或者含有冒号加空格的短语，要整句用引号括起来",
    ),
    "empty-text": ("“{key}”是空的", "写上内容，或者删掉这一行"),
    "bad-id": ("编号“{value}”写法不对", "只用小写英文字母、数字和连字符，以字母开头，如 late-apology"),
    "bad-number": ("“{key}: {value}”不在允许的范围内", "写一个{bounds} 的数"),
    "not-whole": ("“{key}: {value}”应当是整数", "写一个整数，如 8"),
    "unknown-helped": (
        "help 里的“{name}”不是写了 remedy（补救）的禁语",
        "〔是不是“{nearest}”？〕可以写：{known}",
    ),
    "bad-choice": ("“{key}”不能是“{value}”", "〔是不是“{nearest}”？〕可以写：{known}"),
    "bad-schema": ("不认识的格式版本 schema: {value}", "写成 schema: 1"),
    "id-not-file-name": ("标准的编号是“{id}”，文件名却是 {file}", "两者改成一样"),
    "duplicate-id": ("编号“{id}”重复了，第一次在{first}", "换一个编号，或者合并成一条"),
    "no-items": ("标准里一条也没有", "在 items 下面写上条目"),
    "no-phrases": ("“{key}”是空的，这一条永远不会达标", "至少写一句短语"),
    # --- conditions, order, severity
    "bad-condition": (
        "“when”的写法不对",
        "写 always、一个事实的名字、{{not: …}}、{{any: [… , …]}} 或 {{all: [… , …]}}",
    ),
    "unknown-fact": ("没有名叫“{name}”的事实", "〔是不是“{nearest}”？〕现有的事实：{known}"),
    "unknown-after": ("after 指的“{name}”不在这份标准里", "〔是不是“{nearest}”？〕可以写：{known}"),
    "after-not-heard": (
        "after 指的“{name}”听不出来（它不是按说话检查的必说条目，或者就是这一条自己）",
        "换成一条 kind: required、how: rule 的条目，或者删掉 after",
    ),
    "circular-after": ("先后次序转了圈：{path}", "去掉其中一个 after"),
    "fatal-without-cap": ("severity 是 fatal，却没有写 cap", "补上 cap: 59 这样的封顶分数"),
    "cap-without-fatal": ("写了 cap，severity 却不是 fatal", "删掉 cap，或者把 severity 改成 fatal"),
    "group-dearer": ("这一组扣 {value} 分，比整条的 {most} 分还多", "also 里的 penalty 只能比整条的轻"),
    # --- phrases in their place
    "phrase-only-gaps": ("{phrase}里没有要说的词", "写上具体的词"),
    "phrase-too-short": (
        "{phrase}最短只有 {shortest} 个字，太短，到处都会碰上",
        "每一种说法至少要有 {least} 个字",
    ),
    "duplicate-phrase": ("“{phrase}”在“{key}”里写了两次，第一次在第 {first} 行", "删掉一句"),
    "phrase-in-list": ("“{phrase}”在引用的短语表 <{name}> 里已经有了", "删掉这一句"),
    "phrase-excepted": ("“{phrase}”同时写在 except 里，永远不会算数", "从一处删掉"),
    # --- against the checklist
    "item-missing": ("缺少条目“{id}”：{text}", "照 checklist.yaml 补上这一条"),
    "item-not-in-checklist": (
        "checklist.yaml 里没有条目“{id}”",
        "〔是不是“{nearest}”？〕改成清单里的编号，或者先把它加进清单",
    ),
    "unknown-addition": (
        "additions 里的“{value}”不是可选条款，或者这份标准已有同名的条目",
        "可选条款写在 optional/clauses.yaml，现有：{known}",
    ),
    "differs-from-checklist": ("“{key}”与清单不一致：这里是“{value}”", "改成“{wanted}”"),
    "when-differs": ("“when”与清单不一致，清单里是“{wanted}”", "核对这一条什么时候适用"),
    "standard-missing": ("清单里的标准“{id}”没有对应的文件", "补上 {id}.yaml"),
    "standard-not-in-checklist": ("清单里没有标准“{id}”，条目无法核对", "自己的标准可以不理会这一条"),
    # --- examples
    "few-examples": ("“{key}”只有 {count} 个例句，至少要 {least} 个", "在 examples 下面补上例句"),
    "few-variants": (
        "“{element}”只有 {count} 种说法，少于 {least} 种，换个说法就听不出来了",
        "补上大家平时的说法",
    ),
    "example-match-fails": ("例句“{example}”应当算数，实际没有算", "补一句短语，或者改例句"),
    "example-no-match-fails": (
        "例句“{example}”不应当算数，实际算了",
        "把短语写得更具体，或者在 except 里写上例外",
    ),
    "forbidden-fires": (
        "例句“{example}”会被禁语 {accuser}（{said}）误判",
        "在 {accuser} 的 except 里写上例外；如果它确实是禁语，请换一个例句",
    ),
    # --- whole folders
    "no-standards": ("{folder} 里没有标准（.yaml 文件）", "检查文件夹的名字"),
    "unknown-standard": (
        "没有名叫“{name}”的标准",
        "〔是不是“{nearest}”？〕{folder} 里现有：{known}",
    ),
    "invalid-lexicon": ("标准里有 {count} 个错误，改好以后才能使用", ""),
}

# Findings that a standard may be used with.
HINTS = frozenset({"phrase-in-list", "few-variants", "when-differs", "standard-not-in-checklist"})


def explain(code: str, **values: object) -> tuple[str, str]:
    """Return message and advice of `code` with `values` filled in. Raises KeyError for an unknown code."""
    message, advice = TEXTS[code]
    return _fill(message, values), _fill(advice, values)


def _fill(template: str, values: dict[str, object]) -> str:
    def keep(optional: re.Match[str]) -> str:
        part = optional.group(1)
        return part if all(values.get(name) for name in _FIELD.findall(part)) else ""

    return _OPTIONAL.sub(keep, template).format(**values)
