"""Larger models by name: a local stand-in of the hub, over real HTTP, and the client that asks the real one."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.errors import ModelError
from analyzer.hearing import integrity, models
from analyzer.hearing.catalogue import SOURCES
from analyzer.settings import ROOT, Settings
from tests.unit.model_server import SMALL, Hub, serving

WEIGHTS = bytes(range(256)) * 2000  # half a megabyte that is nowhere the same as it would be shifted
FILES = {"config.json": b"{}", "tokenizer.json": b'{"version": 1}', "vocabulary.txt": b"a\n", "README.md": b"# no"}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this machine that has `small` at its pinned revision, and a catalogue that knows these weights' hash."""
    import huggingface_hub.constants as constants
    from huggingface_hub import file_download

    digest = hashlib.sha256(WEIGHTS).hexdigest()
    for module in (models, integrity):
        monkeypatch.setattr(module, "SOURCES", SOURCES | {"small": replace(SMALL, sha256=digest, megabytes=1)})
    made = Hub({"model.bin": WEIGHTS, **FILES})
    with serving(made) as url:
        made.url = url
        monkeypatch.setattr(constants, "ENDPOINT", url)
        template = url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 4096)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(file_download.time, "sleep", lambda _: None)
        yield made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, model="small")


def test_a_model_is_fetched_by_name_at_its_pinned_revision_verified_and_then_asked_for_no_more(
    hub: Hub, settings: Settings
) -> None:
    folder = models.provision(settings)
    assert folder == settings.models_dir / "small"
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json", "model.bin", "stamp.json", "tokenizer.json", "vocabulary.txt",
    ]  # fmt: skip
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert [path for _, path, _ in hub.asked if SMALL.revision not in path] == []
    assert integrity.damaged(settings) == []
    asked = len(hub.asked)
    assert models.provision(settings) == folder
    assert len(hub.asked) == asked
    assert sorted(path.name for path in settings.models_dir.iterdir()) == ["small", "small.lock"]


def test_weights_that_are_not_the_published_ones_are_refused_and_nothing_of_them_is_kept(
    hub: Hub, settings: Settings
) -> None:
    hub.files["model.bin"] = WEIGHTS[:-1] + b"\0"
    with pytest.raises(ModelError, match="校验不符") as refused:
        models.provision(settings)
    assert refused.value.code == "model-hash"
    assert [path.name for path in settings.models_dir.iterdir()] == ["small.lock"]
    hub.files["model.bin"] = WEIGHTS
    assert models.provision(settings).is_dir()


def test_a_connection_that_breaks_is_taken_up_where_it_broke(hub: Hub, settings: Settings) -> None:
    hub.cut = 200_000
    assert (models.provision(settings) / "model.bin").read_bytes() == WEIGHTS
    ranges = [wanted for method, path, wanted in hub.asked if method == "GET" and path.endswith("model.bin")]
    assert ranges[0] == ""
    assert 100_000 < int(ranges[1].removeprefix("bytes=").rstrip("-")) <= 200_000


def test_a_download_that_failed_is_gone_on_with_by_the_next_command(hub: Hub, settings: Settings) -> None:
    hub.cut, hub.dead = 200_000, True
    with pytest.raises(ModelError, match="small") as refused:
        models.provision(settings)
    assert refused.value.code == "model-fetch"
    assert "HF_ENDPOINT" in refused.value.advice
    assert not (settings.models_dir / "small").exists()
    hub.dead = False
    hub.asked.clear()
    assert (models.provision(settings) / "model.bin").read_bytes() == WEIGHTS
    (wanted,) = [wanted for method, path, wanted in hub.asked if method == "GET" and path.endswith("model.bin")]
    assert int(wanted.removeprefix("bytes=").rstrip("-")) > 100_000
    assert sorted(path.name for path in settings.models_dir.iterdir()) == ["small", "small.lock"]


def test_offline_nothing_is_asked_and_the_way_to_bring_the_model_is_told(
    hub: Hub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants as constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="还没有安装") as refused:
        models.provision(settings)
    assert refused.value.code == "model-fetch"
    assert "TINGJIAN_MODEL" in refused.value.advice
    assert hub.asked == []


def test_a_repository_without_the_weights_says_so_and_installs_nothing(hub: Hub, settings: Settings) -> None:
    del hub.files["model.bin"]
    with pytest.raises(ModelError, match="下载不到"):
        models.provision(settings)
    assert not (settings.models_dir / "small").exists()


def test_a_disk_that_is_too_small_is_told_before_anything_is_asked(
    hub: Hub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "SOURCES", SOURCES | {"small": replace(SMALL, megabytes=10**9)})
    with pytest.raises(ModelError, match="磁盘放不下"):
        models.provision(settings)
    assert hub.asked == []


def test_the_command_asks_the_mirror_that_is_named_and_believes_only_the_published_hash(
    hub: Hub, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "0",  # make has it at 1
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "hub"),
        "TINGJIAN_HOME": str(tmp_path),
    }
    command = [sys.executable, "-m", "analyzer", "model", "small"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "校验不符" in done.stderr
    assert SOURCES["small"].sha256 in done.stderr
    assert any(path.endswith("model.bin") for _, path, _ in hub.asked)
