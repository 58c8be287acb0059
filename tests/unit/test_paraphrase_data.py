"""The held-out paraphrase set is well formed: items of the checklist, known roles, two balanced halves."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.wording.dialogues import WHOLE

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "benchmarks" / "wording" / "paraphrase"
PREFIXES = {
    "property-visit": "pv",
    "property-appointment": "pa",
    "property-followup": "pf",
    "school-works": "sw",
    "sales-reception": "sr",
}
FACTS = {
    "late", "charged", "covered", "moved", "postponed", "parts_replaced", "time_changed", "returning", "signed",
    "problem_reported",
}  # fmt: skip
KEYS = {"id", "facts", "turns", "expect", "debatable", "said", "lookalikes"}

standards = pytest.mark.parametrize("standard", PREFIXES)


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that is written twice: YAML would silently keep the last verdict."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise ValueError(f"line {node.start_mark.line + 1}: written twice: {sorted(twice)}")
    return dict(loader.construct_pairs(node, deep=True))


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


@cache
def dialogues(standard: str) -> list[dict[str, Any]]:
    text = (FOLDER / f"{standard}.yaml").read_text(encoding="utf-8")
    return list(yaml.load(text, Loader=_StrictLoader))  # noqa: S506 - a subclass of SafeLoader


@cache
def checklist() -> dict[str, dict[str, str]]:
    """Standard id -> rule item id -> kind."""
    path = ROOT / "lexicons" / "checklist.yaml"
    return {
        standard["id"]: {i["id"]: i["kind"] for i in standard["items"] if i["how"] == "rule"}
        for standard in yaml.safe_load(path.read_text(encoding="utf-8"))["standards"]
    }


@standards
def test_every_dialogue_has_its_own_numbered_id(standard: str) -> None:
    ids = [d["id"] for d in dialogues(standard)]
    assert ids == [f"{PREFIXES[standard]}-{n:03}" for n in range(1, len(ids) + 1)]


@standards
def test_every_dialogue_has_known_keys_facts_and_roles(standard: str) -> None:
    for d in dialogues(standard):
        assert {"id", "facts", "turns", "expect"} <= set(d) <= KEYS, d["id"]
        assert set(d["facts"]) <= FACTS, d["id"]
        assert all(isinstance(value, bool) for value in d["facts"].values()), d["id"]
        assert 10 <= len(d["turns"]) <= 35, d["id"]
        assert all(len(t) == 2 and t[0] in ("技", "客", "旁") and t[1].strip() == t[1] for t in d["turns"]), d["id"]
        assert {"技", "客"} <= {role for role, _ in d["turns"]}, d["id"]


def test_no_two_dialogues_are_the_same_talk() -> None:
    seen: dict[tuple[str, ...], str] = {}
    for standard in PREFIXES:
        for d in dialogues(standard):
            talk = tuple(text for _, text in d["turns"])
            assert talk not in seen, f"{d['id']} repeats {seen[talk]}"
            seen[talk] = d["id"]


@standards
def test_every_rule_item_is_expected_or_marked_debatable(standard: str) -> None:
    items = checklist()[standard]
    for d in dialogues(standard):
        debatable = d.get("debatable", [])
        assert set(d["expect"]).isdisjoint(debatable), d["id"]
        assert sorted([*d["expect"], *debatable]) == sorted(items), d["id"]
        assert set(d["expect"].values()) <= {"met", "missed", "not_applicable"}, d["id"]


@standards
def test_forbidden_items_are_missed_exactly_where_the_technician_said_them(standard: str) -> None:
    forbidden = {item for item, kind in checklist()[standard].items() if kind == "forbidden"}
    for d in dialogues(standard):
        said = d.get("said", {})
        missed = {item for item in forbidden if d["expect"].get(item) == "missed"}
        assert missed == set(said), d["id"]
        assert all(d["expect"].get(item) != "not_applicable" for item in forbidden), d["id"]
        marked = [*d.get("lookalikes", []), *(turn for turns in said.values() for turn in turns)]
        assert all(d["turns"][turn][0] == "技" for turn in marked), d["id"]
        assert set(d.get("lookalikes", [])).isdisjoint(t for turns in said.values() for t in turns), d["id"]


@standards
def test_both_halves_hold_every_item_fulfilled_and_not(standard: str) -> None:
    for half in (0, 1):
        cases = [d for d in dialogues(standard) if int(d["id"][-1]) % 2 == half]
        assert len(cases) >= 6
        for item in checklist()[standard]:
            verdicts = [d["expect"].get(item) for d in cases]
            assert "met" in verdicts, f"{item}: never met in half {half}"
            assert "missed" in verdicts, f"{item}: never missed in half {half}"


@cache
def fresh(standard: str) -> list[dict[str, Any]]:
    text = (FOLDER / "fresh" / f"{standard}.yaml").read_text(encoding="utf-8")
    return list(yaml.load(text, Loader=_StrictLoader))  # noqa: S506 - a subclass of SafeLoader


@standards
def test_fresh_dialogues_name_forbidden_items_and_turns_of_the_technician(standard: str) -> None:
    forbidden = {item for item, kind in checklist()[standard].items() if kind == "forbidden"}
    numbers = [d["id"] for d in fresh(standard)]
    assert numbers == [f"{PREFIXES[standard]}-f{n:02}" for n in range(1, len(numbers) + 1)]
    for d in fresh(standard):
        said, lookalikes = d.get("said", {}), d.get("lookalikes", [])
        assert {"id", "turns"} <= set(d) <= {"id", "turns", "said", "lookalikes", "debatable"}, d["id"]
        assert said.keys() | set(d.get("debatable", [])) <= forbidden, d["id"]
        assert said.keys().isdisjoint(d.get("debatable", [])), d["id"]
        assert all(d["turns"][n][0] == "技" for n in [*lookalikes, *(n for at in said.values() for n in at)]), d["id"]
        assert said or lookalikes, d["id"]


def test_fresh_dialogues_are_half_violations_half_traps() -> None:
    every = [d for standard in PREFIXES for d in fresh(standard)]
    assert len(every) >= 60
    assert 0.4 <= sum("said" in d for d in every) / len(every) <= 0.6


@pytest.mark.parametrize(
    "path",
    sorted(path for folder in WHOLE for path in (FOLDER / folder).glob("*.yaml")),
    ids=lambda path: str(path)[-40:],
)
def test_blind_dialogues_judge_every_item_and_name_the_turns_that_accuse(path: Path) -> None:
    items = checklist()[path.stem]
    entries = yaml.load(path.read_text("utf-8"), Loader=_StrictLoader)  # noqa: S506 - a subclass of SafeLoader
    assert len({d["id"] for d in entries}) == len(entries) >= 6
    for d in entries:
        assert {"id", "turns", "expect"} <= set(d) <= KEYS, d["id"]
        assert int(d["id"][-1]) % 2 == 0, "odd ones were looked at"
        assert all(role in ("技", "客", "旁") and text.strip() == text for role, text in d["turns"]), d["id"]
        debatable, said = d.get("debatable", []), d.get("said", {})
        assert sorted([*d["expect"], *debatable]) == sorted(items), d["id"]
        forbidden = {item for item in d["expect"] if items[item] == "forbidden"}
        assert {item for item in forbidden if d["expect"][item] == "missed"} == set(said), d["id"]
        assert all(d["turns"][turn][0] == "技" for turns in said.values() for turn in turns), d["id"]
