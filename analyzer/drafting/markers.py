"""The numbers that Chinese documents put before their clauses: 一、（一）第一条 1. 1.1 （1）① A. a）甲、•

`Marker.style` tells lists apart (the same style twice is the same list), `number` is its place in the list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CN = "零〇一二三四五六七八九十百两壹贰叁肆伍陆柒捌玖拾"
_VALUE = {c: i for i, c in enumerate("零一二三四五六七八九")}
_VALUE |= {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"〇": 0, "两": 2}
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ROMAN = {"I": 1, "V": 5, "X": 10}
# Full-width signs as half-width ones, one for one, so that places stay true.
FLAT = str.maketrans(
    {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)} | dict(zip("　〔〕【】︰﹕、", " ()()::、", strict=True))
)
# Parts of a document, the largest first: 第三条 stands in 第一章, whatever else is numbered between them.
RANKS = ("篇", "部分", "编", "章", "节", "条", "款", "项")
_PART = re.compile(rf"第 ?([{_CN}]{{1,6}}|\d{{1,3}}) ?(篇|部分|编|章|节|条|款|项|步|类|点)(?![件款数])[ :.、)]*")
_ARTICLE = re.compile(rf"(?:篇|附件|附录) ?([{_CN}]{{1,3}}|\d{{1,2}}) ?(?:[:. 、]|$)")
_DOTTED = re.compile(r"(\d{1,3}(?:\.\d{1,3}){1,5})(?!\d)[.、) ]*")
_ENCLOSED = re.compile(rf"\( ?([{_CN}]{{1,4}}|\d{{1,3}}|[A-Za-z]|[ivxIVX]{{1,4}}) ?\)[、.: ]*")
_CHINESE = re.compile(rf"([{_CN}]{{1,4}}) ?(?:([、.)])|(?=\() )[ ]*")
_DIGIT = re.compile(r"(\d{1,3}) ?([、.):])(?!\d) *")
_SPACED = re.compile(r"(\d{1,3})[ \t]+(?=[一-龥])")
_LETTER = re.compile(r"([A-Za-z]|[IVX]{2,5}|[ivx]{2,5}) ?([、.)])(?![A-Za-z0-9]) *")
_STEM = re.compile(rf"([{_STEMS}]) ?[、.] *")
_SIGNS = re.compile(r"([①-⑳⑴-⒇⒈-⒛⓫-⓴❶-❿➀-➉㈠-㈩Ⅰ-Ⅻⅰ-ⅻ])[、.): ]*")
_RANGES = (("①", 20, "①"), ("⑴", 20, "(1)"), ("⒈", 20, "1"), ("❶", 10, "①"), ("➀", 10, "①"), ("㈠", 10, "(一)"))
BULLET = re.compile(r"[•·●○◆◇■□▪★☆※►➢✓√▶◎*–—－-]+ *")


@dataclass(frozen=True, slots=True)
class Marker:
    """A number before a clause: its list's style, its place there, how it is cited, and its length in the line.

    `sure`: the writing itself says that it is a number; else it must fit the list that it would continue.
    `parts`: of 1.2.3 its numbers.
    """

    style: str
    number: int
    label: str
    length: int
    sure: bool = True
    parts: tuple[int, ...] = ()

    @property
    def rank(self) -> int:
        """Place among 篇 … 项; -1 for numbers of other lists."""
        return RANKS.index(self.style) if self.style in RANKS else -1


def value_of(written: str) -> int:
    """Return what 十二, 贰, 12, ⅳ or c counts as; 0 where it is none of these."""
    if written.isdecimal():
        return int(written)
    if all(c in _CN for c in written):
        total = digit = 0
        for char in written:
            if char in "十拾百":
                total += (digit or 1) * (100 if char == "百" else 10)
                digit = 0
            else:
                digit = (
                    digit * 10 + _VALUE[char] if len(written) > 1 and not set("十拾百") & set(written) else _VALUE[char]
                )
        return total + digit
    if len(written) > 1:
        return _roman(written.upper())
    return ord(written.lower()) - 96 if written.isascii() and written.isalpha() else 0


def _roman(written: str) -> int:
    values = [_ROMAN.get(c, 0) for c in written]
    return sum(-v if any(v < w for w in values[i + 1 :]) else v for i, v in enumerate(values))


def article(flat: str) -> int:
    """Return the length of 篇2： or 附件一 at the start of a line, which begins another document; 0 where there is none."""
    match = _ARTICLE.match(flat)
    return match.end() if match else 0


def marker(flat: str) -> Marker | None:
    """Return the number at the start of a line (flattened by FLAT, without space before it), or None."""
    for read in (_part, _enclosed, _sign, _dotted, _digit, _chinese, _letter, _stem):
        found = read(flat)
        if found is not None:
            return found
    return None


def _part(flat: str) -> Marker | None:
    match = _PART.match(flat)
    if match is None:
        return None
    return Marker(match.group(2), value_of(match.group(1)), f"第{match.group(1)}{match.group(2)}", match.end())


def _enclosed(flat: str) -> Marker | None:
    match = _ENCLOSED.match(flat)
    if match is None or match.end() == len(flat):
        return None
    inner = match.group(1)
    kind = "digit" if inner.isdecimal() else "letter" if inner.isascii() else "chinese"
    return Marker(f"({kind})", value_of(inner), f"({inner})", match.end())


def _sign(flat: str) -> Marker | None:
    match = _SIGNS.match(flat)
    if match is None:
        return None
    sign = match.group(1)
    for first, count, shape in _RANGES:
        number = ord(sign) - ord(first) + 1
        if 0 < number <= count:
            styles = {"(1)": "(digit)", "(一)": "(chinese)", "1": "digit", "①": "circle"}
            label = {"(1)": f"({number})", "(一)": f"({'一二三四五六七八九十'[min(number, 10) - 1]})", "1": str(number)}
            return Marker(styles[shape], number, label.get(shape, chr(0x2460 + number - 1)), match.end())
    first = "Ⅰ" if sign <= "Ⅻ" else "ⅰ"
    if ord(first) <= ord(sign) < ord(first) + 12:
        return Marker("roman", ord(sign) - ord(first) + 1, sign, match.end())
    return Marker("circle", ord(sign) - ord("⓫") + 11, sign, match.end())


def _dotted(flat: str) -> Marker | None:
    match = _DOTTED.match(flat)
    if match is None:
        return None
    parts = tuple(int(p) for p in match.group(1).split("."))
    return Marker(f"dotted{len(parts)}", parts[-1], match.group(1), match.end(), sure=False, parts=parts)


def _digit(flat: str) -> Marker | None:
    match = _DIGIT.match(flat)
    if match is not None:
        style = "digit)" if match.group(2) == ")" else "digit"
        return Marker(style, int(match.group(1)), match.group(1), match.end(), sure=match.group(2) != ":")
    match = _SPACED.match(flat)
    if match is None:
        return None
    return Marker("digit", int(match.group(1)), match.group(1), match.end(), sure=False)


def _chinese(flat: str) -> Marker | None:
    match = _CHINESE.match(flat)
    if match is None or not match.group(2):
        return None
    style = "chinese)" if match.group(2) == ")" else "chinese"
    return Marker(style, value_of(match.group(1)), match.group(1), match.end())


def _letter(flat: str) -> Marker | None:
    match = _LETTER.match(flat)
    if match is None:
        return None
    written = match.group(1)
    case = "upper" if written.isupper() else "lower"
    style = "roman" if len(written) > 1 else case
    return Marker(style + (")" if match.group(2) == ")" else ""), value_of(written), written, match.end())


def _stem(flat: str) -> Marker | None:
    match = _STEM.match(flat)
    if match is None:
        return None
    return Marker("stem", _STEMS.index(match.group(1)) + 1, match.group(1), match.end())
