"""The notation as people read it: `{您|你}好` is （您／你）好, `****` is 〔…〕, `[们]` is ［们］, `<hello>` the title of a list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

GAP = "〔…〕"
OR, UNSAID = "／", "不说"
_SHOWN = {"{": "（", "}": "）", "[": "［", "]": "］", "(": "〈", ")": "〉"}
_HALF = str.maketrans("｛｜｝［］＜＞（）＊【】", "{|}[]<>()*[]")  # as `notation` takes them
_GAP = re.compile(r"\*+")
_LIST = re.compile(r"<\s*([^<>{}()|*\[\]]*?)\s*>")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words to show. `list`: the id of the shared list whose title they are, "" for words that are said."""

    text: str
    list: str = ""


def readable(source: str, titles: Mapping[str, str]) -> tuple[Piece, ...]:
    """Return a phrase for reading; `titles` are those of the shared lists by id (an unknown list shows its id).

    What is no notation is shown as it is written: to report it is the loader's task.

    >>> "".join(piece.text for piece in readable("{您|你}好[啊]，****<bye>", {"bye": "再见"}))
    '（您／你）好［啊］，〔…〕《再见》'
    """
    text = source.translate(_HALF)
    pieces: list[Piece] = []
    said: list[str] = []
    at = 0
    while at < len(text):
        if named := _LIST.match(text, at):
            pieces += [Piece("".join(said)), Piece(f"《{titles.get(named[1], named[1])}》", named[1])]
            said, at = [], named.end()
        elif gap := _GAP.match(text, at):
            said.append(GAP)
            at = gap.end()
        else:
            said.append(_sign(text, at))
            at += 1
    return tuple(piece for piece in (*pieces, Piece("".join(said))) if piece.text)


def _sign(text: str, at: int) -> str:
    """Return what stands for one sign; an option without words is one that need not be said."""
    sign, before = text[at], text[at - 1 : at] if at else ""
    if sign == "|":
        return f"{UNSAID}{OR}" if before in ("{", "[", "|") else OR
    shown = _SHOWN.get(sign, sign)
    return f"{UNSAID}{shown}" if sign in "}]" and before == "|" else shown
