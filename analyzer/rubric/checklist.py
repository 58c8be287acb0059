"""The checklist (every clause of the written standards, with its id) against the standards of a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analyzer.domain import How, Kind
from analyzer.rubric.fields import Fields, nearest
from analyzer.rubric.problems import Findings
from analyzer.rubric.standard import StandardReading
from analyzer.rubric.yamlfile import Node, read

_COMPARED = ("kind", "how", "clause", "text")
_COMPARED_TOP = ("title", "source", "recording")


@dataclass(frozen=True, slots=True)
class Checklist:
    """Standards by id, each with its items by id, as they stand in the file; `findings` are the file's own."""

    standards: dict[str, Fields]
    items: dict[str, dict[str, Fields]]
    findings: Findings


def read_checklist(path: Path) -> Checklist:
    """Read a checklist file; what is wrong with the file itself is in `findings`.

    Keys beyond those that are compared are let pass: the checklist is the customer's text, and an unquoted comma
    in its conditions makes a key of half a sentence.
    """
    findings = Findings(path.as_posix())
    standards: dict[str, Fields] = {}
    items: dict[str, dict[str, Fields]] = {}
    root = read(path, findings)
    if root is None:
        return Checklist(standards, items, findings)
    top = Fields(root, findings)
    top.keys(["standards"])
    for node in top.nodes("standards"):
        standard = Fields(node, findings, name="standards")
        standard.keys(["id", *_COMPARED_TOP, "items"])
        _put(standards, standard)
        entries = items.setdefault(standard.id(), {})
        for entry in standard.nodes("items"):
            _put(entries, _item(entry, findings))
    return Checklist(standards, items, findings)


def _item(node: Node, findings: Findings) -> Fields:
    name = node.fields["id"].text if "id" in node.fields else ""
    fields = Fields(node, findings, name, "items")
    fields.keys(["id", "when", *_COMPARED], fields.node.fields)
    fields.choice("kind", Kind, Kind.REQUIRED)
    fields.choice("how", How, How.RULE)
    return fields


def _put(known: dict[str, Fields], fields: Fields) -> None:
    name = fields.id()
    if name in known:
        fields.report("duplicate-id", fields.line("id"), id=name, first=f"第 {known[name].line('id')} 行")
    known.setdefault(name, fields)


def compare(reading: StandardReading, checklist: Checklist) -> None:
    """Report where a standard differs from the checklist: items missing, unknown, or worded otherwise."""
    if reading.top is None:
        return
    top = reading.top
    standard_id = top.text("id")
    if standard_id not in checklist.standards:
        if standard_id:
            top.report("standard-not-in-checklist", top.line("id"), id=standard_id)
        return
    _compare(top, checklist.standards[standard_id], _COMPARED_TOP)
    expected = checklist.items[standard_id]
    for item_id, fields in reading.items.items():
        if item_id in expected:
            _compare(fields, expected[item_id], _COMPARED)
            _compare_when(fields, expected[item_id])
        elif item_id and item_id not in reading.additions:
            close = nearest(item_id, [name for name in expected if name not in reading.items])
            fields.report("item-not-in-checklist", fields.line("id"), id=item_id, nearest=close)
    for item_id, wanted in expected.items():
        if item_id not in reading.items:
            reading.findings.add("item-missing", top.line("items"), item_id, id=item_id, text=_text(wanted, "text"))


def missing_standards(checklist: Checklist, present: set[str]) -> None:
    """Report the checklist's standards for which the folder has no file."""
    for name, fields in checklist.standards.items():
        if name and name not in present:
            fields.report("standard-missing", fields.line("id"), id=name)


def _compare(fields: Fields, expected: Fields, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in fields and _text(fields, key) != _text(expected, key):
            fields.report(
                "differs-from-checklist",
                fields.line(key),
                key=key,
                value=_text(fields, key),
                wanted=_text(expected, key),
            )


def _compare_when(fields: Fields, expected: Fields) -> None:
    """Hint at a rule that applies always here and not there; conditions of links and people are no facts."""
    if _text(expected, "how") != How.RULE:
        return
    always = _text(fields, "when") == "always"
    if "when" in fields and always != (_text(expected, "when") == "always"):
        fields.report("when-differs", fields.line("when"), wanted=_text(expected, "when"))


def _text(fields: Fields, key: str) -> str:
    return fields.node.fields[key].text.strip() if key in fields else ""
