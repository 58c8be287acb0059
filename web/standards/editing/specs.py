"""The keys of the YAML as people fill them in: words, kinds, choices. Which of them a clause has follows from its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

TEXT, AREA, NUMBER, CHOICE, LINES, FLAG = "text", "area", "number", "choice", "lines", "flag"
Choices = Mapping[str, object]

KINDS: Choices = {"required": _l("应当说"), "forbidden": _l("不许说")}
HOWS: Choices = {"rule": _l("听录音"), "link": _l("查工单和别的录音"), "person": _l("由人勾选")}
PLACES: Choices = {"": _l("没有写（全程）"), "opening": _l("开头"), "closing": _l("结尾"), "anywhere": _l("全程")}
GRAVE: Choices = {"": _l("没有写"), "minor": _l("轻"), "major": _l("重"), "fatal": _l("一票否决")}
SPEAKERS: Choices = {
    "": _l("没有写（技师）"),
    "technician": _l("技师"),
    "customer": _l("用户"),
    "anyone": _l("任何人"),
}
TRUTH: Choices = {"": _l("没有写（否）"), "true": _l("是"), "false": _l("否")}


@dataclass(frozen=True, slots=True)
class Spec:
    """A key of the YAML as people fill it in. `hint` says what to write."""

    kind: str
    label: object
    hint: object = ""
    choices: Choices | None = None


_ID = Spec(TEXT, _l("编号"), _l("小写英文字母、数字和连字符"))
_PHRASES = Spec(LINES, _l("短语"), _l("一行一句，任何一句说到就算；<名字> 引用短语表，**** 是空档"))
_EXCEPT = Spec(LINES, _l("例外"), _l("一行一句；盖住的地方不算"))
_WEIGHT = Spec(NUMBER, _l("份量"))
_WHO = Spec(CHOICE, _l("谁说的才算"), "", SPEAKERS)
_MEANING = Spec(TEXT, _l("读者"), _l("按意思读的读者；不写就随短语表"))
_PENALTY = Spec(NUMBER, _l("扣几分"))
BANNED = {
    "phrases": _PHRASES,
    "except": _EXCEPT,
    "alone": Spec(LINES, _l("单独成句才算"), _l("一行一句；前后都有停顿，一个字也不差")),
    "remedy": Spec(LINES, _l("补救"), _l("一行一句；同一句或下一轮就这样替用户想办法的，不算违规")),
    "asked": Spec(LINES, _l("用户这样问过才算"), _l("一行一句；写一个 ？，任何问句都算")),
    "topics": Spec(LINES, _l("话头"), _l("一行一句；一分钟里说了两处才算")),
}
COMMON = {
    "id": _ID,
    "kind": Spec(CHOICE, _l("应当说还是不许说"), "", KINDS),
    "how": Spec(CHOICE, _l("怎样判断"), "", HOWS),
    "clause": Spec(TEXT, _l("条款号")),
    "text": Spec(AREA, _l("标准原文")),
    "when": Spec(CHOICE, _l("什么时候适用")),
    "when_text": Spec(TEXT, _l("适用的说明"), _l("给人看的一句话")),
}
_SEVERITY = Spec(CHOICE, _l("轻重"), "", GRAVE)
_CAP = Spec(NUMBER, _l("最高只能得几分"), _l("一票否决的才写"))
ELEMENT = {
    "id": _ID,
    "title": Spec(TEXT, _l("名称"), _l("没说到时，报告里写“缺：名称”")),
    "weight": _WEIGHT,
    "who": _WHO,
    "phrases": _PHRASES,
    "except": _EXCEPT,
    "meaning": _MEANING,
}
GROUP = {"id": _ID, "title": Spec(TEXT, _l("名称")), "penalty": _PENALTY, **BANNED}
EXAMPLES = {
    "examples.match": Spec(LINES, _l("应当算数的例句"), _l("一行一句；两个人说的写成 客：…／技：…")),
    "examples.no_match": Spec(LINES, _l("不应当算数的例句"), _l("一行一句")),
}
REQUIRED = {
    "where": Spec(CHOICE, _l("在哪一段找"), "", PLACES),
    "after": Spec(CHOICE, _l("必须在哪一条之后说")),
    "weight": Spec(NUMBER, _l("份量"), _l("占总分的份量")),
    "pass": Spec(NUMBER, _l("得到几成算达标"), _l("0 到 1；不写就是全部都要")),
}
FORBIDDEN = {"severity": _SEVERITY, "penalty": _PENALTY, "cap": _CAP, "who": _WHO, "meaning": _MEANING, **BANNED}
UNHEARD = {"weight": _WEIGHT, "severity": _SEVERITY, "penalty": _PENALTY, "cap": _CAP}
PERSON = {**UNHEARD, "optional": Spec(CHOICE, _l("可填可不填"), _l("没有人填也能签核"), TRUTH)}
TOP = {
    "title": Spec(TEXT, _l("名称")),
    "version": Spec(TEXT, _l("版本"), _l("改动以后加一，如 1.0.0 → 1.0.1")),
    "source": Spec(TEXT, _l("出处")),
    "recording": Spec(CHOICE, _l("录音的种类"), "", {"visit": _l("上门"), "call": _l("电话")}),
    "opening_s": Spec(NUMBER, _l("开头算几秒"), _l("按说话的时间，不按录音的钟点；不写就是 60")),
    "closing_s": Spec(NUMBER, _l("结尾算几秒"), _l("不写就是 60")),
    "by_meaning": Spec(CHOICE, _l("第二遍按意思读"), "", {**TRUTH, "": _l("没有写（是）")}),
}
LIST = {"title": Spec(TEXT, _l("名称")), "phrases": _PHRASES, "except": _EXCEPT, "meaning": _MEANING}


def specs_of(values: Mapping[str, str]) -> dict[str, Spec]:
    """The fields of a clause of its kind, but for those of its parts."""
    if values.get("how", "rule") != "rule":
        return COMMON | (PERSON if values.get("how") == "person" else UNHEARD)
    return COMMON | (FORBIDDEN if values.get("kind") == "forbidden" else REQUIRED) | EXAMPLES


ALL = COMMON | REQUIRED | FORBIDDEN | PERSON | EXAMPLES
CLAUSE = {
    **ALL,
    **{f"elements.*.{name}": spec for name, spec in ELEMENT.items()},
    **{f"also.*.{name}": spec for name, spec in GROUP.items()},
}  # every field that the form of some clause has
