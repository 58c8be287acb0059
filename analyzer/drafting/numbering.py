"""The numbers of a Word document's lists: Word keeps only which list and level a paragraph belongs to, and counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "koreanCounting",
}
_CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}
_BARE = re.compile(r"[0-9A-Za-z一二三四五六七八九十百]+")


def chinese(number: int) -> str:
    """Return 1 to 999 as it is written in lists: 一, 十, 十二, 二十, 一百零五; other numbers in digits."""
    if not 0 < number < 1000:
        return str(number)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    written = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        written += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        written += "零"
    return written + (_DIGITS[ones] if ones else "")


def roman(number: int) -> str:
    written = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        written += sign * count
    return written


def written(number: int, style: str) -> str:
    """Return a number in one of Word's number formats; those that are no numbers (bullets, none) give ""."""
    if style in ("bullet", "none"):
        return ""
    if number < 1 or number > 999:
        return str(number)
    if style in _CHINESE:
        return chinese(number)
    if style in _CIRCLED and number <= 20:
        return chr(0x2460 + number - 1)
    if style in ("upperLetter", "lowerLetter"):
        letter = chr(65 + (number - 1) % 26) * min(4, 1 + (number - 1) // 26)
        return letter if style == "upperLetter" else letter.lower()
    if style in ("upperRoman", "lowerRoman"):
        return roman(number) if style == "upperRoman" else roman(number).lower()
    if style == "ideographDigital":
        return "".join(_DIGITS[int(d)] for d in str(number))
    if style in ("chineseLegalSimplified", "ideographLegalTraditional") and number < 10:
        return _FORMAL[number]
    if style in ("ideographTraditional", "ideographZodiac"):
        signs = _STEMS if style == "ideographTraditional" else _BRANCHES
        return signs[(number - 1) % len(signs)]
    return f"{number:02}" if style == "decimalZero" else str(number)


@dataclass
class _Level:
    style: str = "decimal"
    text: str = ""
    start: int = 1
    restarts_after: int | None = None  # level (from 0) whose step starts this one again; None: any above it
    legal: bool = False
    of_style: str = ""  # the paragraph style that is tied to this level


@dataclass
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The lists of one document; `label` must be asked for paragraphs in their order."""

    def __init__(self, document: Any) -> None:
        self._styles = {s.get(f"{_W}styleId"): s for s in document.styles.element.iter(f"{_W}style")}
        self._lists: dict[str, _List] = {}
        self._of: dict[str, tuple[str, dict[int, int]]] = {}  # list instance: its definition, where its levels start
        self._begun: set[str] = set()
        try:
            element = document.part.numbering_part.element
        except (NotImplementedError, KeyError, AttributeError):
            return  # a document without lists: python-docx cannot make the part that it lacks
        for definition in element.iter(f"{_W}abstractNum"):
            levels = {_number(lvl.get(f"{_W}ilvl")): _level(lvl) for lvl in definition.iter(f"{_W}lvl")}
            self._lists[definition.get(f"{_W}abstractNumId", "")] = _List(levels)
        for instance in element.iter(f"{_W}num"):
            of = instance.find(f"{_W}abstractNumId")
            starts = {}
            for override in instance.iter(f"{_W}lvlOverride"):
                start = override.find(f"{_W}startOverride")
                if start is not None:
                    starts[_number(override.get(f"{_W}ilvl"))] = _number(_value(start))
            if of is not None:
                self._of[instance.get(f"{_W}numId", "")] = (_value(of), starts)

    def is_contents(self, paragraph: Any) -> bool:
        """Whether a paragraph is a line of the table of contents."""
        style = self._styles.get(_style(paragraph))
        name = style.find(f"{_W}name") if style is not None else None
        return name is not None and _value(name).lower().startswith("toc")

    def label(self, paragraph: Any) -> str:
        """Return the number that Word shows before a paragraph, with a sign behind it, or ""."""
        number, level = self._place(paragraph)
        definition, starts = self._of.get(number, ("", {}))
        listed = self._lists.get(definition)
        if listed is None or level not in listed.levels:
            return ""
        if number not in self._begun:
            self._begun.add(number)
            for at, start in starts.items():
                listed.counts[at] = start - 1
        own = listed.levels[level]
        listed.counts[level] = listed.counts.get(level, own.start - 1) + 1
        for deeper in [at for at in listed.counts if at > level]:
            after = listed.levels[deeper].restarts_after if deeper in listed.levels else None
            if after is None or level <= after:
                del listed.counts[deeper]
        if own.style == "bullet":
            return "• "
        shown = re.sub(r"%([1-9])", lambda m: self._shown(listed, int(m.group(1)) - 1, own.legal), own.text)
        return f"{shown}、" if _BARE.fullmatch(shown.strip()) else shown and f"{shown} "

    def _shown(self, listed: _List, level: int, legal: bool) -> str:
        known = listed.levels.get(level, _Level())
        return written(listed.counts.get(level, known.start), "decimal" if legal else known.style)

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """Return list instance and level of a paragraph: its own, or those of its style and the styles it is based on."""
        number, level = _numbered(paragraph)
        name, seen = _style(paragraph), set[str]()
        while number is None and name and name not in seen:
            seen.add(name)
            style = self._styles.get(name)
            if style is None:
                break
            number, styled = _numbered(style)
            level = styled if level is None else level
            if number is not None and styled is None:
                level = self._level_of(number, name)
            base = style.find(f"{_W}basedOn")
            name = _value(base) if base is not None else ""
        return number or "", level or 0

    def _level_of(self, number: str, style: str) -> int | None:
        """Return the level that is tied to a style; None where none is."""
        listed = self._lists.get(self._of.get(number, ("", {}))[0])
        return next((at for at, level in (listed.levels.items() if listed else ()) if level.of_style == style), None)


def _level(element: Any) -> _Level:
    level = _Level()
    for child in element:
        name, value = str(child.tag).removeprefix(_W), _value(child)
        if name == "start":
            level.start = _number(value)
        elif name == "numFmt":
            level.style = value
        elif name == "lvlText":
            level.text = value[:40]
        elif name == "pStyle":
            level.of_style = value
        elif name == "lvlRestart":
            level.restarts_after = _number(value) - 1
        elif name == "isLgl":
            level.legal = value not in ("0", "false")
    return level


def _numbered(element: Any) -> tuple[str | None, int | None]:
    """Return list instance and level that stand in a paragraph's or a style's own properties."""
    found = element.find(f"{_W}pPr/{_W}numPr")
    if found is None:
        return None, None
    number, level = found.find(f"{_W}numId"), found.find(f"{_W}ilvl")
    at = _number(_value(level)) if level is not None else None
    return (_value(number) if number is not None else None), at if at is None else min(at, _LEVELS - 1)


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return _value(style) if style is not None else ""


def _value(element: Any) -> str:
    return str(element.get(f"{_W}val", ""))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 6 else 0
