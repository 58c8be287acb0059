"""A text's documents and their clauses, each with how it is cited, the headings above it, and its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from analyzer.drafting.limits import MAX_CLAUSE_CHARS, MAX_CLAUSES, refuse
from analyzer.drafting.lines import QUOTED, Line, lines_of
from analyzer.drafting.markers import FLAT, Marker, article

_ENDS = frozenset("。；;！!？?：:.…”」』）)")
_STOP = re.compile(r"[。；;！!？?]")
_TITLE = re.compile(
    r"(规范|守则|程序|标准|制度|办法|规定|流程|手册|须知|准则|细则|话术|公约|要求|规程|指引|指南|条例)(\(.{1,8}\))?$"
)
_WRAPPED = 18  # a line at least so long that ends in the middle of a sentence goes on in the next
_HEADING = 24  # the most characters of a heading without a sign at its end
_TITLE_CHARS = 40


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered clause, or one paragraph below it. `text` is `source[start:end]` in Simplified, on one line.

    `ref` is how it is cited: 二.1, 三.4(8), 第三条(一). `headings` are the headings and lead-ins above it.
    """

    ref: str
    text: str
    start: int
    end: int
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """One document of a text: its title and its clauses in order; `numbered` is how many of them have a number."""

    title: str
    clauses: tuple[Clause, ...]
    numbered: int


@dataclass
class _Open:
    """The lists that a line stands in, outermost first, each with the heading that its open entry is."""

    levels: list[Marker] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)

    def fits(self, found: Marker) -> bool:
        """Whether an unsure number continues a list that is open, or begins one."""
        if found.parts:
            for level in reversed(self.levels):
                if level.style == found.style:
                    return (level.parts[:-1] == found.parts[:-1] and found.number == level.number + 1) or (
                        found.number == 1 and found.parts[:-1] > level.parts[:-1]
                    )
            return found.number == 1
        same = next((level for level in reversed(self.levels) if level.style == found.style), None)
        return found.number == 1 if same is None else found.number == same.number + 1

    def enter(self, found: Marker) -> None:
        """Put a number where it belongs: behind its list's last one, or below the last number of all."""
        at = len(self.levels)
        if found.rank >= 0:
            ranks = [i for i, level in enumerate(self.levels) if level.rank >= found.rank]
            at = ranks[0] if ranks else at
        elif found.parts:
            deeper = [i for i, level in enumerate(self.levels) if len(level.parts) >= len(found.parts)]
            at = deeper[0] if deeper else at
        else:
            same = [i for i, level in enumerate(self.levels) if level.style == found.style]
            at = same[-1] if same else at
        del self.levels[at:], self.headings[at:]
        self.levels.append(found)
        self.headings.append("")

    def ref(self) -> str:
        """Return how the open entry is cited; 第三条 and 1.2 say where they stand themselves."""
        written = ""
        for level in self.levels:
            if level.style in ("条",) or (level.parts and level.parts[:-1]):
                written = level.label
            elif not written or level.label.startswith("(") or level.style == "circle":
                written += level.label
            else:
                written += f".{level.label}"
        return written


def outline(text: str) -> tuple[WrittenDocument, ...]:
    """Return the documents of a text with their clauses. Raises DocumentError where there are none, or far too many."""
    documents = [document for lines in _documents(lines_of(text)) if (document := _document(lines)).clauses]
    if not documents:
        raise refuse("no-clauses")
    for document in documents:
        if len(document.clauses) > MAX_CLAUSES:
            raise refuse("too-many-clauses", count=len(document.clauses), most=MAX_CLAUSES)
        for clause in document.clauses:
            if clause.end - clause.start > MAX_CLAUSE_CHARS:
                count = clause.end - clause.start
                raise refuse("long-clause", start=clause.text[:12], count=count, most=MAX_CLAUSE_CHARS)
    return tuple(documents)


def _documents(lines: list[Line]) -> Iterator[list[Line]]:
    """Cut where 篇2 or 附件 stands, and where a title is followed by a list that begins anew."""
    current: list[Line] = []
    outermost = ""
    for i, line in enumerate(lines):
        length = article(line.text.translate(FLAT)) if line.after_blank or len(line.text) < _TITLE_CHARS else 0
        first = next((n.marker for n in lines[i + 1 : i + 4] if n.marker), None)
        anew = first is not None and first.number == 1 and (first.style == outermost or first.rank == 0)
        title = (
            line.marker is None and len(line.text) <= _TITLE_CHARS and bool(_TITLE.search(line.body.translate(FLAT)))
        )
        if current and (length or (title and anew and outermost)):
            yield current
            current, outermost = [], ""
        if length:
            line = replace(line, start=line.start + length, text=line.text[length:], marker=None)
            if not line.text.strip():
                continue
        outermost = outermost or (line.marker.style if line.marker else "")
        current.append(line)
    yield current


def _document(lines: list[Line]) -> WrittenDocument:
    lines = _joined(lines)
    numbered = sum(line.marker is not None for line in lines)
    first = next((i for i, line in enumerate(lines) if line.marker), len(lines))
    head = lines[:first] if numbered else lines[:1]
    titles = [line for line in head if len(line.body) <= _TITLE_CHARS and not _STOP.search(line.body)]
    best = [line for line in titles if _TITLE.search(line.body.translate(FLAT))] or titles
    open_, clauses = _Open(), []
    for i, line in enumerate(lines):
        if line in titles and (numbered or line in best):
            continue
        if line.marker is not None:
            open_.enter(line.marker)
        body = line.body
        if not body or body.isdigit():
            continue
        if line.marker is not None and _is_heading(line, lines[i + 1] if i + 1 < len(lines) else None, open_):
            open_.headings[-1] = body
            continue
        offset = line.end - line.start - len(line.text[line.marker.length if line.marker else 0 :].lstrip())
        above = tuple(h for h in open_.headings if h)
        clauses.append(Clause(open_.ref(), _flat(body), line.start + offset, line.end, above))
    return WrittenDocument(_flat(best[0].body) if best else "", tuple(clauses), numbered)


def _flat(text: str) -> str:
    return re.sub(r"\s*\n\s*", "", text).strip()


def _joined(lines: list[Line]) -> list[Line]:
    """Join lines that were wrapped in the middle of a sentence, and drop numbers that do not fit any list."""
    joined: list[Line] = []
    open_ = _Open()
    for line in lines:
        if line.marker is not None and not line.marker.sure and not open_.fits(line.marker):
            line.marker = None
        if line.marker is not None:
            open_.enter(line.marker)
        last = joined[-1] if joined else None
        wrapped = last is not None and len(last.text) >= _WRAPPED and last.text[-1] not in _ENDS
        if last is not None and wrapped and line.marker is None and not line.after_blank and not line.indented:
            last.text += "\n" * (line.start - last.end) + line.text
            last.end = line.end
        else:
            joined.append(line)
    return joined


def _is_heading(line: Line, following: Line | None, open_: _Open) -> bool:
    """Whether a numbered line only heads what follows: 第二章 入住接待, 5、服务禁用语, 递交房卡时应："""
    body = line.body
    if line.marker is not None and 0 <= line.marker.rank < RANK_OF_CLAUSE:
        return len(body) <= _TITLE_CHARS and not _STOP.search(body)
    if following is None or QUOTED.search(body):
        return False
    opens = following.marker is None or not any(level.style == following.marker.style for level in open_.levels)
    if following.marker is not None and following.marker.rank >= 0:
        opens = opens and following.marker.rank > (line.marker.rank if line.marker else -1) >= 0
    if body.endswith(("：", ":")):
        return opens or following.marker is None
    return opens and len(body) <= _HEADING and not re.search(r"[。；;！!？?，,]", body)


RANK_OF_CLAUSE = 5  # 条: smaller parts may be clauses, larger ones are headings
