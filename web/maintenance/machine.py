"""The doctor's look at what recordings are heard with: the weights, byte by byte, and the walls around decoding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analyzer.audio import walls
from analyzer.audio.decoder import standing_walls
from analyzer.errors import AnalyzerError, ModelError
from analyzer.hearing import integrity, onnxfolder, sizing
from analyzer.hearing.catalogue import SOURCES, RegistryModel
from analyzer.hearing.models import is_installed
from analyzer.hearing.remote import look
from analyzer.hearing.unclear import ENGINES, larger
from web.config import Settings
from web.maintenance.finding import Finding

WALLS = {
    walls.OWN_USER: "独立的用户（user namespace）",
    walls.NO_NETWORK: "没有网络",
    walls.FILES: "只读得到这一个录音（Landlock）",
    walls.CALLS: "不能联网、启动程序或碰别的进程（seccomp）",
}


def weights(settings: Settings) -> Iterator[Finding]:
    """Every file of a model that has a published or noted hash; of a folder of ONNX files, which model it is.

    Of a model on another machine, what that one answers.
    """
    if settings.engine == "sherpa-onnx":
        yield _of_a_folder(settings)
        return
    if settings.engine == "openai-api":
        yield from _of_a_server(settings)
        return
    folder = settings.models_dir
    if not folder.is_dir() or not any(folder.iterdir()):
        yield Finding("model", "error", "还没有语音模型", "请运行 make model")
        return
    ears = [settings, *filter(None, [larger(settings)])]
    known = {one.path: one for ear in ears for one in integrity.weights(ear)}.values()
    broken = {one.path: one for ear in ears for one in integrity.damaged(ear)}.values()
    for one in broken:
        yield Finding("model", "error", integrity.error(one).message, one.advice)
    if not any(one.path.is_relative_to(folder) for one in known):
        words = f"语音模型 {settings.model} 没有可对照的校验值，只核对了其余 {len(known)} 个文件"
        yield Finding("model", "warning", words, "自备的模型请自己核对校验值")
    elif not broken:
        yield Finding("model", "ok", f"模型的 {len(known)} 个文件逐字节核对过，语音模型在 {folder}")


def _of_a_server(settings: Settings) -> Iterator[Finding]:
    """What is here of it, speech detection and voices, and whether the server answers: it gets a second of silence."""
    for one in integrity.damaged(settings):
        yield Finding("model", "error", integrity.error(one).message, one.advice)
    try:
        server = look(settings)
    except AnalyzerError as error:
        yield Finding("speech", "error", error.message, error.advice)
        return
    yield Finding("speech", "ok", server.sentence)
    if server.bare:
        yield Finding(
            "speech",
            "warning",
            f"录音的声音不加密地发到 {server.address}",
            "只在自己的内网里这样用；否则在语音服务器前面放 HTTPS，并把 TINGJIAN_SPEECH_URL 改成 https://",
        )


def size(settings: Settings) -> Iterator[Finding]:
    """Which of the Whisper models that are fetched by name this machine could hear with."""
    if settings.engine != "faster-whisper":
        return
    machine = sizing.this_machine(settings.usable_threads, card=settings.device != "cpu")
    best = sizing.recommended(machine)
    cost = sizing.COSTS[best]
    card = f"{machine.card_mib / 1024:.0f} GB 显卡" if machine.card_mib else "没有显卡"
    here = f"这台机器（{machine.cores} 核，{machine.memory_mib / 1024:.0f} GB 内存，{card}）"
    used = sizing.cost_of(settings.model)
    if used is not None and machine.card_mib is None and 2 * used.memory_mib > machine.memory_mib:
        hint = f"请改用 {best}：python -m analyzer model {best}，再设 TINGJIAN_MODEL={best}"
        yield Finding("model-size", "warning", f"{here}的内存对模型 {settings.model} 太小", hint)
    elif used is None or used.parameters_m >= cost.parameters_m:
        yield Finding("model-size", "ok", f"{here}按型号大小最多用 {best}，现在是 {settings.model}")
    else:
        minutes = f"，一小时人声约听 {60 * machine.share(best):.0f} 分钟" if machine.card_mib is None else ""
        words = f"{here}可以用更大的模型 {best}{minutes}；现在是 {settings.model}。大模型一般听得更准，测过的见 docs/ENGINES.md"
        other = _reachable(used)
        instead = f"；连不上 huggingface.co 就用 {other}，{SOURCES[other].megabytes} MB" if other else ""
        fetched = f"联网运行 python -m analyzer model {best}（下载 {SOURCES[best].megabytes} MB{instead}）"
        hint = f"{fetched}，先用几段录音试听，再设 TINGJIAN_MODEL={best}{f' 或 {other}' if other else ''}"
        yield Finding("model-size", "ok", words, hint)


def unclear(settings: Settings) -> Iterator[Finding]:
    """Which model hears those recordings again that the one in use hears badly."""
    name = settings.unclear_model
    used, other = sizing.cost_of(settings.model), sizing.cost_of(name)
    if settings.engine not in ENGINES or used is None or other is None or other.parameters_m <= used.parameters_m:
        return
    if larger(settings) is not None:
        yield Finding("unclear-model", "ok", f"听得不清楚的录音（离得远、有噪声）自动换 {name} 重听")
    elif is_installed(settings, name):
        yield Finding("unclear-model", "ok", f"内存不够再装下 {name}，听得不清楚的录音只用 {settings.model} 听")
    else:
        size = f"，下载 {SOURCES[name].megabytes} MB" if name in SOURCES else ""
        words = f"没有装 {name}，听得不清楚的录音（离得远、有噪声）只用 {settings.model} 听，漏字较多"
        yield Finding("unclear-model", "ok", words, f"联网运行 python -m analyzer model {name}{size}，装好就会用")


def _reachable(used: sizing.Cost) -> str:
    """The largest model in a registry of packages, which more networks let through than the hub, that is larger than what is used."""
    costs = {name: sizing.cost_of(name) for name, source in SOURCES.items() if isinstance(source, RegistryModel)}
    larger = {name: cost.parameters_m for name, cost in costs.items() if cost and cost.parameters_m > used.parameters_m}
    return max(larger, key=lambda name: larger[name], default="")


def _of_a_folder(settings: Settings) -> Finding:
    try:
        held = onnxfolder.recognise(Path(settings.model), settings.compute_type)
    except ModelError as error:
        return Finding("model", "error", error.message, error.advice)
    words = f"{settings.model} 里是 {held.family}（{held.compute_type}）；没有公布的校验值可对照，也没有每个字的把握"
    return Finding("model", "ok", words if held.dated else f"{words}和时间")


def decoding() -> Iterator[Finding]:
    """Which walls stand around a decoding process on this machine."""
    standing = standing_walls()
    missing = [words for name, words in WALLS.items() if name not in standing]
    if missing:
        hint = (
            "需要 Linux 5.13 以上的内核；容器里还要允许 unshare、landlock 和 seccomp。没有它们照样解码，只是少一层保护"
        )
        yield Finding("decoding", "warning", f"解码进程缺少这些隔离：{'；'.join(missing)}", hint)
    else:
        yield Finding("decoding", "ok", f"解码进程已隔离：{'；'.join(WALLS.values())}")
