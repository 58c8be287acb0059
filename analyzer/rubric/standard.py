"""Read one standard's file to a `Standard`, reporting everything in the file that keeps it from being one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from analyzer.domain import How, Kind, StandardRef
from analyzer.rubric.digest import digest_of
from analyzer.rubric.elements import BANNED, ElementReader
from analyzer.rubric.fields import Fields
from analyzer.rubric.model import Element, FactRule, Item, Severity, Standard, Where
from analyzer.rubric.phrases import Lists
from analyzer.rubric.policyfile import read_policy
from analyzer.rubric.problems import Findings, Problem
from analyzer.rubric.shared import SharedReading
from analyzer.rubric.terms import facts_of, read_condition
from analyzer.rubric.yamlfile import Node, read

ADDITIONS = "optional/clauses.yaml"  # beside the standards: clauses that a company may add
DEFAULT_EDGE_S = 60.0  # seconds of speech that count as opening and as closing
_TOP = ("schema", "id", "version", "title", "source", "recording", "items")
_ITEM = ("id", "kind", "how", "clause", "text", "when")
_REQUIRED = ("where", "after", "weight", "pass", "elements", "examples")
_FORBIDDEN = ("severity", "penalty", "cap", "who", *BANNED, "also", "meaning", "examples")
_UNHEARD = ("weight", "severity", "penalty", "cap")  # link and person items count once somebody fills them in
_OPTIONAL = "optional"  # person items: whoever saw nothing of it need not answer


class Recording(StrEnum):
    """What kind of recording a standard is for."""

    VISIT = "visit"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class StandardReading:
    """A standard as far as it could be read, the file's mapping, its items' by id, and the file's problems.

    `additions` are those of its items that the company added to the written standard (`optional/clauses.yaml`).
    """

    standard: Standard | None
    top: Fields | None
    items: dict[str, Fields]
    findings: Findings
    additions: frozenset[str] = frozenset()


def read_standard(path: Path, shared: SharedReading) -> StandardReading:
    """Read the standard at `path` with the shared lists and facts of its folder."""
    findings = Findings(path.as_posix())
    root = read(path, findings)
    if root is None:
        return StandardReading(None, None, {}, findings)
    top = Fields(root, findings)
    top.keys(_TOP, ["opening_s", "closing_s", "by_meaning", "additions", "policy"])
    top.schema()
    if top.id() and top.id() != path.stem:
        top.report("id-not-file-name", top.line("id"), id=top.id(), file=path.name)
    by_meaning = top.flag("by_meaning", True)
    builder = _ItemBuilder(findings, shared, by_meaning)
    items = [builder.item(node) for node in top.nodes("items")]
    if "items" in top and not items:
        top.report("no-items", top.line("items"))
    added = Additions(path.parent / ADDITIONS, shared, by_meaning)
    wanted = [node.text for node in top.texts("additions")] if "additions" in top else []
    for name in wanted:
        item = added.item(name)
        if item is None or name in builder.items:
            top.report(
                "unknown-addition", top.line("additions"), value=name, known="、".join(added.known) or "（没有）"
            )
        else:
            builder.items[name] = added.fields(name)
            items.append(item)
    findings.problems += added.problems
    builder.check_order(items)
    facts = shared.shared.facts
    if not by_meaning:
        facts = {name: replace(rule, meaning="") for name, rule in facts.items()}
    ref = StandardRef(top.text("id", path.stem), top.text("version"), "", top.text("title"))
    standard = Standard(
        ref=ref,
        source=top.text("source"),
        recording=top.choice("recording", Recording, Recording.VISIT).value,
        items=tuple(items),
        facts=facts,
        opening_s=top.number("opening_s", DEFAULT_EDGE_S, low=0, high=3600),
        closing_s=top.number("closing_s", DEFAULT_EDGE_S, low=0, high=3600),
        frames=shared.shared.frames,
        readers=_readers(items, facts, shared.lists.readers),
        policy=read_policy(top, items),
    )
    return StandardReading(
        digest_of(standard, shared.shared.words), top, builder.items, findings, frozenset(wanted) & set(builder.items)
    )


def _readers(items: list[Item], facts: dict[str, FactRule], known: Mapping[str, str]) -> dict[str, str]:
    """Return the readers that the items and the facts that they ask about need, with their fingerprints."""
    asked = {name for item in items for name in facts_of(item.when)}
    meanings = {element.meaning for item in items for element in item.elements}
    meanings |= {facts[name].meaning for name in asked if name in facts}
    return {name: known[name] for name in sorted(meanings - {""})}


class Additions:
    """The optional clauses beside the written standards, read where a standard asks for one."""

    def __init__(self, path: Path, shared: SharedReading, by_meaning: bool) -> None:
        self._path, self._findings = path, Findings(path.as_posix())
        self._builder = _ItemBuilder(self._findings, shared, by_meaning)
        self._items: dict[str, Item] | None = None

    @property
    def problems(self) -> list[Problem]:
        return self._findings.problems

    @property
    def known(self) -> list[str]:
        return list(self._read())

    def item(self, name: str) -> Item | None:
        return self._read().get(name)

    def fields(self, name: str) -> Fields:
        return self._builder.items[name]

    def _read(self) -> dict[str, Item]:
        if self._items is None:
            self._items = {}
            root = read(self._path, self._findings) if self._path.is_file() else None
            if root is not None:
                top = Fields(root, self._findings)
                top.keys(["schema", "items"])
                top.schema()
                self._items = {item.id: item for item in map(self._builder.item, top.nodes("items"))}
        return self._items


class _ItemBuilder:
    def __init__(self, findings: Findings, shared: SharedReading, by_meaning: bool) -> None:
        self.items: dict[str, Fields] = {}
        self._elements = ElementReader(findings, shared.lists, by_meaning)
        self._findings = findings
        self._facts = list(shared.shared.facts)
        self._lists: Lists = shared.lists

    def item(self, node: Node) -> Item:
        name = node.fields["id"].text if "id" in node.fields else ""
        fields = Fields(node, self._findings, name, "items")
        item_id = fields.id()
        if item_id in self.items:
            fields.report(
                "duplicate-id", fields.line("id"), id=item_id, first=f"第 {self.items[item_id].line('id')} 行"
            )
        self.items.setdefault(item_id, fields)
        known = len(self._findings.problems)
        kind = fields.choice("kind", Kind, Kind.REQUIRED)
        how = fields.choice("how", How, How.RULE)
        if len(self._findings.problems) > known or not {"kind", "how"} <= set(node.fields):
            how = How.PERSON  # which keys belong here is not known: say nothing about them
            fields.keys(_ITEM, node.fields)
        else:
            self._check_keys(fields, kind, how)
        rule = how is How.RULE
        forbidden = kind is Kind.FORBIDDEN
        severity = fields.choice("severity", Severity, Severity.MINOR) if "severity" in fields else None
        examples = fields.child("examples") if rule else None
        if examples is not None:
            examples.keys([], ["match", "no_match"])
        elements: tuple[Element, ...] = ()
        if rule:
            elements = self._elements.banned(fields, item_id) if forbidden else self._elements.required(fields)
        return Item(
            id=item_id,
            kind=kind,
            how=how,
            clause=fields.text("clause"),
            text=fields.text("text"),
            when=read_condition(fields, self._facts, self._lists.complete),
            when_text=fields.text("when_text"),
            elements=elements,
            where=fields.choice("where", Where, Where.ANYWHERE),
            after=fields.text("after"),
            pass_credit=fields.number("pass", 1.0, low=0, high=1),
            weight=fields.number("weight", 1.0, low=0, high=100),
            penalty=fields.number("penalty", 0.0, low=0, high=100),
            cap=fields.number("cap", 0.0, low=0, high=99, above_low=False) if "cap" in fields else None,
            examples_match=_texts(examples, "match"),
            examples_no_match=_texts(examples, "no_match"),
            severity=severity,
            optional=how is How.PERSON and fields.flag(_OPTIONAL, False),
        )

    def _check_keys(self, fields: Fields, kind: Kind, how: How) -> None:
        needed: tuple[str, ...] = _ITEM
        allowed: tuple[str, ...] = ("when_text", *_UNHEARD)
        if how is How.RULE and kind is Kind.REQUIRED:
            needed, allowed = (*_ITEM, "elements"), ("when_text", *_REQUIRED)
        elif how is How.RULE:
            needed, allowed = (*_ITEM, "phrases", "severity", "penalty"), ("when_text", *_FORBIDDEN)
        elif how is How.PERSON:
            allowed = (*allowed, _OPTIONAL)
        fields.keys(needed, [key for key in allowed if key not in needed], {*_REQUIRED, *_FORBIDDEN, _OPTIONAL})
        when = fields.node.fields.get("when")
        if when is not None and when.text != "always" and "when_text" not in fields:
            fields.report("missing-key", fields.node.line, key="when_text")
        fatal = "severity" in fields and fields.node.fields["severity"].text == Severity.FATAL
        if fatal and "cap" not in fields:
            fields.report("fatal-without-cap", fields.line("severity"))
        if "cap" in fields and not fatal:
            fields.report("cap-without-fatal", fields.line("cap"))

    def check_order(self, items: list[Item]) -> None:
        """Report `after` that names no item which can be heard, or that leads back to itself."""
        after = {item.id: item.after for item in items}
        required = [i.id for i in items if i.how is How.RULE and i.kind is Kind.REQUIRED]
        reported: set[str] = set()
        for item in items:
            if not item.after:
                continue
            fields = self.items[item.id]
            if item.after not in required:
                code = "after-not-heard" if item.after in after else "unknown-after"
                fields.unknown(code, fields.line("after"), item.after, [name for name in required if name != item.id])
                continue
            path = [item.id]
            while path[-1] and path.count(path[-1]) == 1:
                path.append(after.get(path[-1], ""))
            if path[-1] == item.id and item.id not in reported:
                reported |= set(path)
                fields.report("circular-after", fields.line("after"), path=" → ".join(path))


def _texts(examples: Fields | None, key: str) -> tuple[str, ...]:
    if examples is None or key not in examples:
        return ()
    return tuple(node.text.strip() for node in examples.texts(key))
