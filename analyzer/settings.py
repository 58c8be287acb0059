"""Settings of the analyzer: one checked table, read from TINGJIAN_* variables, overridable in code.

An unknown variable with our prefix or a value of the wrong type is refused at start with a hint
(`SettingsError`), because a mistyped setting that is silently ignored costs a morning.

    python -m analyzer.settings [zh]     prints the table that stands in README.md (README.zh.md)
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from analyzer.errors import SettingsError

PREFIX = "TINGJIAN_"
ROOT = Path(__file__).resolve().parent.parent


def _default_home() -> Path:
    return ROOT / "var"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. A field's `doc` and `zh` are its line in the tables of the two READMEs."""

    engine: str = field(
        default="faster-whisper",
        metadata={
            "doc": "Speech engine: `faster-whisper`, `openai-whisper` or `recorded` (replays the transcript file that the model names).",
            "zh": "语音引擎：`faster-whisper`、`openai-whisper` 或 `recorded`（重放转写文件，文件路径填在模型里）。",
            "choices": ("faster-whisper", "openai-whisper", "recorded"),
        },
    )
    model: str = field(
        default="base",
        metadata={
            "doc": "Model name (`tiny` … `large-v3`, `turbo`) or a folder holding one.",
            "zh": "模型名（`tiny` … `large-v3`、`turbo`），或存放模型的文件夹。",
        },
    )
    home: Path = field(
        default_factory=_default_home,
        metadata={
            "doc": "Folder that the service owns: models, caches, data.",
            "zh": "程序自己的文件夹：模型、缓存、数据。",
        },
    )
    lexicons: Path = field(
        default_factory=lambda: ROOT / "lexicons",
        metadata={"doc": "Folder with the standards.", "zh": "存放标准的文件夹。"},
    )
    device: str = field(
        default="auto",
        metadata={
            "doc": "`auto` (cuda where it works), `cpu` or `cuda`.",
            "zh": "`auto`（显卡能用就用）、`cpu` 或 `cuda`。",
            "choices": ("auto", "cpu", "cuda"),
        },
    )
    compute_type: str = field(
        default="auto",
        metadata={
            "doc": "Number format of faster-whisper: `auto` (int8 on CPU, float16 on cuda) or its own names.",
            "zh": "faster-whisper 的数值格式：`auto`（处理器 int8，显卡 float16），或它自己的名称。",
        },
    )
    threads: int = field(
        default=0,
        metadata={
            "doc": "Threads for decoding; 0: the cores this process may use.",
            "zh": "转写用几个线程；0 表示本进程可用的全部核心。",
            "min": 0,
            "max": 256,
        },
    )
    # 2, 3 and 5 gave CER 0.150, 0.153, 0.150 on the samples and 0.137, –, 0.134 on people; 5 reads the sound 2.5 times as often
    beam: int = field(
        default=2,
        metadata={
            "doc": "Beam width of decoding; 1 is greedy.",
            "zh": "束搜索宽度；1 是贪心解码。",
            "min": 1,
            "max": 20,
        },
    )
    batch: int = field(
        default=8, metadata={"doc": "Windows decoded together.", "zh": "一次一起解码几个窗口。", "min": 1, "max": 64}
    )
    prompt: str = field(
        default="以下是普通话的句子。水龙头、热水器、空调、马桶、物业、维修、保修期、工号。",
        metadata={
            "doc": "Nouns of the trade given to the engine; empty: none. Never a required or forbidden phrase.",
            "empty": True,
            "zh": "提示给引擎的行业名词；留空则不提示。绝不能写进规范要求的话或禁语。",
        },
    )
    max_duration_s: float = field(
        default=6 * 3600.0,
        metadata={
            "doc": "Longest recording accepted, in seconds.",
            "zh": "接受的最长录音，秒。",
            "min": 1.0,
            "max": 24 * 3600.0,
        },
    )
    max_file_bytes: int = field(
        default=2 * 1024**3,
        metadata={"doc": "Largest file accepted, in bytes.", "zh": "接受的最大文件，字节。", "min": 1, "max": 2**40},
    )
    decode_timeout_s: float = field(
        default=900.0,
        metadata={
            "doc": "Seconds after which decoding one file is given up.",
            "zh": "一个文件解码超过多少秒就放弃。",
            "min": 1.0,
            "max": 1e5,
        },
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
        if self.threads:
            return self.threads
        # not everywhere (macOS): there every core may be used
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: object) -> Settings:
        """Settings from TINGJIAN_* variables; `overrides` (not None) win.

        Raises SettingsError for an unknown name, a value of the wrong type or outside its range.
        """
        return read_environment(cls, PREFIX, environment, overrides, others=(f"{PREFIX}WEB_",))


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


T = TypeVar("T", bound=_Dataclass)


def read_environment(
    cls: type[T],
    prefix: str,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
    others: tuple[str, ...] = (),
) -> T:
    """Return a settings dataclass from the variables with `prefix`; variables that begin as one of `others` are not ours.

    Raises SettingsError for an unknown name, a value of the wrong type or outside its range.
    """
    environment = os.environ if environment is None else environment
    known = {f.name: f for f in fields(cls)}
    values: dict[str, object] = {}
    for variable, text in environment.items():
        if not variable.startswith(prefix) or variable.startswith(others or ("\0",)):
            continue
        name = variable.removeprefix(prefix).lower()
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"是不是 {prefix}{near[0].upper()}？" if near else f"可用的设置：{', '.join(sorted(known))}"
            raise SettingsError("setting-unknown", f"不认识的设置 {variable}", hint)
        values[name] = text
    values.update({name: value for name, value in (overrides or {}).items() if value is not None})
    return cls(**{name: _parse(cls, prefix, name, value) for name, value in values.items()})


def _boolean(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return text in ("true", "1")


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "float": float,
    "Path": lambda v: Path(v).expanduser(),
    "str": str,
    "bool": _boolean,
}
_TYPES = {"int": "整数", "float": "数", "Path": "路径", "str": "文字", "bool": "true 或 false"}


def _parse(cls: type[_Dataclass], prefix: str, name: str, value: object) -> object:
    """One value, converted to its field's type and checked against its `choices` or range."""
    spec = next((f for f in fields(cls) if f.name == name), None)
    if spec is None:
        raise SettingsError(
            "setting-unknown", f"不认识的设置 {name}", f"可用的设置：{', '.join(f.name for f in fields(cls))}"
        )
    place = f"{prefix}{name.upper()}"
    if not str(value).strip() and not spec.metadata.get("empty"):
        raise SettingsError("setting-empty", f"设置 {place} 是空的", "请填上值，或去掉这个变量")
    try:
        parsed = _PARSERS[str(spec.type)](value)
    except (TypeError, ValueError):
        raise SettingsError(
            "setting-type", f"设置 {place} 的值 {value!r} 不是{_TYPES[str(spec.type)]}", "请改正后重试"
        ) from None
    choices = spec.metadata.get("choices")
    if choices and parsed not in choices:
        raise SettingsError("setting-choice", f"设置 {place} 的值 {value!r} 无效", f"可选：{'、'.join(choices)}")
    low, high = spec.metadata.get("min"), spec.metadata.get("max")
    if low is not None and not low <= parsed <= high:
        raise SettingsError("setting-range", f"设置 {place} 的值 {value!r} 超出范围", f"应在 {low} 到 {high} 之间")
    return parsed


def table(language: str = "doc", cls: type[Any] = Settings, prefix: str = PREFIX) -> str:
    """Return settings as a Markdown table; `language` names the column: "doc" (English) or "zh"."""
    heads = {"doc": ("Variable", "Default", "Meaning"), "zh": ("变量", "默认值", "含义")}[language]
    lines = [f"| {' | '.join(heads)} |", "| --- | --- | --- |"]
    defaults = cls()
    for spec in fields(cls):
        meaning = spec.metadata[language]
        if "min" in spec.metadata:
            meaning += f" [{_shown(spec.metadata['min'])} … {_shown(spec.metadata['max'])}]"
        lines.append(f"| `{prefix}{spec.name.upper()}` | `{_shown(getattr(defaults, spec.name))}` | {meaning} |")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, Path):
        return f"{value.relative_to(ROOT).as_posix()}/"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.stdout.write(table("zh" if sys.argv[1:] == ["zh"] else "doc"))
