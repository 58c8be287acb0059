"""Analyses of two samples, made once by `python -m analyzer run … --json`."""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@functools.cache
def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_HERE / f"{name}.analysis.json").read_text("utf-8"))
    return document


def analysis(name: str) -> dict[str, Any]:
    """Return a fresh copy of the Analysis JSON `visit-03` or `followup-02`."""
    return copy.deepcopy(_read(name))
