"""The settings of a standard that its page of policy offers, as one flat table: read from a folder, put into a text.

Keys: `pass_mark`, `min_recordings`, `suspicions`, `help_within_s`, `opening_s`, `closing_s`, the switches of
`analyzer.rubric.policy`, `help:ITEM`, `weight:ITEM`, `pass:ITEM`, `penalty:ITEM`, `penalty:ITEM:GROUP`, `cap:ITEM`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analyzer.domain import How, Kind
from analyzer.errors import LexiconError
from analyzer.rubric.gaps import named
from analyzer.rubric.load import load_standard, standard_reading
from analyzer.rubric.model import Item, Standard
from analyzer.rubric.policy import STANDING, SWITCHES, Stance, Suspicions
from analyzer.rubric.policyfile import LONGEST_HELP_S, MOST_RECORDINGS, helpable
from web.kit.standards import clauses
from web.lexicon import yamltext

__all__ = [
    "BOUNDS",
    "STANCES",
    "Bounds",
    "Clause",
    "Group",
    "LexiconError",
    "Ruled",
    "decides",
    "ruled",
    "with_values",
    "written",
]

Value = float | str | None
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number may be: within [low, high], or (low, high] with `above`; `whole`: no fractions; `empty`: or nothing."""

    low: float
    high: float
    above: bool = True
    whole: bool = False
    empty: bool = False


BOUNDS: Mapping[str, Bounds] = {
    "pass_mark": Bounds(0, 100, empty=True),
    "min_recordings": Bounds(1, MOST_RECORDINGS, above=False, whole=True, empty=True),
    "help_within_s": Bounds(0, LONGEST_HELP_S),
    "opening_s": Bounds(0, 3600),
    "closing_s": Bounds(0, 3600),
    "weight": Bounds(0, 100),
    "pass": Bounds(0, 1),
    "penalty": Bounds(0, 100),
    "cap": Bounds(0, 99, above=False),
}
STANCES: Mapping[str, tuple[str, ...]] = {
    **{name: tuple(stance.value for stance in allowed) for name, allowed in SWITCHES.items()},
    "help": tuple(stance.value for stance in Stance),
    "suspicions": tuple(word.value for word in Suspicions),
}
_EDGES = ("opening_s", "closing_s")
_OF_POLICY = ("pass_mark", "min_recordings", "suspicions", "help_within_s", *SWITCHES)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of forbidden words that costs less than its clause."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as the page lists it. `own`: it stands in the standard's own file, so that it can be changed here."""

    id: str
    clause: str
    text: str
    kind: str
    how: str
    groups: tuple[Group, ...]
    helped: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Ruled:
    """A standard with its settings."""

    standard_id: str
    title: str
    digest: str
    clauses: tuple[Clause, ...]
    values: Values
    standard: Standard
    folder: Path


def ruled(folder: Path, standard_id: str) -> Ruled:
    """The settings of a standard of a folder. Raises LexiconError where it is gone or has mistakes."""
    standard = load_standard(standard_id, folder)
    added = standard_reading(folder / f"{standard_id}.yaml", folder).additions
    helped = helpable(standard.items)
    listed = tuple(
        Clause(
            item.id,
            clauses(item.clause),
            named(item.text),
            item.kind.value,
            item.how.value,
            tuple(Group(e.id, e.title) for e in item.elements if e.penalty is not None),
            item.id in helped,
            item.id not in added,
        )
        for item in standard.items
    )
    return Ruled(
        standard_id, standard.ref.title, standard.ref.digest, listed, _values(standard, helped), standard, folder
    )


def _values(standard: Standard, helped: Sequence[str]) -> dict[str, Value]:
    policy = standard.policy
    values: dict[str, Value] = {name: _value(getattr(policy, name)) for name in _OF_POLICY}
    values |= {name: getattr(standard, name) for name in _EDGES}
    values |= {f"help:{item_id}": policy.helped(item_id).value for item_id in helped}
    for item in standard.items:
        values |= _of_item(item)
    return values


def _of_item(item: Item) -> dict[str, Value]:
    if item.kind is Kind.REQUIRED:
        own: dict[str, Value] = {f"weight:{item.id}": item.weight}
        return {**own, f"pass:{item.id}": item.pass_credit} if item.how is How.RULE else own
    own = {f"penalty:{item.id}": item.penalty}
    own |= {f"penalty:{item.id}:{e.id}": e.penalty for e in item.elements if e.penalty is not None}
    return own if item.cap is None else {**own, f"cap:{item.id}": item.cap}


def _value(value: object) -> Value:
    if value is None or isinstance(value, float | int):
        return value
    return str(value)


def decides(key: str) -> bool:
    """Whether a setting changes what is taken for said: then recordings have to be judged again to see its effect."""
    return key.partition(":")[0] in {"help", "help_within_s", *SWITCHES, *_EDGES}


def with_values(standard: Standard, values: Values) -> Standard:
    """The standard as it would judge with other settings of those that `decides` tells of."""
    helped = {key.partition(":")[2]: Stance(str(v)) for key, v in values.items() if key.startswith("help:")}
    within_s = float(values["help_within_s"] or STANDING.help_within_s)
    switches: dict[str, Any] = {name: Stance(str(values[name])) for name in SWITCHES}
    policy = replace(standard.policy, help=helped, help_within_s=within_s, **switches)
    opening_s, closing_s = (float(values[name] or 0.0) for name in _EDGES)
    return replace(standard, policy=policy, opening_s=opening_s, closing_s=closing_s)


def written(text: str, changes: Values) -> str:
    """The standard's text with these settings in place; what holds anyway is not written. Raises YamlTextError."""
    section = yamltext.get(text, ()).get("policy")
    policy = dict(section) if isinstance(section, dict) else {}
    ruling, places = False, list[tuple[yamltext.Path, object]]()
    for key, value in changes.items():
        name, _, rest = key.partition(":")
        if name in _OF_POLICY:
            ruling = True
            _put(policy, name, value, _value(getattr(STANDING, name)))
        elif name == "help":
            ruling = True
            listed = dict(policy.get("help") or {})
            _put(listed, rest, value, Stance.PARDONS.value)
            _put(policy, "help", listed or None, None)
        elif name in _EDGES:
            places.append(((name,), _number(value)))
        else:
            item_id, _, group = rest.partition(":")
            places.append((("items", f"#{item_id}", *(("also", f"#{group}") if group else ()), name), _number(value)))
    if policy and ruling:
        places.append((("policy",), policy))
    text = yamltext.put_all(text, places) if places else text
    return yamltext.remove(text, ("policy",)) if ruling and not policy and section is not None else text


def _put(table: dict[str, object], name: str, value: object, standing: object) -> None:
    if value == standing:
        table.pop(name, None)
    else:
        table[name] = _number(value) if isinstance(value, float) else value


def _number(value: Value | object) -> object:
    """A number as a person writes it: 2, not 2.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def fresh(before: Values, after: Values) -> dict[str, Value]:
    """The settings that differ, with what they are after."""
    return {key: value for key, value in after.items() if key in before and before[key] != value}


def bounds_of(key: str) -> Bounds | None:
    """What a number may be; None for a setting that is a choice."""
    return BOUNDS.get(key.partition(":")[0])


def choices_of(key: str) -> Iterable[str]:
    return STANCES.get(key.partition(":")[0], ())
