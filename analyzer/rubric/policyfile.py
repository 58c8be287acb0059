"""Reads the `policy:` section of a standard, reporting what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.rubric.fields import Fields
from analyzer.rubric.model import Item
from analyzer.rubric.policy import STANDING, SWITCHES, Policy, Stance, Suspicions

MOST_RECORDINGS = 1000
LONGEST_HELP_S = 120.0
KEYS = ("pass_mark", "min_recordings", "suspicions", "help", "help_within_s", *SWITCHES)


def read_policy(top: Fields, items: Sequence[Item]) -> Policy:
    """Return what stands under `policy`; STANDING where nothing does."""
    fields = top.child("policy") if "policy" in top else None
    if fields is None:
        return STANDING
    fields.keys([], KEYS)
    return Policy(
        pass_mark=fields.number("pass_mark", 0.0, low=0, high=100) if "pass_mark" in fields else None,
        min_recordings=_whole(fields, "min_recordings", MOST_RECORDINGS) if "min_recordings" in fields else None,
        suspicions=fields.choice("suspicions", Suspicions, STANDING.suspicions),
        help=_help(fields, items),
        help_within_s=fields.number("help_within_s", STANDING.help_within_s, low=0, high=LONGEST_HELP_S),
        **{name: _stance(fields, name, name, allowed) for name, allowed in SWITCHES.items()},
    )


def helpable(items: Sequence[Item]) -> list[str]:
    """Return the ids of the items whose words help can pardon."""
    return [item.id for item in items if any(element.remedies for element in item.elements)]


def _help(fields: Fields, items: Sequence[Item]) -> dict[str, Stance]:
    listed = fields.child("help") if "help" in fields else None
    if listed is None:
        return {}
    known, found = helpable(items), {}
    for name in listed.node.fields:
        if name not in known:
            listed.unknown("unknown-helped", listed.line(name), name, known)
            continue
        found[name] = _stance(listed, name, f"help.{name}", tuple(Stance), Stance.PARDONS)
    return found


def _stance(fields: Fields, key: str, shown: str, allowed: tuple[Stance, ...], default: Stance | None = None) -> Stance:
    standing = default or getattr(STANDING, key)
    value = fields.choice(key, Stance, standing)
    if value not in allowed:
        known = "、".join(stance.value for stance in allowed)
        fields.report("bad-choice", fields.line(key), key=shown, value=value.value, nearest="", known=known)
        return standing
    return value


def _whole(fields: Fields, key: str, high: int) -> int | None:
    value = fields.number(key, 1.0, low=0, high=high)
    if value != int(value):
        fields.report("not-whole", fields.line(key), key=key, value=f"{value:g}")
        return None
    return int(value)
