"""A text's lines, in Simplified one for one, each with the number that it begins with; cut also where a number follows a sentence."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from analyzer.drafting.markers import BULLET, FLAT, Marker, marker
from analyzer.text.simplify import simplify_same_length

QUOTED = re.compile(r"[“「『\"][^”」』\"]*[”」』\"]")
_INLINE = re.compile(
    r"(?<=[。；;！!？?：:])\s*(?=[(（]\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[)）]|[①-⑳⑴-⒇]|\d{1,2}、|[一二三四五六七八九十]{1,3}、)"
)
_ZHE = re.compile(r"(?<![显名原巨论编专译卓昭土])著(?![名作称者述])")


@dataclass
class Line:
    """A piece of the text that begins where a line (or a number within one) begins."""

    start: int
    end: int
    text: str  # Simplified, one for one
    marker: Marker | None = None
    after_blank: bool = True
    indented: bool = False

    @property
    def body(self) -> str:
        return self.text[self.marker.length if self.marker else 0 :].strip()


def lines_of(text: str) -> list[Line]:
    """Return the text's lines that say something, cut also where a number follows a sentence within a line."""
    lines: list[Line] = []
    at, blank = 0, True
    for whole in text.split("\n"):
        begin, at = at, at + len(whole) + 1
        if not whole.strip():
            blank = True
            continue
        simplified = simplified_line(whole)
        cuts = [0, *(m.end() for m in _INLINE.finditer(whole) if not _within_quote(whole, m.end())), len(whole)]
        for i, (a, b) in enumerate(itertools.pairwise(cuts)):
            piece = whole[a:b]
            bullet = BULLET.match(piece.lstrip()) if not i else None
            lead = len(piece) - len(piece.lstrip())
            a_text = a + lead + (bullet.end() if bullet and bullet.end() < len(piece) - lead else 0)
            body = simplified[a_text:b].rstrip()
            if not body:
                continue
            line = Line(
                begin + a_text, begin + a_text + len(body), body, None, blank or bool(bullet), lead > 0 and not i
            )
            line.marker = marker(body.translate(FLAT))
            if i and (line.marker is None or (line.marker.number != 1 and not _continues(lines, line.marker))):
                lines[-1].text += simplified[lines[-1].end - begin : begin + b - begin].rstrip()
                lines[-1].end = lines[-1].start + len(lines[-1].text)
                continue
            lines.append(line)
            blank = False
    return lines


def simplified_line(text: str) -> str:
    """Return a text in Simplified, one for one. Traditional writing has 著 for 着, which is no other character to OpenCC."""
    return _ZHE.sub("着", simplify_same_length(text))


def _within_quote(line: str, at: int) -> bool:
    return any(m.start() < at < m.end() for m in QUOTED.finditer(line))


def _continues(lines: list[Line], found: Marker) -> bool:
    before = next((n for n in (line.marker for line in reversed(lines[-60:])) if n and n.style == found.style), None)
    return before is not None and found.number == before.number + 1
