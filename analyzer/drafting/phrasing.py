"""From a sentence of a document to phrases in the notation: soft words may be there or not, blanks become gaps."""

from __future__ import annotations

import re
from typing import Any

from analyzer.drafting import words
from analyzer.rubric.notation import NotationError, parse

MAX_PHRASE = 40  # characters: longer sentences are cut, nobody says them word for word
_SIGNS = re.compile(r"[{}|\[\]<>｛｝｜［］＜＞【】]")
_BLANK = re.compile(r"[×xXｘＸ]{2,}|某[某个]*|[_＿]{2,}|[*＊]+|…+|\.{3,}|[○〇◯]{2,}|[—–-]{2,}|\s{2,}")
_NAMED = re.compile(r"[王李张刘陈赵](?=先生|女士|小姐|总|经理|师傅)")
_SPLIT = re.compile(r"[，,。；;！!？?：:、]+")
_FILLER = re.compile(r"(?:按照?(?:有关|公司)?规定|因此|所以|那么|请问|是的|好的|那|首先|其次|最后|另外|同时|对了)")
_STARTS = re.compile(r"^(?:请问|那么|另外|同时|还有|对了|因此|所以|那)")
_PARTICLE = re.compile(r"[吗呢吧啊了呀嘛哦哈啦的]$")
_NOTE = re.compile(r"[(（][^()（）]*[)）]")
_SOFT = (("一下", "[一下]"), ("您", "{您|你}"), ("非常", "[非常]"), ("十分", "[十分]"))
_AROUND = re.compile(rf"{words.CUSTOMER.pattern}|{words.SPEECH.pattern}|{words.PERHAPS.pattern}")
_STOP = frozenset(
    (
        "应 应当 应该 要 须 必须 需 需要 务必 可 可以 一定 主动 耐心 及时 认真 详细 热情 礼貌 "
        "向 对 给 为 将 把 被 让 与 同 和 及 以及 并 并且 或 或者 而 且 在 由 从 按 按照 "
        "根据 的 地 得 后 前 时 其 之 有关 相关 情况 进行 是否 先 再 做好 等 有无 有 无 不 "
        "严禁 禁止 切勿 任何 形式 以 员工 人员 工作人员 服务人员 工作 服务 使用 运用 采取 作出 "
        "做出 无法 如 如果 若 遇 遇到 当 时候 首先 然后 最后 逐项 当场 准确 清楚 明确 尽量 使 "
        "其他 上 下 中 内 就 也 还 都 至 到 于 明白 完毕 收取 前须 须经 "
    ).split()
)


def sentences(quote: str) -> tuple[str, ...]:
    """Return the parts of a quotation between commas and stops, without notes; each is one thing to be said."""
    bare = _NOTE.sub("", quote)
    parts = (part.strip(" \u3000“”\"'‘’「」『』()（）") for part in _SPLIT.split(bare))
    said = tuple(dict.fromkeys(part for part in parts if len(_plain(part)) >= 2))
    return tuple(part for part in said if not _FILLER.fullmatch(part)) or said


def phrase(sentence: str) -> str:
    """Return a sentence as a phrase of the notation, at least two characters long; "" where that cannot be."""
    text = _SIGNS.sub("", _NOTE.sub("", sentence))
    text = _NAMED.sub("****", text).strip()[:MAX_PHRASE]
    text = "****".join(piece for piece in _BLANK.split(text))
    text = re.sub(r"[()（）*＊]+", lambda m: "****" if "*" in m.group() and len(m.group()) >= 4 else " ", text)
    plain = text.strip("* ")
    soft = _PARTICLE.sub(lambda m: f"[{m.group()}]", _STARTS.sub("", plain)) if len(plain) > 4 else plain
    if len(plain) > 4:
        for word, loose in _SOFT:
            soft = soft.replace(word, loose)
    return next((written for written in (soft, plain) if _sound(written)), "")


def _sound(written: str) -> bool:
    """Whether a phrase can be read and asks for two characters at least."""
    try:
        return parse(written).min_chars >= 2
    except NotationError:
        return False


def sound_line(written: str, lists: frozenset[str]) -> bool:
    """Whether what a person wrote is a phrase: one list, or words of two characters at least."""
    name = re.fullmatch(r"\s*<([^<>]*)>\s*", written)
    if name:
        return name.group(1).strip() in lists
    return _sound(re.sub(r"<([^<>]*)>", lambda m: "占位" if m.group(1).strip() in lists else "<", written))


def said(sentence: str) -> str:
    """Return a sentence as somebody may say it, for an example: blanks left out, no notes."""
    text = _SIGNS.sub("", _NOTE.sub("", sentence))
    text = _NAMED.sub("王", text)
    return re.sub(r"\s+", "", _BLANK.sub("", text)).strip("，,、；;：:")


def topics(demand: str, tokenizer: Any) -> tuple[str, ...]:
    """Return what a demand without quoted words speaks about, two to eight characters each: 核对姓名、房型 is 姓名, 房型.

    The words around (who, to whom, how, the verb of speaking) are left out; a person must write what is really said.
    `tokenizer`: jieba's.
    """
    found: list[str] = []
    for piece in _SPLIT.split(_SIGNS.sub("，", demand)):
        run = ""
        for word in [*tokenizer.lcut(piece), "，"]:
            if word in _STOP or _AROUND.fullmatch(word) or not all("一" <= c <= "龥" for c in word):
                if 2 <= len(run) <= 8 and not _AROUND.fullmatch(run) and _sound(run):
                    found.append(run)
                run = ""
            else:
                run += word
    return tuple(dict.fromkeys(found))[:6]


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum())
