"""Dialogues in other people's words with the verdicts of an inspector: `paraphrase/`, by halves.

Odd ids (`dev`) may be looked at and learnt from; even ids (`test`) and the short dialogues of `fresh/` are only ever
counted, and so are the whole ones of `blind/`, `fifth/` and `seventh/`; `sixth/` was looked at. `fresh/` holds forbidden items alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analyzer.domain import How, Kind, Role, Verdict
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings

HERE = Path(__file__).parent / "paraphrase"
FRESH = "fresh"
WHOLE = ("blind", "fifth", "sixth", "seventh")  # sets of whole dialogues; `sixth` alone was looked at
ROLES = {"技": Role.TECHNICIAN, "客": Role.CUSTOMER, "旁": Role.OTHER}


@dataclass(frozen=True, slots=True)
class JudgedDialogue:
    """One dialogue with the verdicts an inspector would give."""

    standard: str
    id: str
    facts: dict[str, bool]
    turns: tuple[tuple[Role, str], ...]
    expect: dict[str, str]
    split: str
    said: dict[str, list[int]]  # item → turns in which it is really said


def cases(split: str) -> Iterator[JudgedDialogue]:
    """Yield the dialogues of a split ("dev", "test", "fresh", one of WHOLE or "all")."""
    for path in sorted(HERE.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text("utf-8")):
            own = "dev" if int(entry["id"][-1]) % 2 else "test"
            if split in ("all", own):
                yield _case(path.stem, entry, entry["expect"], own)
    for path in sorted((HERE / FRESH).glob("*.yaml")) if split in ("all", FRESH) else ():
        for entry in yaml.safe_load(path.read_text("utf-8")):
            yield _case(path.stem, entry, _fresh_verdicts(path.stem, entry), FRESH)
    for whole in (name for name in WHOLE if split in ("all", name)):
        for path in sorted((HERE / whole).glob("*.yaml")):
            for entry in yaml.safe_load(path.read_text("utf-8")):
                yield _case(path.stem, entry, entry["expect"], whole)


def _case(standard: str, entry: dict[str, Any], expect: dict[str, str], split: str) -> JudgedDialogue:
    turns = tuple((ROLES[who], text) for who, text in entry["turns"])
    facts, said = entry.get("facts") or {}, entry.get("said") or {}
    return JudgedDialogue(standard, entry["id"], facts, turns, expect, split, said if isinstance(said, dict) else {})


def _fresh_verdicts(standard: str, entry: dict[str, Any]) -> dict[str, str]:
    """Every forbidden item judged by rule: `missed` where `said` has it, else `met`; debatable ones are left out."""
    missed, met = Verdict.MISSED.value, Verdict.MET.value
    said, debatable = entry.get("said", {}), entry.get("debatable", ())
    return {
        item.id: missed if item.id in said else met
        for item in load_standard(standard, Settings.from_environment().lexicons).items
        if item.kind is Kind.FORBIDDEN and item.how is How.RULE and item.id not in debatable
    }
