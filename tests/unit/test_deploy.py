"""What stands in deploy/ names settings, commands and limits that exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from analyzer.settings import PREFIX as ANALYZER_PREFIX
from analyzer.settings import ROOT, Settings
from web import create_app
from web.config import PREFIX, WebSettings
from web.uploads.slices import MAX_SLICE_BYTES

DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
NAMES = {f"{PREFIX}{f.name.upper()}" for f in fields(WebSettings)} | {
    f"{ANALYZER_PREFIX}{f.name.upper()}" for f in fields(Settings)
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\bTINGJIAN_[A-Z_]+[A-Z]", path.read_text("utf-8")))
    assert named - NAMES == set()


def test_every_command_of_the_site_that_is_named_exists(tmp_path: Path) -> None:
    app = create_app({"SECRET_KEY": "x"}, Settings(home=tmp_path), WebSettings())
    for path in FILES:
        for command in re.findall(r"flask --app web ([a-z-]+)", path.read_text("utf-8")):
            assert command in app.cli.commands, f"{path.name}: {command}"


@pytest.mark.parametrize(
    ("name", "pattern"), [("nginx.conf", r"client_max_body_size (\d+)m;"), ("Caddyfile", r"max_size (\d+)MB")]
)
def test_proxies_let_a_slice_through(name: str, pattern: str) -> None:
    found = re.search(pattern, (DEPLOY / name).read_text("utf-8"))
    assert found
    assert int(found[1]) * 1_000_000 > MAX_SLICE_BYTES


def test_the_image_copies_what_is_there() -> None:
    for line in (DEPLOY / "Containerfile").read_text("utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source


def test_no_secret_has_a_default_and_only_the_proxy_listens_outside() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    for name in ("POSTGRES_PASSWORD", "STORE_PASSWORD", "SECRET_KEY", "AUDIT_KEY"):
        uses = re.findall(rf"\$\{{{name}(.*?)\}}", (DEPLOY / "compose.yaml").read_text("utf-8"))
        assert uses
        assert set(uses) == {":?"}
    given = dict(
        line.split("=", 1)
        for line in (DEPLOY / "example.env").read_text("utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    )
    assert {name: value for name, value in given.items() if name != "SITE_HOST" and value} == {}


@pytest.mark.parametrize("name", ["tingjian-site.service", "tingjian-worker.service", "tingjian-speech.service"])
def test_services_write_only_their_own_folder(name: str) -> None:
    unit = (DEPLOY / "systemd" / name).read_text("utf-8")
    for line in ("User=tingjian", "ProtectSystem=strict", "StateDirectory=tingjian", "UMask=0077"):
        assert line in unit.splitlines()
    environment = (DEPLOY / "systemd" / "tingjian.env").read_text("utf-8")
    assert "TINGJIAN_HOME=/var/lib/tingjian" in environment.splitlines()


@pytest.mark.parametrize("name", ["tingjian-worker.service", "tingjian-speech.service"])
def test_who_decodes_may_wall_its_decoders_in(name: str) -> None:
    unit = (DEPLOY / "systemd" / name).read_text("utf-8")
    rules = [line for line in unit.splitlines() if not line.startswith("#")]
    assert not [line for line in rules if line.startswith(("RestrictNamespaces", "SystemCallFilter", "PrivateDevices"))]
