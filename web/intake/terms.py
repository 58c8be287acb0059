"""What each clause costs under the very version of the standard that judged: it travels within the document.

A standard that is edited later must not change the score of what was judged before.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import has_app_context

from analyzer.errors import LexiconError
from analyzer.rubric.model import Condition, Item, Standard
from web.config import Settings
from web.kit.site import site
from web.kit.standards import StandardInfo, standard
from web.models.vocabulary import How, Kind

KEY = "terms"  # {item id: {"penalty", "cap"}} of the forbidden items


def with_terms(document: dict[str, Any], lexicons: Path | None = None) -> dict[str, Any]:
    """Return the document with the penalties and caps of its forbidden items.

    Taken from the standard of its id where it does not bring them. Raises LexiconError where that is gone.
    """
    if KEY in document:
        return document
    name = document["standard"]["id"]
    found = standard(lexicons or _lexicons(), name)
    if found is None:
        raise LexiconError("standard-missing", f"没有标准 {name}，不能计分", "请先把这个标准放回 lexicons 文件夹")
    return {**document, KEY: terms_of(found)}


def terms_of(found: Standard | StandardInfo) -> dict[str, dict[str, float | None]]:
    """Return what the forbidden items of a standard cost."""
    return {i.id: {"penalty": i.penalty, "cap": i.cap} for i in found.items if i.kind == Kind.FORBIDDEN}


def items_of(document: Mapping[str, Any]) -> dict[str, Item]:
    """Return the document's items as the score's formula asks for them: with weight, penalty and cap."""
    terms = document.get(KEY, {})
    return {
        i["id"]: Item(
            i["id"],
            Kind(i["kind"]),
            How(i["how"]),
            i.get("clause", ""),
            i.get("text", ""),
            Condition("always"),
            "",
            (),
            weight=float(i.get("weight", 1.0)),
            penalty=float(terms.get(i["id"], {}).get("penalty", 0.0)),
            cap=terms.get(i["id"], {}).get("cap"),
        )
        for i in document["items"]
    }


def _lexicons() -> Path:
    return site().settings.lexicons if has_app_context() else Settings.from_environment().lexicons
