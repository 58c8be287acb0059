"""Scripts and expected results: typed readers that report every problem of a file at once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks.rendering.encode import CODECS
from benchmarks.rendering.scenes import SCENES, Scene
from benchmarks.rendering.voices import Voice

ROLES = ("technician", "customer", "other")
STANDARDS = ("property-visit", "property-appointment", "property-followup", "school-works", "sales-reception")
FACTS = (
    "late", "charged", "covered", "moved", "postponed", "parts_replaced",
    "time_changed", "returning", "signed", "problem_reported",
)  # fmt: skip
VERDICTS = ("met", "missed", "not_applicable", "cannot_judge")

_TURN_LINE = re.compile(r"^\s*- \{role: ")
_TIMES = re.compile(r"(?:, start_s: [\d.]+, end_s: [\d.]+)?\}\s*$")


class ScriptError(ValueError):
    """A script or expected file is wrong; the message lists every problem with its place."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ScriptTurn:
    """One turn of talk. `pause_s` is the gap to the end of the turn before (negative: cuts in on it)."""

    role: str
    text: str
    pause_s: float | None = None
    speed: float = 1.0
    level_db: float = 0.0
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A dialogue with its voices, its place and its file format. `duration_s` is set where nobody speaks."""

    id: str
    standard: str
    title: str
    scene: Scene
    format: str
    facts: dict[str, bool]
    voices: dict[str, Voice]
    turns: tuple[ScriptTurn, ...]
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class ExpectedItem:
    """The verdict of a fair inspector; `quote` are the decisive words and `at_s` when they begin."""

    verdict: str
    why: str
    quote: str | None = None
    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What is true of a recording: all facts that hold, number of voices, verdict of each rule item."""

    standard: str
    facts: dict[str, bool]
    speakers: int
    items: dict[str, ExpectedItem] = field(default_factory=dict)


def read_script(path: Path) -> Script:
    """Read and validate a `*.script.yaml`.

    Raises: ScriptError with all problems; OSError where the file cannot be read.
    """
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise ScriptError(path, [f"not YAML: {error}"]) from error
    problems: list[str] = []
    if not isinstance(raw, dict):
        raise ScriptError(path, ["not a mapping"])
    _known(raw, {*Script.__dataclass_fields__}, "script", problems)
    if raw.get("id") != path.name.removesuffix(".script.yaml"):
        problems.append(f"id: {raw.get('id')!r} is not the file's name")
    _one_of(raw.get("standard"), STANDARDS, "standard", problems)
    _one_of(raw.get("format"), tuple(CODECS), "format", problems)
    facts = _facts(raw.get("facts"), problems)
    scene = _build(Scene, raw.get("scene"), "scene", problems)
    if scene and scene.kind not in SCENES:
        problems.append(f"scene.kind: {scene.kind!r}, allowed: {', '.join(SCENES)}")
    voices = {
        role: _build(Voice, {"name": v} if isinstance(v, str) else v, f"voices.{role}", problems)
        for role, v in (raw.get("voices") or {}).items()
    }
    turns = [_build(ScriptTurn, t, f"turns[{n}]", problems) for n, t in enumerate(raw.get("turns") or [])]
    for n, turn in enumerate(turns):
        if turn and turn.role not in voices:
            problems.append(f"turns[{n}].role: {turn.role!r} has no voice")
        if turn and not str(turn.text).strip():
            problems.append(f"turns[{n}].text: empty")
    for role in voices:
        _one_of(role, ROLES, "voices", problems)
    if not turns and not raw.get("duration_s"):
        problems.append("duration_s: must be set where there are no turns")
    if problems or scene is None:
        raise ScriptError(path, problems)
    return Script(
        id=raw["id"],
        standard=raw["standard"],
        title=str(raw.get("title", "")),
        scene=scene,
        format=raw["format"],
        facts=facts,
        voices={role: voice for role, voice in voices.items() if voice},
        turns=tuple(turn for turn in turns if turn),
        duration_s=raw.get("duration_s"),
    )


def read_expected(path: Path) -> Expected:
    """Read and validate a `*.expected.json`. Raises: ScriptError with all problems."""
    raw = json.loads(path.read_text("utf-8"))
    problems: list[str] = []
    _known(raw, {*Expected.__dataclass_fields__}, "expected", problems)
    _one_of(raw.get("standard"), STANDARDS, "standard", problems)
    facts = _facts(raw.get("facts"), problems)
    items = {name: _build(ExpectedItem, value, f"items.{name}", problems) for name, value in raw["items"].items()}
    for name, item in items.items():
        if item:
            _one_of(item.verdict, VERDICTS, f"items.{name}.verdict", problems)
            if not item.why.strip():
                problems.append(f"items.{name}.why: empty")
    if not isinstance(raw.get("speakers"), int):
        problems.append("speakers: must be a number")
    if problems:
        raise ScriptError(path, problems)
    kept = {name: item for name, item in items.items() if item}
    return Expected(raw["standard"], facts, raw["speakers"], kept)


def write_expected(path: Path, expected: Expected) -> None:
    """Write an expected file, one item a line, keys in a fixed order."""
    lines = []
    for name, item in expected.items.items():
        value = {"verdict": item.verdict, "why": item.why, "quote": item.quote, "at_s": item.at_s}
        lines.append(f"    {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    head = (
        f'{{\n  "standard": {json.dumps(expected.standard)},\n'
        f'  "facts": {json.dumps(expected.facts)},\n  "speakers": {expected.speakers},\n  "items": {{\n'
    )
    path.write_text(head + ",\n".join(lines) + "\n  }\n}\n", "utf-8")


def write_times(path: Path, times: list[tuple[float, float]]) -> None:
    """Put start and end of each turn into the script's turn lines; nothing else of the file changes.

    Every turn is one line `- {role: …, text: …}`. Raises: ScriptError where their number is another.
    """
    lines = path.read_text("utf-8").splitlines()
    places = [n for n, line in enumerate(lines) if _TURN_LINE.match(line)]
    if len(places) != len(times):
        raise ScriptError(path, [f"{len(places)} turn lines but {len(times)} times; one turn a line is needed"])
    for n, (start_s, end_s) in zip(places, times, strict=True):
        lines[n] = _TIMES.sub(f", start_s: {start_s:.2f}, end_s: {end_s:.2f}}}", lines[n])
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _build(kind: type[Any], value: Any, place: str, problems: list[str]) -> Any:
    """`kind(**value)`; unknown or missing keys become problems and None."""
    if not isinstance(value, dict):
        problems.append(f"{place}: must be a mapping, got {value!r}")
        return None
    _known(value, {*kind.__dataclass_fields__}, place, problems)
    try:
        return kind(**{k: v for k, v in value.items() if k in kind.__dataclass_fields__})
    except (TypeError, ValueError) as error:
        problems.append(f"{place}: {error}")
        return None


def _known(value: dict[str, Any], allowed: set[str], place: str, problems: list[str]) -> None:
    problems += [f"{place}: unknown key {key!r}" for key in value if key not in allowed]


def _one_of(value: Any, allowed: tuple[str, ...], place: str, problems: list[str]) -> None:
    if value not in allowed:
        problems.append(f"{place}: {value!r}, allowed: {', '.join(allowed)}")


def _facts(value: Any, problems: list[str]) -> dict[str, bool]:
    facts: dict[str, bool] = value or {}
    for name, known in facts.items():
        _one_of(name, FACTS, "facts", problems)
        if not isinstance(known, bool):
            problems.append(f"facts.{name}: must be true or false, got {known!r}")
    return facts
