"""One value of a document, or a refusal (TranscriptError) that names its place. Null is as good as absent."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from math import isnan
from typing import Any, NoReturn, TypeVar

from analyzer.domain import Role, Span, quantise_time
from analyzer.errors import TranscriptError

AGAIN = "请改正后重试"
OR_LEAVE_OUT = "请改正或删去这一项"
MOST = 1e9
_UNPRINTABLE = {"Cc", "Zl", "Zp"}

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


def refuse(code: str, message: str, advice: str = AGAIN) -> NoReturn:
    raise TranscriptError(f"transcript-{code}", message, advice) from None


def mapping(value: object, place: str, code: str = "object") -> dict[str, Any]:
    if not isinstance(value, dict):
        refuse(code, f"{place} 应是对象，得到 {value!r:.60}", OR_LEAVE_OUT)
    return value


def each(value: object, place: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """`read` of every entry of a list."""
    if value is not None and not isinstance(value, list):
        refuse("list", f"{place} 应是列表，得到 {value!r:.60}", OR_LEAVE_OUT)
    return tuple(read(entry, f"{place}[{i}]") for i, entry in enumerate(value or ()))


def text(value: object, place: str) -> str:
    if not isinstance(value, str):
        refuse("text", f"{place} 应是文字，得到 {value!r}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # half of a character: nothing behind us could write it
        refuse("text", f"{place} 里有不完整的字符")
    return value


def printable(words: str) -> str:
    """The text with a space for each character that moves a cursor or ends a line, so that a line of words stays one."""
    return "".join(" " if unicodedata.category(c) in _UNPRINTABLE else c for c in words)


def flag(value: object, place: str) -> bool:
    if value is not None and not isinstance(value, bool):
        refuse("flag", f"{place} 应是 true 或 false，得到 {value!r:.60}")
    return bool(value)


def number(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST:
        refuse("number", f"{place} 应是不小于 0 的数，得到 {value!r:.60}")
    return float(value)


def signed(value: object, place: str) -> float:
    """A number that may be negative."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        refuse("number", f"{place} 应是数，得到 {value!r:.60}")
    return float(value)


def count(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        refuse("count", f"{place} 应是不小于 0 的整数，得到 {value!r:.60}")
    return value


def ratio(value: object, place: str, default: float = 1.0) -> float:
    """A number in [0, 1]."""
    share = default if value is None else number(value, place)
    if share > 1.0:
        refuse("ratio", f"{place} 应在 0 到 1 之间，得到 {share:g}")
    return share


def numbers(value: object, length: int, place: str) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != length:
        refuse("numbers", f"{place} 应是 {length} 个数（每字一个）", OR_LEAVE_OUT)
    # an hour of talk has 30,000: looked at in one go, and no place is made up
    plain = set(map(type, value)) <= {float} and not any(map(isnan, value))
    if plain and min(value, default=0.0) >= 0.0 and max(value, default=0.0) <= MOST:
        return tuple(value)
    return tuple(number(v, f"{place}[{i}]") for i, v in enumerate(value))


def optional(value: object, place: str, read: Callable[[object, str], T]) -> T | None:
    return None if value is None else read(value, place)


def choice(value: object, kind: type[E], place: str) -> E:
    if not isinstance(value, str) or value not in {member.value for member in kind}:
        refuse(kind.__name__.lower(), f"{place} 是 {value!r:.60}", f"可用：{'、'.join(m.value for m in kind)}")
    return kind(value)


def role(value: object, place: str) -> Role:
    return Role.UNKNOWN if value is None else choice(value, Role, place)


def span(data: Mapping[str, Any], place: str) -> Span:
    """The times of an object with `start_s` and `end_s`."""
    start_s, end_s = number(data.get("start_s"), f"{place}.start_s"), number(data.get("end_s"), f"{place}.end_s")
    if end_s < start_s:
        refuse("times", f"{place}：end_s {end_s} 早于 start_s {start_s}")
    return Span(start_s, end_s)


def spans(data: object, place: str) -> tuple[Span, ...]:
    """A list of [start, end] pairs."""
    if not isinstance(data, list):
        refuse("spans", f"{place} 应是 [开始, 结束] 的列表", OR_LEAVE_OUT)
    pairs = []
    for i, pair in enumerate(data):
        if not isinstance(pair, list) or len(pair) != 2:
            refuse("spans", f"{place}[{i}] 应是 [开始, 结束]", OR_LEAVE_OUT)
        start_s, end_s = (number(value, f"{place}[{i}]") for value in pair)
        if end_s < start_s:
            refuse("spans", f"{place}[{i}]：结束 {end_s} 早于开始 {start_s}", OR_LEAVE_OUT)
        pairs.append(Span(quantise_time(start_s), quantise_time(end_s)))
    return tuple(pairs)
