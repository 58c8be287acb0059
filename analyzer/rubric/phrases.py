"""Lists of phrases from a file to `Phrase` values: shared lists written out, every mistake reported at its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analyzer.rubric.fields import Fields
from analyzer.rubric.model import Phrase, PhraseList
from analyzer.rubric.notation import ListBook, NotationError, parse
from analyzer.rubric.tree import show

MIN_CHARS = 2  # one syllable alone is in every other sentence
QUESTION_MARKS = ("？", "?")
_WHOLE_LIST = re.compile(r"\s*[<＜]([^<>＜＞]*)[>＞]\s*")


class Lists:
    """The shared lists of a folder, each read once, when it is first asked for.

    `fields` are their mappings by name. `complete` is false where a shared file could not be read: then a name
    that is not here may still exist, and nothing is said about it. `readers` are the meanings that are read, with
    the fingerprint of each one's file; `surnames` are those with which a list with `names: true` hears names.
    """

    def __init__(
        self,
        fields: Mapping[str, Fields],
        complete: bool = True,
        readers: Mapping[str, str] | None = None,
        surnames: tuple[str, ...] = (),
    ) -> None:
        self._fields = fields
        self.readers = readers or {}
        self._surnames = surnames
        self._read: dict[str, PhraseList] = {}
        self._circles: set[frozenset[str]] = set()
        self._meanings: dict[str, str] = {}
        self.complete = complete
        self.book = ListBook({name: list(_sources(f)) for name, f in fields.items()})

    def get(self, name: str) -> PhraseList:
        """Return the list `name` with the lists that it takes in as a whole written out."""
        if name not in self._read:
            self._read[name] = PhraseList(name, name, ())  # what a circle finds; the circle itself is reported
            fields = self._fields[name]
            phrases, exceptions = read_phrases(fields, self, min_chars=1, owner=name)
            title, names = fields.text("title", name), self._names(fields)
            self._read[name] = PhraseList(name, title, phrases, exceptions, self.reading(fields), names)
        return self._read[name]

    def written(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the phrases and the exceptions of a list as they stand in its file."""
        fields = self._fields[name]
        return tuple(_sources(fields)), tuple(_sources(fields, "except"))

    def _names(self, fields: Fields) -> tuple[str, ...]:
        """Return the surnames of a list that hears names; where there are none, that is reported."""
        if "names" not in fields or not fields.flag("names", False):
            return ()
        if not self._surnames:
            fields.report("no-surnames", fields.line("names"))
        return self._surnames

    def surnames(self, fields: Fields) -> tuple[str, ...]:
        """Return the surnames of the lists that stand as a whole under `phrases`."""
        nodes = fields.nodes("phrases") if "phrases" in fields else ()
        lists = (_whole_list(node.text) for node in nodes)
        heard = (self.get(name).surnames for name in lists if name in self._fields)
        return next((surnames for surnames in heard if surnames), ())

    def reading(self, fields: Fields, *columns: str) -> str:
        """Return the meaning that a mapping names, or the one of the only list with a meaning under `columns`."""
        if "meaning" in fields:
            name = fields.text("meaning")
            if name and name not in self.readers:
                fields.unknown("unknown-meaning", fields.line("meaning"), name, sorted(self.readers))
            return name if name in self.readers else ""
        lists = (_whole_list(node.text) for key in columns if key in fields for node in fields.nodes(key))
        meanings = {self.get(name).meaning for name in lists if name in self._fields} - {""}
        return meanings.pop() if len(meanings) == 1 else ""

    def meaning(self, phrase: Phrase) -> str:
        """Return the phrase's pattern written out: the same text for phrases that match the same words."""
        if phrase.source not in self._meanings:
            self._meanings[phrase.source] = show(phrase.pattern)
        return self._meanings[phrase.source]

    def is_new_circle(self, names: Iterable[str], owner: str) -> bool:
        """Tell whether the circle goes through the list `owner` and has not been reported yet."""
        circle = frozenset(names)
        if owner not in circle or circle in self._circles:
            return False
        self._circles.add(circle)
        return True


def _sources(fields: Fields, key: str = "phrases") -> Iterable[str]:
    node = fields.node.fields.get(key)
    return (entry.text for entry in node.items if entry.text.strip()) if node else ()


def read_phrases(
    fields: Fields, lists: Lists, *, min_chars: int = MIN_CHARS, owner: str = ""
) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Return the phrases under `phrases` and the exceptions under `except` with those of whole lists.

    `owner` is the name of the shared list that is being read ("" in a standard).
    """
    said = _Column(fields, lists, "phrases", min_chars, owner)
    cancelled = _Column(fields, lists, "except", min_chars, owner)
    for meaning, (source, line) in said.direct.items():
        if meaning in cancelled.direct:
            fields.report("phrase-excepted", line, phrase=source)
    exceptions = {**said.exceptions, **cancelled.phrases}
    return tuple(said.phrases.values()), tuple(exceptions.values())


def read_column(fields: Fields, lists: Lists, key: str) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Return the phrases under `key` (`remedy`, `asked`) and the exceptions that whole lists bring along.

    A ？ under `asked` is no phrase: it says that the mark alone tells a question (`marks_count`).
    """
    column = _Column(fields, lists, key, 1, "")
    return tuple(column.phrases.values()), tuple(column.exceptions.values())


def marks_count(fields: Fields) -> bool:
    """Return whether `asked` lists the question mark itself."""
    return any(node.text.strip() in QUESTION_MARKS for node in fields.nodes("asked"))


class _Column:
    """One `phrases:`, `except:`, `remedy:` or `asked:` list, by meaning; `direct` has text and line of those that are written here."""

    def __init__(self, fields: Fields, lists: Lists, key: str, min_chars: int, owner: str) -> None:
        self.phrases: dict[str, Phrase] = {}
        self.exceptions: dict[str, Phrase] = {}
        self.direct: dict[str, tuple[str, int]] = {}
        self._fields, self._lists, self._owner = fields, lists, owner
        listed: dict[str, str] = {}
        for node in fields.texts(key) if key in fields else ():
            if key == "asked" and node.text.strip() in QUESTION_MARKS:
                continue
            phrase = self._parse(node.text, node.line)
            if phrase is None:
                continue
            name = _whole_list(node.text)
            phrases = lists.get(name).phrases if name else (phrase,)
            if name:
                self.exceptions |= {lists.meaning(e): e for e in lists.get(name).exceptions}
                listed |= {lists.meaning(p): name for p in phrases}
            else:
                self._compare(phrase, node.line, key)
            origin = f"（来自 <{name}>）" if name else ""
            self._measure(phrases, node.line, min_chars, origin)
            for each in phrases:
                self.phrases.setdefault(lists.meaning(each), each)
        for meaning, (source, line) in self.direct.items():
            if meaning in listed:
                fields.report("phrase-in-list", line, phrase=source, name=listed[meaning])

    def _parse(self, source: str, line: int) -> Phrase | None:
        try:
            return parse(source, self._lists.book)
        except NotationError as error:
            unknown = error.code == "unknown-list" and not self._lists.complete
            mine = self._lists.is_new_circle(error.circle, self._owner) if error.nested else not unknown
            if mine:
                self._fields.findings.put(
                    error.code, line, self._fields.item, error.message, error.advice, error.picture()
                )
            return None

    def _compare(self, phrase: Phrase, line: int, key: str) -> None:
        if phrase.max_chars == 0:
            return
        meaning = self._lists.meaning(phrase)
        if meaning in self.direct:
            _, first = self.direct[meaning]
            self._fields.report("duplicate-phrase", line, key=key, phrase=phrase.source, first=first)
        self.direct.setdefault(meaning, (phrase.source, line))

    def _measure(self, phrases: Iterable[Phrase], line: int, min_chars: int, origin: str) -> None:
        for phrase in phrases:
            quoted = f"“{phrase.source}”{origin}"
            if phrase.max_chars == 0:
                self._fields.report("phrase-only-gaps", line, phrase=quoted)
            elif phrase.min_chars < min_chars:
                self._fields.report("phrase-too-short", line, phrase=quoted, shortest=phrase.min_chars, least=MIN_CHARS)


def _whole_list(source: str) -> str:
    whole = _WHOLE_LIST.fullmatch(source)
    return whole.group(1).strip() if whole else ""
