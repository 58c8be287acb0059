"""One value of a YAML text read or changed, the rest left as it stands: comments, quotes, order, blank lines.

A path leads from the top: keys of mappings, positions in lists, or "#id" for the entry of a list with that id:
("items", "#greeting", "elements", 0, "phrases"). By ruamel.yaml, whose round trip gives every lexicon of ours back byte
for byte (a test holds it).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

Path = Sequence[str | int]
_RISKY = "#:*&!|>@`%?-,[]{}\"'~"  # what a plain scalar may not begin with
MAX_CHARACTERS = 1_000_000  # of a file: ours have 92 KB at most
MAX_DEPTH = 50  # of lists and mappings in one another: ours have 6 at most


class YamlTextError(ValueError):
    """The text is no YAML, or nothing stands at the path; its words are for people."""


def get(text: str, path: Path) -> Any:
    """The value at a path as plain lists, dicts, texts and numbers. Raises YamlTextError."""
    return _plain(_at(_load(text), path))


def put(text: str, path: Path, value: Any) -> str:
    """The text with `value` at the path, whose parent must be there. The same value leaves the text as it is.

    Raises YamlTextError.
    """
    return put_all(text, [(path, value)])


def put_all(text: str, values: Iterable[tuple[Path, Any]]) -> str:
    """The text with several values in their places, read and written once: reading takes half a second. Raises YamlTextError."""
    document = _load(text)
    changed = [_set(document, path, value) for path, value in values]
    return _dump(document) if any(changed) else text


def _set(document: Any, path: Path, value: Any) -> bool:
    """Whether the value at the path was another."""
    parent, last = _at(document, path[:-1]), path[-1]
    key = _position(parent, last)
    if isinstance(parent, CommentedMap) and key not in parent:
        parent[key] = _styled(value)
        return True
    try:
        old = parent[key]
    except (IndexError, KeyError, TypeError):
        raise _nothing(path) from None
    if _plain(old) == value and type(_plain(old)) is type(value):
        return False
    if isinstance(old, CommentedSeq) and isinstance(value, list):
        _refill(old, value)
    else:
        parent[key] = _styled(value)
    return True


# the order in which we write the keys of a clause; a new one is put before the first that stands and comes later
ORDER = (
    *(
        "id",
        "title",
        "kind",
        "how",
        "clause",
        "text",
        "when",
        "when_text",
        "where",
        "after",
        "weight",
        "pass",
        "severity",
    ),
    *("penalty", "cap", "who", "optional", "meaning", "names", "elements", "phrases", "except", "alone", "remedy"),
    *("asked", "topics", "also", "examples"),
)


def edited(text: str, changes: Sequence[tuple[Path, Any]]) -> str:
    """The text with several values put, one after the other, and read and written once; None takes a key out.

    A mapping that is missing just above a value is made. Raises YamlTextError.
    """
    document = _load(text)
    for path, value in changes:
        _edit(document, path, value)
    return _dump(document)


def _edit(document: Any, path: Path, value: Any) -> None:
    try:
        parent = _at(document, path[:-1])
    except YamlTextError:
        if value is None:
            return
        parent = CommentedMap()
        _into(_at(document, path[:-2]), path[-2], parent)
    key = _position(parent, path[-1])
    if value is None:
        if key in parent:
            del parent[key]
        return
    old = parent[key] if not isinstance(parent, CommentedMap) or key in parent else None
    if isinstance(old, CommentedSeq) and isinstance(value, list):
        _refill(old, value)
    else:
        _into(parent, key, _styled(value))


def _into(parent: Any, key: str | int, value: Any) -> None:
    if not isinstance(parent, CommentedMap) or key in parent or key not in ORDER:
        parent[key] = value
        return
    later = ORDER[ORDER.index(str(key)) + 1 :]
    place = next((i for i, known in enumerate(parent) if known in later), len(parent))
    parent.insert(place, key, value)


def insert(text: str, path: Path, index: int, value: Any) -> str:
    """The text with `value` put into the list at the path, before its entry `index`. Raises YamlTextError."""
    document = _load(text)
    found = _at(document, path)
    if not isinstance(found, CommentedSeq):
        raise _nothing(path)
    found.insert(index, _styled(value))
    return _dump(document)


def remove(text: str, path: Path) -> str:
    """The text without what stands at the path. Raises YamlTextError."""
    document = _load(text)
    parent = _at(document, path[:-1])
    try:
        del parent[_position(parent, path[-1])]
    except (IndexError, KeyError, TypeError):
        raise _nothing(path) from None
    return _dump(document)


def _yaml() -> YAML:
    made = YAML()
    made.preserve_quotes = True
    made.width = 1_000_000
    made.indent(mapping=2, sequence=4, offset=2)
    return made


def _load(text: str) -> Any:
    if len(text) > MAX_CHARACTERS:
        raise YamlTextError(f"文件太大：超过 {MAX_CHARACTERS} 字")
    try:
        depth = 0
        for event in _yaml().parse(text):
            if _aliased(event):  # a few lines can stand for gigabytes
                raise YamlTextError("标准里不能用 & 和 * 引用别处的内容，请直接写出来")
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > MAX_DEPTH:  # ruamel.yaml's time grows with more than the square of the depth
                raise YamlTextError(f"括号或缩进套得太深：超过 {MAX_DEPTH} 层")
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        raise YamlTextError(f"第 {mark.line + 1 if mark else 1} 行读不懂，请检查缩进、冒号和引号") from error
    except (YAMLError, YAMLStreamError, ValueError, RecursionError) as error:
        raise YamlTextError(str(error) if isinstance(error, YamlTextError) else "文件读不懂，请检查写法") from error
    return document


def _aliased(event: Any) -> bool:
    return getattr(event, "anchor", None) is not None


def _dump(document: Any) -> str:
    out = io.StringIO()
    _yaml().dump(document, out)
    return out.getvalue()


def _at(document: Any, path: Path) -> Any:
    found = document
    for step in path:
        try:
            found = found[_position(found, step)]
        except (IndexError, KeyError, TypeError):
            raise _nothing(path) from None
    return found


def _position(parent: Any, step: str | int) -> str | int:
    """A step as key or index; "#id" is looked for in a list."""
    if isinstance(parent, CommentedSeq) and isinstance(step, str) and step.startswith("#"):
        for index, entry in enumerate(parent):
            if isinstance(entry, CommentedMap) and str(entry.get("id")) == step[1:]:
                return index
        raise KeyError(step)
    return step


def _nothing(path: Path) -> YamlTextError:
    return YamlTextError(f"标准里没有这一处：{' / '.join(str(step) for step in path)}")


def _refill(old: CommentedSeq, value: list[Any]) -> None:
    """Make a list hold `value`; entries that stay keep their comments."""
    kept = [_plain(entry) for entry in old]
    for index in reversed(range(len(kept))):
        if kept[index] not in value:
            del old[index]
            del kept[index]
    if kept == [entry for entry in value if entry in kept] and len(set(map(repr, kept))) == len(kept):
        for index, entry in enumerate(value):  # what stays stands in order: only the new is put between
            if index >= len(kept) or kept[index] != entry:
                old.insert(index, _styled(entry))
                kept.insert(index, entry)
        return
    while len(old) > len(value):
        del old[-1]
    for index, entry in enumerate(value):
        if index < len(old):
            old[index] = _styled(entry)
        else:
            old.append(_styled(entry))


def _styled(value: Any) -> Any:
    """A value as it is written by hand: short lists of texts in one line, risky texts quoted."""
    if isinstance(value, str):
        return DoubleQuotedScalarString(value) if _needs_quotes(value) else value
    if isinstance(value, dict):
        return CommentedMap({key: _styled(entry) for key, entry in value.items()})
    if isinstance(value, list | tuple):
        return CommentedSeq([_styled(entry) for entry in value])
    return value


def _needs_quotes(text: str) -> bool:
    return text != text.strip() or not text or text[0] in _RISKY or ": " in text or " #" in text


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else value
