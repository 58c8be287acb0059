"""Typed reading of one YAML mapping: a missing, unknown or ill-typed entry becomes a problem, not an exception.

After a problem a harmless default is returned, so that one reading finds everything that is wrong.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from enum import StrEnum
from typing import TypeVar

from analyzer.rubric.problems import Findings
from analyzer.rubric.yamlfile import Node

E = TypeVar("E", bound=StrEnum)
_ID = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
TAG_NAMES = {
    "map": "一组“键: 值”",
    "seq": "一列（每行以 - 开头）",
    "text": "文字",
    "number": "数字",
    "bool": "true 或 false",
    "null": "空白",
}


def nearest(name: str, known: Collection[str]) -> str:
    """Return the known name that is most like `name`, or "" where none is like it."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return close[0] if close else ""


class Fields:
    """One mapping of the file. `item` is the id under which its problems are shown."""

    def __init__(self, node: Node, findings: Findings, item: str = "", name: str = "") -> None:
        self.node = node
        self.findings = findings
        self.item = item
        if node.tag != "map":
            self._wrong_type(node, name, "map")

    def report(self, code: str, line: int, *, picture: str = "", **values: object) -> None:
        self.findings.add(code, line, self.item, picture=picture, **values)

    def line(self, key: str) -> int:
        """Return the line of `key`; where it is missing, the line of the mapping."""
        return self.node.fields[key].key_line if key in self.node.fields else self.node.line

    def __contains__(self, key: str) -> bool:
        return key in self.node.fields

    def keys(self, required: Collection[str], optional: Collection[str] = (), elsewhere: Collection[str] = ()) -> None:
        """Report keys that are missing or unknown; `elsewhere` are keys that belong to other kinds of items."""
        known = [*required, *optional]
        for key, node in self.node.fields.items():
            if key in known:
                continue
            if key in elsewhere:
                self.report("misplaced-key", node.key_line, key=key)
            elif node.tag == "null" and not _ID.fullmatch(key):
                self.report("text-as-key", node.key_line, text=key)
            else:
                self.unknown("unknown-key", node.key_line, key, known)
        for key in required:
            if self.node.tag == "map" and key not in self.node.fields:
                self.report("missing-key", self.node.line, key=key)

    def child(self, key: str) -> Fields | None:
        node = self._get(key, "map", {"map"})
        return None if node is None else Fields(node, self.findings, self.item)

    def nodes(self, key: str) -> list[Node]:
        """Return the list under `key` ([] where it is missing)."""
        node = self._get(key, "seq", {"seq"})
        return [] if node is None else node.items

    def texts(self, key: str) -> list[Node]:
        """Return the entries of a list of texts; entries that are no text are reported and left out."""
        return [node for node in self.nodes(key) if self._is_text(node, key)]

    def _is_text(self, node: Node, key: str) -> bool:
        if node.text.strip():
            return True
        if node.tag in {"map", "seq"}:
            self.report("phrase-not-text", node.line, key=key, found=TAG_NAMES[node.tag])
        else:
            self.report("empty-text", node.line, key=key)
        return False

    def text(self, key: str, default: str = "") -> str:
        """Return the text under `key`, stripped; numbers and dates are taken as they are written."""
        node = self.node.fields.get(key)
        if node is None:
            return default
        if node.tag in {"map", "seq"}:
            self._wrong_type(node, key, "text")
            return default
        if not node.text.strip():
            self.report("empty-text", node.key_line, key=key)
        return node.text.strip() or default

    def id(self, key: str = "id") -> str:
        """Return an id: lower-case words with hyphens or underscores."""
        value = self.text(key)
        self.check_id(value, self.line(key))
        return value

    def check_id(self, value: str, line: int) -> None:
        """Report an id that is not made of lower-case words with hyphens or underscores."""
        if value and not _ID.fullmatch(value):
            self.report("bad-id", line, value=value)

    def unknown(self, code: str, line: int, name: str, known: Collection[str]) -> None:
        """Report a name that refers to nothing, with the nearest one that does and all that do."""
        self.report(code, line, name=name, nearest=nearest(name, known), known="、".join(known) or "（还没有）")

    def number(self, key: str, default: float, *, low: float, high: float, above_low: bool = True) -> float:
        """Return the number under `key`, in (low, high], or [low, high] without `above_low`."""
        node = self._get(key, "number", {"int", "float"})
        if node is None:
            return default
        value = float(node.text) if _NUMBER.fullmatch(node.text) else float("nan")
        if not (low < value <= high or (value == low and not above_low)):
            bounds = f"{'大于' if above_low else '不小于'} {low:g}、不大于 {high:g}"
            self.report("bad-number", node.key_line, key=key, value=node.text, bounds=bounds)
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        node = self._get(key, "bool", {"bool"})
        return default if node is None else node.text.lower() in {"true", "yes", "on"}

    def choice(self, key: str, options: type[E], default: E) -> E:
        value = self.text(key, default.value)
        known = [option.value for option in options]
        if value in known:
            return options(value)
        self.report(
            "bad-choice",
            self.line(key),
            key=key,
            value=value,
            known="、".join(known),
            nearest=nearest(value, known),
        )
        return default

    def schema(self) -> None:
        if "schema" in self and self.text("schema") != "1":
            self.report("bad-schema", self.line("schema"), value=self.text("schema"))

    def _get(self, key: str, wanted: str, tags: set[str]) -> Node | None:
        node = self.node.fields.get(key)
        if node is not None and node.tag not in tags:
            self._wrong_type(node, key, wanted)
            return None
        return node

    def _wrong_type(self, node: Node, key: str, wanted: str) -> None:
        actual = TAG_NAMES.get(node.tag, f"“{node.text}”")
        self.report("wrong-type", node.key_line, key=key, wanted=TAG_NAMES[wanted], found=actual)
