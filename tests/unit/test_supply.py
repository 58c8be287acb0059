"""What the product is made of: locked by hash, licensed, listed, and asked about."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from analyzer.hearing.catalogue import BUNDLED
from analyzer.settings import ROOT
from supply import audit
from supply.lock import LOCKS, ON_TOP, TORCH_LOCK, blocks
from supply.sbom import completed, plain, third_party

# classifiers and free words of packages that do not state an SPDX expression
FAMILIES = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Zope Public License": "ZPL",
}


def locked(name: str) -> dict[str, str]:
    return blocks((ROOT / name).read_text("utf-8"))


def version_of(block: str) -> str:
    return re.split(r"[ \\\n]", block.split("==", 1)[1])[0]


def pinned(name: str) -> dict[str, str]:
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
    return {plain(line.split("[")[0].split("==")[0]): line.split("==")[1] for line in lines if "==" in line}


@pytest.mark.parametrize(("lock", "sources"), LOCKS.items())
def test_what_is_pinned_is_locked_with_its_hashes(lock: str, sources: tuple[str, ...]) -> None:
    packages = locked(lock) | locked(TORCH_LOCK) | (locked(ON_TOP[lock]) if lock in ON_TOP else {})
    wanted: dict[str, str] = {}
    for source in sources:
        wanted |= pinned(source)
    assert {name: version_of(packages[name]) if name in packages else None for name in wanted} == wanted, (
        "run `make lock` after a change of requirements*.txt"
    )
    assert [name for name, block in packages.items() if "--hash=sha256:" not in block] == []


def test_what_is_installed_and_tested_here_is_what_is_locked() -> None:
    differing = {}
    packages = locked("requirements.lock")
    packages.pop(
        "triton"
    )  # follows the build of torch: its CPU builds ask for none, so any that openai-whisper takes will do
    for name, block in packages.items():
        try:
            installed = distribution(name).version
        except PackageNotFoundError:  # for another platform
            continue
        if installed != version_of(block):
            differing[name] = (installed, version_of(block))
    assert differing == {}


def test_the_makefile_installs_by_the_locks() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "--no-deps --require-hashes -r $(1).lock" in makefile
    for lock in ("requirements", "requirements-dev", "requirements-scale-dev"):
        assert f"$(call locked,{lock})" in makefile


def test_every_locked_package_of_the_product_stands_in_third_party() -> None:
    listed = third_party()
    assert [
        name for name in (*locked("requirements.lock"), *locked("requirements-scale.lock")) if name not in listed
    ] == []


def test_listed_licences_are_those_of_the_installed_packages() -> None:
    listed, wrong = third_party(), {}
    for name in (*locked("requirements.lock"), *locked("requirements-scale.lock")):
        try:
            about = distribution(name).metadata
        except PackageNotFoundError:
            continue
        stated = about.get("License-Expression") or ""
        words = [c.split("::")[-1].strip() for c in about.get_all("Classifier") or [] if c.startswith("License")]
        families = [stated.split(" AND ")[0].split(" OR ")[0]] if stated else [FAMILIES.get(w, "") for w in words]
        if any(families) and not any(family and family in listed.get(name, "") for family in families):
            wrong[name] = (listed.get(name), stated or words)
    assert wrong == {}


def test_the_bill_lists_packages_models_and_scripts_with_licences() -> None:
    installed = [
        {"type": "library", "name": "Flask", "version": "3.1.3", "licenses": [{"license": {"id": "BSD-3-Clause"}}]},
        {"type": "library", "name": "huey", "version": "3.5.4"},
        {"type": "library", "name": "ruff", "version": "1"},
    ]
    made = completed({"bomFormat": "CycloneDX", "components": installed})
    components = {c["name"]: c for c in made["components"]}
    assert made["bomFormat"] == "CycloneDX"
    assert (components["Flask"]["scope"], components["ruff"]["scope"]) == ("required", "excluded")
    assert components["huey"]["licenses"] == [{"license": {"name": "MIT"}}]
    assert components["Flask"]["properties"]
    models = [c for c in made["components"] if c["type"] == "machine-learning-model"]
    assert len(models) == len(BUNDLED) + 1
    assert all(len(c["hashes"][0]["content"]) == 64 for c in models)
    assert components["htmx.org"]["purl"].startswith("pkg:npm/htmx.org@")
    assert all(c["licenses"][0]["license"]["name"] for c in (components["htmx.org"], components["echarts"]))


def asking(folder: Path, answers: str) -> str:
    """A stand-in for pip-audit that prints what `answers` (Python over `arguments`) gives."""
    command = folder / "pip-audit"
    command.write_text(f"#!{sys.executable}\nimport json, sys\narguments = sys.argv[1:]\n{answers}\n")
    command.chmod(0o755)
    return str(command)


HOLE = '{"id": "CVE-1", "fix_versions": ["2.5"]}'
CONTROLLED = f"""
control = {{"name": "jinja2", "version": "2.4.1", "vulns": [{HOLE}]}}
found = [control] if "-r" in arguments else INSTALLED
print(json.dumps({{"dependencies": found, "fixes": []}}))
"""


@pytest.mark.parametrize(
    ("answers", "status", "told"),
    [
        ("sys.exit('no connection')", audit.UNASKED, "一个包也没有核对"),
        ("print(json.dumps({'dependencies': [{'name': 'jinja2', 'skip_reason': 'not found'}]}))", 3, "没有应答"),
        ("print(json.dumps({'dependencies': [{'name': 'jinja2', 'version': '2', 'vulns': []}]}))", 3, "没有应答"),
        (CONTROLLED.replace("INSTALLED", '[{"name": "x", "version": "1", "vulns": []}]'), 0, "已知漏洞 0 个"),
        (
            CONTROLLED.replace("INSTALLED", f'[{{"name": "x", "version": "1", "vulns": [{HOLE}]}}]'),
            1,
            "x 1：CVE-1，修复版本 2.5",
        ),
        (CONTROLLED.replace("INSTALLED", '[{"name": "own", "skip_reason": "?"}]'), 0, "没有核对（服务不认识）：own"),
    ],
)
def test_an_audit_that_nobody_answered_is_not_called_clean(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: str,
    status: int,
    told: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["audit", asking(tmp_path, answers)])
    assert audit.main() == status
    assert told in capsys.readouterr().out
