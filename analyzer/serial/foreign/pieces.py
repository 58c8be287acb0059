"""What all foreign readers make: a piece of talk with its times in seconds, and the plain transcript of many."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.serial.values import number

# how other systems call the two who talk; anything else is a speaker whose role is heard from his words
ROLES = {
    "technician": (
        *(
            "技师",
            "技工",
            "技术员",
            "技术人员",
            "师傅",
            "维修",
            "维修员",
            "维修工",
            "维修人员",
            "维修师傅",
            "修理工",
            "工程师",
        ),
        *(
            "服务人员",
            "服务员",
            "工作人员",
            "员工",
            "物业",
            "物业人员",
            "管家",
            "坐席",
            "座席",
            "客服",
            "客服人员",
            "话务员",
            "接线员",
        ),
        *("销售", "销售员", "销售人员", "置业顾问", "顾问", "业务员"),
        *("agent", "technician", "staff", "operator", "representative", "employee", "seller"),
    ),
    "customer": (
        *("客户", "用户", "业主", "顾客", "住户", "客人", "租户", "租客", "访客", "来访者", "来电者", "报修人"),
        *("customer", "client", "caller", "visitor", "resident"),
    ),
}
_ROLE_OF = {name: role for role, names in ROLES.items() for name in names}
_NUMBER = re.compile(r"[\s_#:：(（-]*\d+\s*[)）号]?$")  # 客户1, Agent 2, 坐席-1001, 技师（3）
_TAGS = re.compile(r"<\|[^|>]*\|>")  # SenseVoice writes the language, the mood and the event before its words


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a character, with its time in seconds."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of talk as another system wrote it; `speaker` is "" where it names none."""

    start_s: float
    end_s: float
    text: str
    speaker: str = ""
    words: tuple[Word, ...] = ()


def transcript(pieces: Iterable[Piece], engine: str, **more: Any) -> dict[str, Any]:
    """The plain document of these pieces; those without text are left out."""
    lines = [_line(piece) for piece in pieces if cleaned(piece.text)]
    return {"engine": {"name": engine, "model": ""}, "transcript": lines, **more}


def cleaned(text: str) -> str:
    """The words without tags and line breaks."""
    return " ".join(_TAGS.sub("", text).split())


def seconds(value: object, place: str, unit: float = 1.0) -> float:
    """A time of a document in seconds; `unit` is what one of its own is. Raises TranscriptError."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = float(value)
    return number(value, place) * unit


def named(value: object) -> str:
    """A speaker as another system calls him, as text; "" for none."""
    return "" if value is None or isinstance(value, bool | dict | list) else str(value).strip()


def role_named(name: str) -> str | None:
    """The role that a speaker's name is, with a number behind it or without; None for any other name."""
    return _ROLE_OF.get(_NUMBER.sub("", name.lower()))


def _line(piece: Piece) -> dict[str, Any]:
    text = cleaned(piece.text)
    end_s = max(piece.end_s, piece.start_s)
    line: dict[str, Any] = {"start_s": piece.start_s, "end_s": end_s, "text": text}
    if piece.speaker:
        line["speaker"] = piece.speaker
        if role := role_named(piece.speaker):
            line["role"] = role
    starts = _starts(text, piece.words, piece.start_s, end_s)
    if starts is not None:
        line["char_s"] = starts
    return line


def _starts(text: str, words: Sequence[Word], start_s: float, end_s: float) -> list[float] | None:
    """When each character begins, from the words' times; signs have the time of what stands before them.

    None where there are no words, or where they are not those of the text.
    """
    if not words:
        return None
    starts: list[float] = []
    last_s, at = start_s, 0
    for word in words:
        said = cleaned(word.text)
        if not said:
            continue
        found = text.find(said, at)
        if found < 0:
            return None
        starts += [last_s] * (found - at)
        begin_s = min(max(word.start_s, last_s), end_s)
        last_s = min(max(word.end_s, begin_s), end_s)
        starts += [begin_s + (last_s - begin_s) * i / len(said) for i in range(len(said))]
        at = found + len(said)
    return starts + [last_s] * (len(text) - at)
