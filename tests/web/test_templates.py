"""Templates stay readable: no line is wider than the lines of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
WIDEST = 120  # characters
FILES = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(TEMPLATES).as_posix())
def test_lines_are_not_too_wide(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert [f"{path.name}:{number}" for number, line in enumerate(lines, 1) if len(line) > WIDEST] == []
