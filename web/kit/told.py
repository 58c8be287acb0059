"""What the program wrote down in Simplified Chinese, said in the reader's language.

A reason, a warning, an error is stored as the sentence that its author made; by the shape of the sentence (`sentences.py`)
its words can be said otherwise, and what was quoted in it stays to the letter. What people wrote stays as it is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from string import Formatter

from web.kit.catalogues import SOURCE, catalogue
from web.kit.i18n import language
from web.kit.sentences import shapes

# what a place holds, where that is known; "faults" and the like hold sentences themselves
_CLOCK = r"\d+:\d\d(?::\d\d)?"
_HOLDS = {
    "time": _CLOCK,
    "window": rf"{_CLOCK}–{_CLOCK}",
    "similarity": r"\d\.\d\d|nan",
    "seconds": r"\d+(?:\.\d+)?",
    "clearness": r"[01]\.\d\d",
    "share": r"\d+%",
    "n": r"[-+]?[\d.]+(?:%| [KMG]?B)?",
    "clause": r"[^条“：]*?",
    "code": r"audio-[a-z-]+",
    "missing": r"(?:“[^”]*”)+",
    "alike": r"(?:（[^（）]*）)?",
    "more": r".*?",
    "nearest": r"(?:[，；][^“]*(?:“.*)?)?|[^，；].*?",
}
_SENTENCES = frozenset(
    "alike basis doubt faults frame limit machine more nearest note reason title walls where".split()
)
_MAYBE_SENTENCES = frozenset(
    ("limit", "nearest", "note", "reason", "title")
)  # or a name, a number, a system's own words
_MAY_BE_LEFT_OUT = re.compile(r"〔([^〔〕]*)〕")
_BETWEEN = {"；": "; ", "，": ", ", "。": ". "}


def told(text: str) -> str:
    """Return a text of the program in the request's language."""
    return text if language() == SOURCE else _told(language(), text)


def known(text: str) -> str:
    """Return a note in the request's language where it is, to the letter, one that the program offered."""
    return str(catalogue(language()).ugettext(text)) if text else ""


@functools.lru_cache(maxsize=4096)
def _told(wanted: str, text: str) -> str:
    return _said(wanted, text) or text


def _said(wanted: str, text: str) -> str:
    """The text in a language; "" where it is no sentence that is known."""
    whole = catalogue(wanted).ugettext(text)
    if not text or whole != text:
        return str(whole)
    for pattern, words in _patterns(wanted):
        found = pattern.fullmatch(text)
        values = None if found is None else _values(wanted, found)
        if values is not None:
            return "".join(
                fixed + ("" if name is None else values[name]) for fixed, name, _, _ in Formatter().parse(words)
            )
    return next(_in_parts(wanted, text), "")


def _in_parts(wanted: str, text: str) -> Iterator[str]:
    """Sentences one behind the other."""
    for mark in re.finditer("[；，。]", text):
        first, rest = _said(wanted, text[: mark.start()]), text[mark.start() :]
        if first and (more := _said(wanted, rest)):
            yield first + more
        elif first and len(rest) > 1 and (more := _said(wanted, rest[1:])):
            yield first.removesuffix(".") + _BETWEEN[mark[0]] + more


def _values(wanted: str, found: re.Match[str]) -> dict[str, str] | None:
    """What stands in the places, sentences said in the language; None where one of them is no sentence that is known."""
    values = {}
    for name, value in found.groupdict().items():
        said = _said(wanted, value) if name in _SENTENCES and value else value
        if value and not said and name not in _MAYBE_SENTENCES:
            return None
        values[name] = said or value
    return values


@functools.cache
def _patterns(wanted: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each shape that has places, with what it is in the language; those with most words of their own first."""
    made = []
    for shape in shapes():
        words = str(catalogue(wanted).ugettext(shape))
        if _MAY_BE_LEFT_OUT.search(shape) or "{" in shape:
            for leave in (r"\1", "") if _MAY_BE_LEFT_OUT.search(shape) else (r"\1",):
                made.append((_MAY_BE_LEFT_OUT.sub(leave, shape), _MAY_BE_LEFT_OUT.sub(leave, words)))
    made.sort(key=lambda pair: -len(re.sub(r"\{\w*\}", "", pair[0])))
    return tuple((re.compile(_pattern(shape), re.S), words) for shape, words in made)


def _pattern(shape: str) -> str:
    seen: set[str] = set()
    pattern = ""
    for fixed, name, _, _ in Formatter().parse(shape):
        pattern += re.escape(fixed)
        if name is not None:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{_HOLDS.get(name, '.+?')})"
            seen.add(name)
    return pattern
