"""The two small vocabularies that several files use: who says it, and when an item applies."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum

from analyzer.domain import Role
from analyzer.rubric.fields import Fields
from analyzer.rubric.model import Condition
from analyzer.rubric.yamlfile import Node

ALWAYS = Condition("always")


class Who(StrEnum):
    TECHNICIAN = "technician"
    CUSTOMER = "customer"
    ANYONE = "anyone"


def read_who(fields: Fields) -> Role | None:
    """Return the role under `who` (default technician); None: anyone."""
    who = fields.choice("who", Who, Who.TECHNICIAN)
    return None if who is Who.ANYONE else Role(who.value)


def read_condition(fields: Fields, facts: Collection[str], complete: bool) -> Condition:
    """Return the condition under `when`: `always`, a fact, `{not: …}`, `{any: […]}` or `{all: […]}`.

    With `complete` false (a shared file could not be read) no fact is called unknown.
    """
    node = fields.node.fields.get("when")
    return ALWAYS if node is None else _condition(node, fields, facts if complete else None)


def _condition(node: Node, fields: Fields, facts: Collection[str] | None) -> Condition:
    if node.tag == "map" and len(node.fields) == 1:
        (op, inner), *_ = node.fields.items()
        if op == "not":
            return Condition("not", parts=(_condition(inner, fields, facts),))
        if op in {"any", "all"} and inner.tag == "seq" and inner.items:
            return Condition(op, parts=tuple(_condition(part, fields, facts) for part in inner.items))
    name = node.text.strip()
    if not name:
        fields.report("bad-condition", node.key_line)
        return ALWAYS
    if name == "always":
        return ALWAYS
    if facts is not None and name not in facts:
        fields.unknown("unknown-fact", node.key_line, name, facts)
    return Condition("fact", name)


def facts_of(condition: Condition) -> Iterator[str]:
    """Yield the names of the facts that a condition asks about."""
    if condition.op == "fact":
        yield condition.fact
    for part in condition.parts:
        yield from facts_of(part)
