"""Provisioning: joined once, verified, never half done, refused when the weights are not the expected ones."""

from __future__ import annotations

import base64
import hashlib
import os
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyzer.errors import ModelError
from analyzer.hearing import integrity, models
from analyzer.hearing.catalogue import SOURCES, HubModel, RegistryModel
from analyzer.hearing.weights import read_ct2
from analyzer.settings import ROOT, Settings

WEIGHTS = b"first half of the weights, second half"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home of its own and two installed packages that hold a tiny `base` between them."""
    site = tmp_path / "site"
    for number, part in enumerate((WEIGHTS[:20], WEIGHTS[20:]), start=1):
        data = site / f"toy_whisper_part{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").write_text("")
        (data / f"model.bin.part{number}").write_bytes(part)
    for name in ("config.json", "tokenizer.json"):
        (site / "toy_whisper_part1" / "data" / name).write_text("{}")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(models, "PACKAGES", {"base": ("toy_whisper_part1", "toy_whisper_part2")})
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    for module in (models, integrity):
        monkeypatch.setattr(module, "SOURCES", SOURCES | {"base": replace(SOURCES["base"], sha256=digest)})
    return Settings(home=tmp_path / "home")


def test_the_parts_are_joined_and_the_second_call_reads_no_weights(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = models.provision(settings)
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert (folder / "config.json").is_file()
    monkeypatch.setattr(models, "sha256_of", lambda _: pytest.fail("hashed again"))
    assert models.provision(settings) == folder


def test_wrong_weights_are_refused_with_advice_and_leave_nothing_behind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "SOURCES", SOURCES)
    with pytest.raises(ModelError, match="校验不符") as refused:
        models.provision(settings)
    assert refused.value.code == "model-hash"
    assert "重新安装" in refused.value.advice
    assert [path.name for path in settings.models_dir.iterdir()] == ["base.lock"]


def test_a_model_that_was_changed_on_disk_is_made_anew(settings: Settings) -> None:
    weights = models.provision(settings) / "model.bin"
    weights.write_bytes(b"x" * len(WEIGHTS))
    os.utime(weights, ns=(1, 1))
    assert (models.provision(settings) / "model.bin").read_bytes() == WEIGHTS


def test_a_half_written_folder_without_a_stamp_is_not_trusted(settings: Settings) -> None:
    folder = settings.models_dir / "base"
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(WEIGHTS[:5])
    assert (models.provision(settings) / "model.bin").read_bytes() == WEIGHTS


def test_several_at_once_make_the_model_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    install = models._install
    monkeypatch.setattr(models, "_install", lambda name, *rest: (made.append(name), install(name, *rest)))
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: models.provision(settings), range(4)))
    assert (len(folders), made) == (1, ["base"])


def test_an_unknown_name_names_the_nearest_and_all_that_are_known(settings: Settings) -> None:
    with pytest.raises(ModelError, match="smal") as refused:
        models.provision(settings, "smal")
    assert "是不是 small" in refused.value.advice
    assert "large-v3" in refused.value.advice


def test_offline_a_model_that_is_not_installed_says_how_to_bring_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    def offline(*_: object, **__: object) -> None:
        raise OSError("network is unreachable")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    with pytest.raises(ModelError, match="small") as refused:
        models.provision(settings, "small")
    assert refused.value.code == "model-fetch"
    assert "TINGJIAN_MODEL" in refused.value.advice


def test_a_given_folder_is_used_as_it_is_or_says_what_it_lacks(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    with pytest.raises(ModelError, match=r"model\.bin"):
        models.provision(settings, str(own))
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (own / name).write_text("{}")
    assert models.provision(settings, str(own)) == own
    (own / "tiny.pt").write_bytes(b"")
    assert models.provision(settings, str(own), checkpoint=True) == own / "tiny.pt"


def test_every_catalogued_model_is_pinned() -> None:
    assert all(len(source.revision) == 40 for source in SOURCES.values() if isinstance(source, HubModel))
    assert all(
        len(base64.b64decode(source.integrity.removeprefix("sha512-"), validate=True)) == 64
        for source in SOURCES.values()
        if isinstance(source, RegistryModel)
    )
    assert all(source.sha256 is None or len(source.sha256) == 64 for source in SOURCES.values())


def text(value: str) -> bytes:
    return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"


def ct2_file(name: str = "WhisperSpec", type_id: int = 4, version: int = 6) -> bytes:
    values = np.arange(6, dtype=np.float16)
    head = struct.pack("<I", version) + text(name) + struct.pack("<II", 3, 1)
    return (
        head + text("a/weight") + struct.pack("<BIIBI", 2, 2, 3, type_id, 12) + values.tobytes() + struct.pack("<I", 0)
    )


def test_a_ct2_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(ct2_file())
    assert read_ct2(path)["a/weight"].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "content",
    [b"", ct2_file()[:40], ct2_file("TransformerSpec"), ct2_file(version=5), ct2_file(type_id=1), ct2_file(type_id=9)],
    ids=["empty", "cut short", "other model", "other version", "quantised", "unknown type"],
)
def test_a_file_that_cannot_be_converted_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.bin"):
        read_ct2(path)


def test_the_command_says_where_the_model_lies_and_nothing_else(settings: Settings) -> None:
    own = settings.home / "own"
    own.mkdir(parents=True)
    for name in ("model.bin", "config.json", "tokenizer.json", "whisper.pt"):
        (own / name).touch()
    command = [sys.executable, "-W", "error", "-m", "analyzer", "model", own]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{own}\n", "")
    done = subprocess.run([*command[:-1], "smal"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "是不是 small？" in done.stderr
