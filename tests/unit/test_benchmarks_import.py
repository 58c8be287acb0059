"""Every figure's command can at least be loaded: what moves in the product moves here too."""

from __future__ import annotations

import importlib

import pytest

from benchmarks.kit.places import ROOT

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "benchmarks").rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py")
)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_the_benchmarks_loads(module: str) -> None:
    assert importlib.import_module(module).__name__ == module
