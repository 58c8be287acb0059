"""What people search for is text: `%` and `_` are signs like others, in every search there is."""

from __future__ import annotations

import ast
from pathlib import Path

import web

PATTERNS = {"contains", "icontains", "istartswith", "iendswith", "like", "ilike", "not_like", "not_ilike"}


def test_every_search_of_the_database_escapes_its_words() -> None:
    """pandas' `.str.contains` and strings' own methods are no searches of the database."""
    bare = []
    for path in Path(web.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            of_pandas = isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "str"
            escaped = any(k.arg in ("autoescape", "escape") for k in node.keywords)
            if node.func.attr in PATTERNS and not escaped and not of_pandas:
                bare.append(f"{path}:{node.lineno}")
    assert bare == []
