"""What each clause costs under the very version of the standard that judged: it travels within the document.

A standard that is edited later must not change the score of what was judged before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import has_app_context

from analyzer.errors import LexiconError
from web.config import Settings
from web.kit.site import site
from web.kit.standards import standard
from web.models.vocabulary import Kind

KEY = "terms"  # {item id: {"penalty", "cap"}} of the forbidden items


def with_terms(document: dict[str, Any], lexicons: Path | None = None) -> dict[str, Any]:
    """Return the document with the penalties and caps of its forbidden items.

    Taken from the standard of its id where an old document does not bring them. Raises LexiconError where that is gone.
    """
    if KEY in document:
        return document
    if all("penalty" in item for item in document["items"]):
        banned = (item for item in document["items"] if item["kind"] == Kind.FORBIDDEN)
        return {**document, KEY: {item["id"]: {"penalty": item["penalty"], "cap": item["cap"]} for item in banned}}
    name = document["standard"]["id"]
    found = standard(lexicons or _lexicons(), name)
    if found is None:
        raise LexiconError("standard-missing", f"没有标准 {name}，不能计分", "请先把这个标准放回 lexicons 文件夹")
    return {
        **document,
        KEY: {i.id: {"penalty": i.penalty, "cap": i.cap} for i in found.items if i.kind == Kind.FORBIDDEN},
    }


def _lexicons() -> Path:
    return site().settings.lexicons if has_app_context() else Settings.from_environment().lexicons
