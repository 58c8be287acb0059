"""Settings of the analyzer: one checked table, read from TINGJIAN_* variables, overridable in code.

An unknown variable with our prefix or a value of the wrong type is refused at start with a hint
(`SettingsError`), because a mistyped setting that is silently ignored costs a morning.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from analyzer.errors import SettingsError

PREFIX = "TINGJIAN_"
ROOT = Path(__file__).resolve().parent.parent


def _default_home() -> Path:
    return ROOT / "var"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. The field's `doc` is its line in the README's table."""

    engine: str = field(
        default="faster-whisper",
        metadata={
            "doc": "Speech engine: `faster-whisper` (default), `openai-whisper` or `recorded`.",
            "choices": ("faster-whisper", "openai-whisper", "recorded"),
        },
    )
    model: str = field(
        default="base",
        metadata={"doc": "Model name (`tiny` … `large-v3`, `turbo`) or a folder holding one."},
    )
    home: Path = field(
        default_factory=_default_home,
        metadata={"doc": "Folder that the service owns: models, caches, data."},
    )
    lexicons: Path = field(
        default_factory=lambda: ROOT / "lexicons",
        metadata={"doc": "Folder with the standards."},
    )
    device: str = field(
        default="auto",
        metadata={
            "doc": "`auto` (cuda where it works), `cpu` or `cuda`.",
            "choices": ("auto", "cpu", "cuda"),
        },
    )
    compute_type: str = field(
        default="auto",
        metadata={"doc": "Number format of faster-whisper: `auto` (int8 on CPU, float16 on cuda) or its own names."},
    )
    threads: int = field(
        default=0,
        metadata={"doc": "Threads for decoding; 0: the cores this process may use.", "min": 0, "max": 256},
    )
    beam: int = field(default=5, metadata={"doc": "Beam width of decoding; 1 is greedy.", "min": 1, "max": 20})
    batch: int = field(default=8, metadata={"doc": "Windows decoded together.", "min": 1, "max": 64})
    prompt: str = field(
        default="以下是普通话的句子。水龙头、热水器、空调、马桶、物业、维修、保修期、工号。",
        metadata={"doc": "Nouns of the trade given to the engine. Never a required or forbidden phrase."},
    )
    max_duration_s: float = field(
        default=6 * 3600.0,
        metadata={"doc": "Longest recording accepted, in seconds.", "min": 1.0, "max": 24 * 3600.0},
    )
    max_file_bytes: int = field(
        default=2 * 1024**3, metadata={"doc": "Largest file accepted, in bytes.", "min": 1, "max": 2**40}
    )
    decode_timeout_s: float = field(
        default=900.0,
        metadata={"doc": "Seconds after which decoding one file is given up.", "min": 1.0, "max": 1e5},
    )

    @property
    def models_dir(self) -> Path:
        """Where models are kept."""
        return self.home / "models"

    @property
    def cache_dir(self) -> Path:
        """Where indexes that can be built again are kept."""
        return self.home / "cache"

    @property
    def usable_threads(self) -> int:
        """Threads to decode with: the setting, or the cores that this process may use."""
        return self.threads or len(os.sched_getaffinity(0))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
        """Settings from TINGJIAN_* variables; `overrides` (not None) win.

        Raises SettingsError for an unknown name, a value of the wrong type or outside its range.
        """
        environment = os.environ if environment is None else environment
        known = {f.name: f for f in fields(cls)}
        values: dict[str, object] = {}
        for variable, text in environment.items():
            if not variable.startswith(PREFIX) or variable.startswith(f"{PREFIX}WEB_"):
                continue
            name = variable.removeprefix(PREFIX).lower()
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"是不是 {PREFIX}{near[0].upper()}？" if near else f"可用的设置：{', '.join(sorted(known))}"
                raise SettingsError("setting-unknown", f"不认识的设置 {variable}", hint)
            values[name] = text
        values.update({name: value for name, value in overrides.items() if value is not None})
        return cls(**{name: _parse(cls, name, value) for name, value in values.items()})  # type: ignore[arg-type]  # parsed by field


def _parse(cls: type[Settings], name: str, value: object) -> object:
    """One value, converted to its field's type and checked against its `choices` or range."""
    spec = next((f for f in fields(cls) if f.name == name), None)
    if spec is None:
        raise SettingsError(
            "setting-unknown", f"不认识的设置 {name}", f"可用的设置：{', '.join(f.name for f in fields(cls))}"
        )
    target = {"int": int, "float": float, "Path": Path, "str": str}[str(spec.type)]
    place = f"{PREFIX}{name.upper()}"
    try:
        parsed = target(value)
    except (TypeError, ValueError):
        raise SettingsError(
            "setting-type", f"设置 {place} 的值 {value!r} 不是 {target.__name__}", "请改正后重试"
        ) from None
    choices = spec.metadata.get("choices")
    if choices and parsed not in choices:
        raise SettingsError("setting-choice", f"设置 {place} 的值 {value!r} 无效", f"可选：{'、'.join(choices)}")
    low, high = spec.metadata.get("min"), spec.metadata.get("max")
    if low is not None and not low <= parsed <= high:
        raise SettingsError("setting-range", f"设置 {place} 的值 {value!r} 超出范围", f"应在 {low} 到 {high} 之间")
    return parsed
