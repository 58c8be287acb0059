"""YAML with the line of everything: texts, lists and mappings as nodes, nothing converted behind the writer's back.

Composed by libyaml where it is there. Scalars keep their written form: `version: 1.10` stays "1.10".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from analyzer.rubric.picture import caret_picture
from analyzer.rubric.problems import Findings

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_OPENERS = "[{-?"  # each level within another takes one of these, or an indentation of its own
MANY_OPENERS = 2000  # of so few, no text is deeper than libyaml's own stack
MAX_DEPTH = 100  # mappings and lists within each other; standards have six. 30,000 end the process


@dataclass(frozen=True, slots=True)
class Node:
    """A value with the line it starts on (from 1) and the line of the key that holds it (else the same).

    `value` is a str (a scalar as written), a list of nodes or a dict of nodes by key. `tag` is str, int, float,
    bool, null, timestamp, seq or map, as YAML 1.1 resolves it.
    """

    value: str | list[Node] | dict[str, Node]
    tag: str
    line: int
    key_line: int

    @property
    def fields(self) -> dict[str, Node]:
        """The entries of a mapping; {} for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The entries of a list; [] for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """The scalar as written; "" for anything else."""
        return self.value if isinstance(self.value, str) and self.tag != "null" else ""


def read(path: Path, findings: Findings) -> Node | None:
    """Read one file into nodes; None, with the reason in `findings`, where that cannot be done."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        findings.add("unreadable-file", 1, reason=error.strerror or type(error).__name__)
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.add("not-utf8", raw[: error.start].count(b"\n") + 1)
        return None
    return read_text(text, findings)


def read_text(text: str, findings: Findings) -> Node | None:
    """Read the text of a file into nodes; None, with the reason in `findings`, where that cannot be done."""
    try:
        deep = _deep_line(text)
        if deep:
            findings.add("bad-yaml", deep, reason=_TOO_DEEP)
            return None
        root = yaml.compose(text, Loader=_LOADER)
        if root is not None:
            return _Converter(findings).convert(root)
        findings.add("empty-file", 1)
    except yaml.YAMLError as error:
        _report(error, text, findings)
        return None
    except _TooDeepError as error:
        findings.add("bad-yaml", error.line, reason=_TOO_DEEP)
    except RecursionError:  # of libyaml's own
        findings.add("bad-yaml", 1, reason=_TOO_DEEP)
    return None


class _TooDeepError(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


_TOO_DEEP = "括号或列表一层套一层，太深了"


def _deep_line(text: str) -> int:
    """Return the line from which a text is nested too deeply, 0 where it is not.

    libyaml composes by recursion in C: some 30,000 levels end the whole process, and no exception tells of it.
    Its events come without recursion, and the first of too many levels is enough.
    """
    if sum(map(text.count, _OPENERS)) < MANY_OPENERS:
        return 0
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return event.start_mark.line + 1 if event.start_mark else 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return 0


def _report(error: yaml.YAMLError, text: str, findings: Findings) -> None:
    """Report where YAML stopped; for a quote that is never closed, where it was opened."""
    mark, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    unclosed = "unexpected end of stream" in str(getattr(error, "problem", ""))
    mark = (opened if unclosed else mark) or mark or opened
    if mark is None:
        findings.add("bad-yaml", 1, reason=_reason(error))
        return
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    picture = caret_picture(line, mark.column) if line.strip() else ""
    findings.add("bad-yaml", mark.line + 1, reason=_reason(error), picture=picture)


def _reason(error: yaml.YAMLError) -> str:
    """Return libyaml's own words with the commonest ones put into Chinese."""
    problem = str(getattr(error, "problem", "") or error).splitlines()[0]
    translations = {
        "cannot start any token": "这个字符不能放在开头（制表符、@、`、% 等）",
        "mapping values are not allowed": "这里的冒号放错了地方",
        "did not find expected key": "缩进没有对齐，或者括号、引号后面还有字",
        "did not find expected <block end>": "缩进没有对齐，或者括号、引号后面还有字",
        "did not find expected '-' indicator": "缩进没有对齐，或者括号、引号后面还有字",
        "did not find expected ',' or": "方括号或大括号没有成对",
        "found unexpected end of stream": "引号没有成对",
        "did not find expected node content": "方括号或大括号没有成对",
        "found undefined alias": "星号 * 开头的短语没有加引号",
        "did not find expected alphabetic or numeric character": "星号 * 或 & 开头的短语没有加引号",
        "expected a single document": "一个文件里有几份文档（---）",
        "found another document": "一个文件里有几份文档（---）",
        "could not find expected ':'": "少了冒号",
        "control characters are not allowed": "文件里有看不见的控制字符",
    }
    return next((chinese for english, chinese in translations.items() if english in problem), problem)


class _Converter:
    """Turns libyaml's nodes into ours; aliases are refused, so that a file cannot grow or turn in circles."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._seen: set[int] = set()

    def convert(self, node: yaml.Node, key_line: int = 0, depth: int = 0) -> Node:
        """Return the node as ours. Raises _TooDeepError."""
        line = node.start_mark.line + 1
        tag = node.tag.removeprefix(_TAG)
        if id(node) in self._seen:
            self._findings.add("yaml-alias", key_line or line)
            return Node("", "null", line, key_line or line)
        self._seen.add(id(node))
        if depth > MAX_DEPTH:
            raise _TooDeepError(line)
        if isinstance(node, yaml.MappingNode):
            return Node(self._mapping(node, depth + 1), "map", line, key_line or line)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.convert(child, 0, depth + 1) for child in node.value], "seq", line, key_line or line)
        return Node(str(node.value), tag, line, key_line or line)

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if not key:
                self._findings.add("bad-key", line)
            elif key in entries:
                self._findings.add("duplicate-key", line, key=key, first=entries[key].key_line)
            else:
                entries[key] = self.convert(value_node, line, depth)
        return entries
