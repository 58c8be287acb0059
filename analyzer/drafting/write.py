"""The YAML text of a draft: written line by line, so that each guess stands as a comment above what it guesses."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from analyzer.drafting.entries import Entry

_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the top of the file: `id` is its name without .yaml; `source` where the text came from."""

    id: str
    title: str
    source: str
    recording: str = "visit"


@dataclass(frozen=True, slots=True)
class Written:
    """A file's text, and by line (from 1) the example that stands there: (item id, match or no_match, sentence)."""

    text: str
    examples: dict[int, tuple[str, str, str]]


def write(head: Head, entries: Sequence[Entry]) -> Written:
    """Return the file of a draft."""
    lines = [
        f"# 由书面标准《{_comment(head.title)}》起草，还没有人核对过。",
        "# 每条上面的“猜测”写着为什么这样起草；核对以后请删掉。短语的写法见 README.md。",
        "schema: 1",
        f"id: {head.id}",
        'version: "0.1.0"',
        f"title: {scalar(head.title)}",
        f"source: {scalar(head.source)}",
        f"recording: {head.recording}",
        "items:",
    ]
    examples: dict[int, tuple[str, str, str]] = {}
    for entry in entries:
        lines += [f"  # {_comment(comment)}" for comment in entry.comments]
        start = "  - "
        for key, value in entry.keys.items():
            lines += _lines(start, key, value)
            start = "    "
        if entry.is_rule:
            lines.append("    examples:")
            for key, sentences in entry.examples().items():
                lines.append(f"      {key}:")
                for sentence in sentences:
                    lines.append(f"        - {scalar(sentence)}")
                    examples[len(lines)] = (entry.keys["id"], key, sentence)
    return Written("\n".join(lines) + "\n", examples)


def _lines(start: str, key: str, value: Any) -> list[str]:
    indent = " " * len(start)
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        lines = [f"{start}{key}:"]
        for part in value:
            dash = f"{indent}  - "
            for name, inner in part.items():
                lines += _lines(dash, name, inner)
                dash = f"{indent}    "
        return lines
    if isinstance(value, list):
        return [f"{start}{key}:", *(f"{indent}  - {scalar(part)}" for part in value)]
    if isinstance(value, dict):
        inside = ", ".join(f"{name}: {scalar(inner)}" for name, inner in value.items())
        return [f"{start}{key}: {{{inside}}}"]
    return [f"{start}{key}: {scalar(value)}"]


@functools.lru_cache(maxsize=4096)
def scalar(value: str | float | bool) -> str:
    """Return a value as YAML writes it on one line, quoted where it must be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith("<") and value.endswith(">"):
        return value
    dumped = str(yaml.dump(value, Dumper=_DUMPER, allow_unicode=True, width=1_000_000))
    return dumped.removesuffix("\n").removesuffix("\n...").strip()


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
