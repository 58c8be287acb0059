"""The phrase notation: `请问您的****有什么问题[，]{需要|要}我们提供服务（说明）` to a tree.

`****` a gap, `{A|B|}` one of (an empty one: or nothing), `[A]` or nothing, `（A）` a note that is shown and
not matched, `<name>` a shared list. Full-width signs count as half-width ones. Literal text is normalised as
transcripts are (`analyzer.text.normalise`): punctuation, case and Traditional forms make no difference.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Iterator, Mapping

from analyzer.errors import LexiconError
from analyzer.rubric.messages import explain
from analyzer.rubric.model import Gap, Literal, Phrase, Sequence
from analyzer.rubric.picture import caret_picture
from analyzer.rubric.tree import EMPTY, MAX_PARTS, Part, alternatives, join, measure, trim
from analyzer.text.normalise import normalise

GAP_MAX_CHARS = 12
MIN_STARS = 4
MAX_DEPTH = 12  # braces within braces and lists within lists; people write one or two levels
# A Chinese keyboard gives 【】 where [ ] are typed: they count as such instead of vanishing as punctuation.
_SIGNS = dict(zip("{|}[]<>()*｛｜｝［］＜＞（）＊【】", "{|}[]<>()*{|}[]<>()*[]", strict=True))
_LITERAL = re.compile(f"[^{re.escape(''.join(_SIGNS))}]+")
_CLOSER = {"{": "}", "[": "]", "(": ")", "<": ">"}


class NotationError(LexiconError):
    """A phrase that cannot be read: `message`, `advice` and `position` (an index into `source`).

    `nested` is true when the fault lies in a shared list that the phrase refers to, not in the phrase itself;
    `circle` holds the names of lists that lead back to themselves.
    """

    def __init__(
        self,
        code: str,
        message: str,
        advice: str,
        source: str,
        position: int,
        nested: bool = False,
        circle: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code, message, advice)
        self.source = source
        self.position = position
        self.nested = nested
        self.circle = circle

    def picture(self) -> str:
        """Return the phrase and, under it, a caret at the place (full-width characters take two columns)."""
        return caret_picture(self.source, self.position)

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.picture()}"


class _ListCircleError(Exception):
    """A shared list that contains itself; the parser turns it into a NotationError at the reference."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(names)
        self.names = names


class ListBook(Mapping[str, Sequence]):
    """The shared lists as patterns ("one of its entries"), each parsed on first use and kept.

    Asking for a list raises NotationError for an entry that cannot be read or that leads back to the list.
    """

    def __init__(self, entries: Mapping[str, Iterable[str]]) -> None:
        self._entries = {name: tuple(sources) for name, sources in entries.items()}
        self._patterns: dict[str, Sequence] = {}
        self._open: list[str] = []
        self.parsed: dict[str, Phrase] = {}  # every phrase read with this book: many stand in several places

    def __getitem__(self, name: str) -> Sequence:
        if name not in self._patterns:
            if name in self._open:
                raise _ListCircleError(tuple(self._open[self._open.index(name) :]))
            sources = self._entries[name]
            self._open.append(name)
            try:
                self._patterns[name] = Sequence(alternatives(parse(s, self).pattern for s in sources))
            finally:
                self._open.pop()
        return self._patterns[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def depth(self) -> int:
        """How many lists are being parsed within each other now."""
        return len(self._open)


@functools.lru_cache(maxsize=8192)  # the same few words stand in most phrases of a standard
def _normalised(text: str) -> str:
    return normalise(text).text


def parse(source: str, lists: Mapping[str, Sequence] | None = None) -> Phrase:
    """Parse one phrase; `lists` maps the names that may stand in `<…>` to patterns (usually a `ListBook`).

    A phrase without any literal text (empty, only gaps or notes) gives an empty pattern with `max_chars` 0.
    Raises NotationError, and nothing else, for any string that is not in the notation.
    """
    known = lists.parsed if isinstance(lists, ListBook) else {}
    if source in known:
        return known[source]
    parser = _Parser(source, {} if lists is None else lists)
    pattern = Sequence(trim(join(parser.sequence("", 0))))
    extent = measure(pattern)
    if extent.parts > MAX_PARTS:
        raise parser.error("phrase-too-large", 0, limit=MAX_PARTS)
    known[source] = Phrase(source, pattern, tuple(parser.notes), extent.min_chars, extent.max_chars)
    return known[source]


class _Parser:
    def __init__(self, source: str, lists: Mapping[str, Sequence]) -> None:
        self._source = source
        self._lists = lists
        self._at = 0
        self.notes: list[str] = []

    def error(self, code: str, position: int, **values: object) -> NotationError:
        message, advice = explain(code, **values)
        return NotationError(code, message, advice, self._source, position)

    def _sign(self) -> str:
        """Return the sign here in its half-width form, "" for other characters and at the end."""
        return _SIGNS.get(self._source[self._at], "") if self._at < len(self._source) else ""

    def sequence(self, stops: str, depth: int) -> list[Part]:
        """Read parts up to one of `stops` (not consumed) or the end."""
        parts: list[Part] = []
        while self._at < len(self._source):
            sign = self._sign()
            if sign and sign in stops:
                break
            if not sign:
                parts += self._literal()
            elif sign == "*":
                parts.append(self._gap())
            elif sign in "{[":
                parts += self._group(sign, depth + 1)
            elif sign == "(":
                self._note()
            elif sign == "<":
                parts += self._list()
            else:
                raise self._stray(sign, stops)
        return parts

    def _stray(self, sign: str, stops: str) -> NotationError:
        here = self._source[self._at]
        if stops and sign in "}]":
            return self.error("mismatched", self._at, sign=here, closer=stops[-1])
        return self.error("stray-bar" if sign == "|" else "stray-closer", self._at, sign=here)

    def _literal(self) -> list[Part]:
        literal = _LITERAL.match(self._source, self._at)
        if literal is None:
            raise AssertionError("sequence() asks for a literal only where no sign stands")
        self._at = literal.end()
        text = _normalised(literal.group())
        return [Literal(text)] if text else []

    def _gap(self) -> Gap:
        start = self._at
        while self._sign() == "*":
            self._at += 1
        if self._at - start < MIN_STARS:
            raise self.error("short-gap", start, stars=self._at - start)
        return Gap(GAP_MAX_CHARS)

    def _group(self, opener: str, depth: int) -> tuple[Part, ...]:
        start = self._at
        if depth > MAX_DEPTH:
            raise self.error("too-deep", start, limit=MAX_DEPTH)
        options: list[Sequence] = []
        sign = ""
        while sign != _CLOSER[opener]:
            self._at += 1
            options.append(Sequence(join(self.sequence("|" + _CLOSER[opener], depth))))
            sign = self._sign()
            if not sign:
                raise self.error("unclosed", start, sign=self._source[start], closer=_CLOSER[opener])
        self._at += 1
        written = self._source[start + 1 : self._at - 1]
        if not written.strip("|｜ \u3000\t\n"):  # but `[，]` is harmless: a comma that may be there
            raise self.error("empty-braces", start, sign=self._source[start : self._at])
        return alternatives([*options, EMPTY] if opener == "[" else options)

    def _note(self) -> None:
        start, depth = self._at, 0
        while self._at < len(self._source):
            depth += {"(": 1, ")": -1}.get(self._sign(), 0)
            self._at += 1
            if depth == 0:
                self.notes.append(self._source[start + 1 : self._at - 1].strip())
                return
        raise self.error("unclosed", start, sign=self._source[start], closer="）")

    def _list(self) -> tuple[Part, ...]:
        start = self._at
        while self._at < len(self._source) and self._sign() != ">":
            self._at += 1
        if self._at == len(self._source):
            raise self.error("unclosed", start, sign=self._source[start], closer=">")
        name = self._source[start + 1 : self._at].strip()
        self._at += 1
        if not name:
            raise self.error("empty-braces", start, sign=self._source[start : self._at])
        if name not in self._lists:
            close = difflib.get_close_matches(name, list(self._lists), n=1)
            raise self.error("unknown-list", start, name=name, nearest=close[0] if close else "")
        if isinstance(self._lists, ListBook) and self._lists.depth > MAX_DEPTH:
            raise self.error("too-deep", start, limit=MAX_DEPTH)
        try:
            return self._lists[name].parts
        except _ListCircleError as circle:
            path = " → ".join([*circle.names, circle.names[0]])
            error = self.error("circular-list", start, path=path)
            error.circle = circle.names
            raise error from None
        except NotationError as inner:
            message = inner.message
            if not inner.circle:  # the path tells the whole story of a circle
                message, _ = explain("broken-list", name=name, entry=inner.source, message=inner.message)
            raise NotationError(inner.code, message, inner.advice, self._source, start, True, inner.circle) from inner
