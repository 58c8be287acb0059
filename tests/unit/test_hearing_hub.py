"""Larger models by name: a local stand-in of the hub, over real HTTP, and the client that asks the real one."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from analyzer.errors import ModelError
from analyzer.hearing import integrity, models
from analyzer.hearing.catalogue import SOURCES
from analyzer.settings import ROOT, Settings

SMALL = SOURCES["small"]
WEIGHTS = bytes(range(256)) * 2000  # half a megabyte that is nowhere the same as it would be shifted
FILES = {"config.json": b"{}", "tokenizer.json": b'{"version": 1}', "vocabulary.txt": b"a\n", "README.md": b"# no"}


@dataclass
class Hub:
    """What the stand-in has, what it was asked, and how it misbehaves: `cut` the bytes of weights after which it hangs up."""

    files: dict[str, bytes]
    cut: int = 0
    dead: bool = False  # after hanging up, nothing is answered
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, range
    url: str = ""


@contextmanager
def serving(hub: Hub) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            wanted = self.headers.get("Range", "")
            path = self.path.partition("?")[0]
            if SMALL.repository not in path:  # what the client asks for its own sake, once a day
                self.give(b"", {}, status=404, body=body)
                return
            hub.asked.append((self.command, path, wanted))
            if path == f"/api/models/{SMALL.repository}/tree/{SMALL.revision}":
                content = [
                    {"type": "file", "path": name, "size": len(held), "oid": hashlib.sha256(held).hexdigest()[:40]}
                    for name, held in hub.files.items()
                ]
                self.give(json.dumps(content).encode(), {"Content-Type": "application/json"}, body=body)
                return
            name = path.removeprefix(f"/{SMALL.repository}/resolve/{SMALL.revision}/")
            held = hub.files.get(name)
            if held is None:
                self.give(b"", {"X-Error-Code": "EntryNotFound"}, status=404, body=body)
                return
            known = {"ETag": f'"{hashlib.sha256(held).hexdigest()}"', "X-Repo-Commit": SMALL.revision}
            if body and hub.dead and hub.cut < 0:
                self.give(b"", {}, status=503, body=body)
            elif body and name == "model.bin" and hub.cut > 0:
                self.send_response(200)
                self.send_header("Content-Length", str(len(held)))
                self.end_headers()
                self.wfile.write(held[: hub.cut])
                self.close_connection = True
                hub.cut = -1
            elif wanted:
                first = int(wanted.removeprefix("bytes=").rstrip("-"))
                known["Content-Range"] = f"bytes {first}-{len(held) - 1}/{len(held)}"
                self.give(held[first:], known, status=206, body=body)
            else:
                self.give(held, known, body=body)

        def give(self, content: bytes, headers: dict[str, str], *, status: int = 200, body: bool) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
