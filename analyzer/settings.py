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


def setting(default: Any, doc: str, zh: str, **limits: Any) -> Any:
    """A field with its line in the tables of the two READMEs.

    `limits`: `choices`; `min` and `max`; `empty`, true where the value may be; `secret`, true where it is never shown.
    """
    return field(default=default, repr=not limits.get("secret"), metadata={"doc": doc, "zh": zh, **limits})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    engine: str = setting(
        "faster-whisper",
        "Speech engine: `faster-whisper`, `openai-whisper`, `sherpa-onnx` (a folder with a SenseVoice, Paraformer, FireRed or "
        "Whisper model as ONNX), `openai-api` (a server that speaks `/v1/audio/transcriptions`) or `recorded` (replays the "
        "transcript file that the model names). docs/ENGINES.md",
        "语音引擎：`faster-whisper`、`openai-whisper`、`sherpa-onnx`（文件夹里的 SenseVoice、Paraformer、FireRed 或 Whisper "
        "的 ONNX 模型）、`openai-api`（会 `/v1/audio/transcriptions` 的服务器）或 `recorded`（重放转写文件，文件路径填在模型里）。"
        "见 docs/ENGINES.md。",
        choices=("faster-whisper", "openai-whisper", "sherpa-onnx", "openai-api", "recorded"),
    )
    model: str = setting(
        "base",
        "Model name (`tiny` … `large-v3`, `turbo`, `small-q8`) or a folder holding one; with `openai-api` the server's name for it.",
        "模型名（`tiny` … `large-v3`、`turbo`、`small-q8`），或存放模型的文件夹；用 `openai-api` 时是服务器上的模型名。",
    )
    unclear_model: str = setting(
        "small-q8",
        "Larger model that hears a recording again which the model heard badly (far away, noise). Only where it lies in place, as "
        "`make demo` and `make run` put it, and memory carries it; empty: never. docs/ENGINES.md",
        "录音听得不清楚（离得远、有噪声）时，换这个更大的模型重听。已经装好（`make demo`、`make run` 会装）、"
        "内存也够才会用；留空则从不重听。见 docs/ENGINES.md。",
        empty=True,
    )
    speech_url: str = setting(
        "",
        "Address of the speech server of `openai-api`, up to `/v1`. Sound leaves this machine only where the engine is "
        "`openai-api`, and only to this address.",
        "`openai-api` 的语音服务器地址，写到 `/v1`。只有引擎是 `openai-api` 时声音才离开本机，并且只发到这个地址。",
        empty=True,
    )
    speech_key: str = setting(
        "",
        "Key that the speech server asks for; never logged. Better in a file:",
        "语音服务器要求的密钥，不写进任何日志。最好放在文件里：",
        empty=True,
        secret=True,
    )
    speech_key_file: str = setting("", "File that holds the key, instead.", "存放密钥的文件，代替上一项。", empty=True)
    speech_timeout_s: float = setting(
        120.0,
        "Seconds after which one answer of the speech server is given up and asked for again.",
        "语音服务器的一次答复最多等多少秒，超过就重新请求。",
        min=1.0,
        max=900.0,
    )
    speech_patience_s: float = setting(
        600.0,
        "Seconds for which a speech server that is away or busy is asked again, before the recording fails.",
        "语音服务器连不上或正忙时，重试多少秒之后这段录音才算失败。",
        min=0.0,
        max=1500.0,
    )
    home: Path = setting(
        ROOT / "var",
        "Folder that the service owns: models, caches, data.",
        "程序自己的文件夹：模型、缓存、数据。",
    )
    lexicons: Path = setting(ROOT / "lexicons", "Folder with the standards.", "存放标准的文件夹。")
    device: str = setting(
        "auto",
        "`auto` (cuda where it works), `cpu` or `cuda`; where cuda cannot be used every result says why and is the processor's.",
        "`auto`（显卡能用就用）、`cpu` 或 `cuda`；显卡用不了时改用处理器，每份结果都会写明原因。",
        choices=("auto", "cpu", "cuda"),
    )
    compute_type: str = setting(
        "auto",
        "Number format of faster-whisper: `auto` (int8 on CPU, float16 on cuda) or its own names. `openai-whisper` knows "
        "`float32` and, on cuda alone, float16; `sherpa-onnx` takes the `.int8.onnx` of a folder that has both, but for `float32`.",
        "faster-whisper 的数值格式：`auto`（处理器 int8，显卡 float16），或它自己的名称；`openai-whisper` 只有 `float32` 和"
        "（仅显卡上的）float16；`sherpa-onnx` 在两种文件都有时用 `.int8.onnx`，设为 `float32` 则不用。",
    )
    threads: int = setting(
        0,
        "Threads for decoding; 0: the cores this process may use.",
        "转写用几个线程；0 表示本进程可用的全部核心。",
        min=0,
        max=256,
    )
    # 2, 3 and 5 gave CER 0.150, 0.153, 0.150 on the samples and 0.137, –, 0.134 on people; 5 reads the sound 2.5 times as often
    beam: int = setting(2, "Beam width of decoding; 1 is greedy.", "束搜索宽度；1 是贪心解码。", min=1, max=20)
    batch: int = setting(8, "Windows decoded together.", "一次一起解码几个窗口。", min=1, max=64)
    prompt: str = setting(
        "以下是普通话的句子。水龙头、热水器、空调、马桶、物业、维修、保修期、工号。",
        "Nouns of the trade given to the engine; empty: none. Never a required or forbidden phrase.",
        "提示给引擎的行业名词；留空则不提示。绝不能写进规范要求的话或禁语。",
        empty=True,
    )
    max_duration_s: float = setting(
        6 * 3600.0, "Longest recording accepted, in seconds.", "接受的最长录音，秒。", min=1.0, max=24 * 3600.0
    )
    max_file_bytes: int = setting(
        2 * 1024**3, "Largest file accepted, in bytes.", "接受的最大文件，字节。", min=1, max=2**40
    )
    max_temp_bytes: int = setting(
        4 * 1024**3,
        "Most of the temporary folder that decoding one file may take, in bytes.",
        "解码一个文件最多占用多少临时空间，字节。",
        min=1024**2,
        max=2**40,
    )
    decode_timeout_s: float = setting(
        900.0,
        "Seconds after which decoding one file is given up.",
        "一个文件解码超过多少秒就放弃。",
        min=1.0,
        max=1e5,
    )

    @property
    def models_dir(self) -> Path:
        return self.home / "models"

    @property
    def cache_dir(self) -> Path:
        """Holds indexes that can be built again."""
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
    """A settings dataclass from the variables with `prefix`; variables that begin as one of `others` are not ours.

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
    """Settings as a Markdown table; `language` names the column: "doc" (English) or "zh"."""
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
