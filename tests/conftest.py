"""What holds for every test: golden files, no verdict by speed, and one line for what a lone checkout cannot try."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from benchmarks.kit.places import SPEECH

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected texts with what comes out now")


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not walk through it again in each of its rounds (0.4 s)."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("voices") and not SPEECH.is_dir():
        pytest.skip("needs recordings of real people, which are not part of the repository (benchmarks/README.md)")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Return `assert_golden(path, text)`: the text equals the file, or becomes it with `--update-golden`."""

    def assert_golden(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is missing: run pytest --update-golden and read what it wrote"
        assert text == path.read_text(encoding="utf-8")

    return assert_golden
