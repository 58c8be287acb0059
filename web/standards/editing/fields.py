"""What a form shows of a clause: its fields by their kind, each with its words, its value and its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from web.lexicon.outline import Node, keys_in, shown
from web.standards.editing.specs import ALL, CHOICE, ELEMENT, GROUP, LINES, Choices, Spec, specs_of

ALWAYS, NOT, COMPLEX = "always", "not:", "~"
PARTS = ("elements", "also")  # lists of mappings, each a group of fields


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `name`: where it stands in the clause, steps joined by dots; `line` 0: not written."""

    name: str
    spec: Spec
    value: str
    line: int
    choices: tuple[tuple[str, object], ...] = ()

    @property
    def rows(self) -> int:
        """How high a box the text needs."""
        return max(2, min(14, self.value.count("\n") + 2))


@dataclass(frozen=True, slots=True)
class Part:
    """An element of a required clause, or another group of a forbidden one's words."""

    kind: str
    key: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Fieldset:
    """The fields of one clause, list or standard."""

    fields: tuple[Field, ...]
    parts: tuple[Part, ...] = ()
    parts_of: str = ""  # elements | also: what can be added; "" nothing

    def __iter__(self) -> Iterator[Field]:
        yield from self.fields
        for part in self.parts:
            yield from part.fields

    @property
    def lists(self) -> frozenset[str]:
        """The names of the fields with one entry a line."""
        return frozenset(field.name for field in self if field.spec.kind == LINES)


def clause_fields(node: Node, values: Mapping[str, str], choices: Mapping[str, Choices]) -> Fieldset:
    """The form of a clause that holds `values`; `choices` are those of `when` and `after`."""
    rule = values.get("how", "rule") == "rule"
    kind = "also" if values.get("kind") == "forbidden" else "elements"
    parts = []
    if rule and kind in node.fields:
        for key, entry in zip(keys_in(node.fields[kind]), node.fields[kind].items, strict=True):
            prefix = f"{kind}.{shown(key)}."
            fields = tuple(_fields(GROUP if kind == "also" else ELEMENT, values, entry, {}, prefix))
            parts.append(Part(kind, shown(key), values.get(f"{prefix}title") or shown(key), fields))
    specs = specs_of(values)
    specs |= {name: ALL[name] for name in values if name in ALL and name not in specs}  # left from another kind
    own = tuple(_fields(specs, values, node, choices))
    return Fieldset(own, tuple(parts), kind if rule else "")


def plain_fields(specs: Mapping[str, Spec], node: Node, values: Mapping[str, str]) -> Fieldset:
    """The form of a standard's head, or of a shared list."""
    return Fieldset(tuple(_fields(specs, values, node, {})))


def _fields(
    specs: Mapping[str, Spec],
    values: Mapping[str, str],
    node: Node,
    choices: Mapping[str, Choices],
    prefix: str = "",
) -> Iterator[Field]:
    for name, spec in specs.items():
        value = values.get(prefix + name, "")
        offered: Choices = choices.get(name) or spec.choices or {}
        if spec.kind == CHOICE and value not in offered:
            offered = {value: _l("（较复杂，在全文里改）") if value.startswith(COMPLEX) else value, **offered}
        yield Field(prefix + name, spec, value, _line(node, name), tuple(offered.items()))


def _line(node: Node, name: str) -> int:
    for key in name.split("."):
        if key not in node.fields:
            return 0
        node = node.fields[key]
    return node.key_line


def values_of(node: Node) -> dict[str, str]:
    """Everything that a form may show of a mapping, by field: numbers as they are written, lists one entry a line."""
    values: dict[str, str] = {}
    for name, child in node.fields.items():
        if name == "when":
            values[name] = condition(child)
        elif name in PARTS:
            for key, entry in zip(keys_in(child), child.items, strict=True):
                inner = values_of(entry)
                values |= {f"{name}.{shown(key)}.{field}": value for field, value in inner.items()}
        elif name == "examples":
            values |= {f"{name}.{key}": entries(value) for key, value in child.fields.items()}
        elif child.tag == "seq":
            values[name] = entries(child)
        elif child.tag != "map":
            values[name] = child.text
    return values


def entries(node: Node) -> str:
    """The texts of a list, one a line."""
    return "\n".join(one_line(entry.text) for entry in node.items)


def one_line(text: str) -> str:
    return " ".join(text.split("\n")).strip()


def condition(node: Node) -> str:
    """A condition as its choice: `always`, a fact, `not:` a fact; anything else cannot be chosen, only kept."""
    if node.tag == "map":
        inner = node.fields.get("not")
        if len(node.fields) == 1 and inner is not None and inner.text:
            return NOT + inner.text
        return COMPLEX + _written(node)
    return COMPLEX + _written(node) if node.tag == "seq" else node.text


def _written(node: Node) -> str:
    if node.tag == "map":
        return "{" + ", ".join(f"{key}: {_written(child)}" for key, child in node.fields.items()) + "}"
    return "[" + ", ".join(map(_written, node.items)) + "]" if node.tag == "seq" else node.text


def conditions(facts: Mapping[str, str]) -> Choices:
    """The choices of `when`."""
    return {ALWAYS: _l("总是"), **facts, **{NOT + name: _l("没有：%(t)s", t=title) for name, title in facts.items()}}


def earlier(clauses: Iterable[tuple[str | int, Node]], but: str | int) -> Choices:
    """The choices of `after`: the other required clauses that can be heard."""
    found: dict[str, object] = {"": _l("不限")}
    for key, node in clauses:
        values = values_of(node)
        if key != but and values.get("how") == "rule" and values.get("kind") == "required":
            found[values.get("id", "")] = values.get("text", "")[:24]
    return found


def tidy(value: str, kind: str) -> str:
    """A typed value as it would be read from the YAML that it makes."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if kind == LINES:
        return "\n".join(line.strip() for line in text.split("\n") if line.strip())
    return text.strip()
