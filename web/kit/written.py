"""What pages need to read a standard aloud: its clauses as their files have them. Kept until a file of the folder changes."""

from __future__ import annotations

import functools
from pathlib import Path

from analyzer.errors import LexiconError
from analyzer.rubric.model import Item
from analyzer.rubric.readable import Piece, readable
from analyzer.rubric.written import LeftOut, WrittenGroup, WrittenItem, WrittenList, WrittenStandard, written
from web.kit.standards import Stamp, stamp

__all__ = [
    "Item", "LeftOut", "LexiconError", "Piece", "WrittenGroup", "WrittenItem", "WrittenList", "WrittenStandard", "readable",
    "written_standard",
]  # fmt: skip


def written_standard(folder: Path, standard_id: str) -> WrittenStandard | None:
    """Return a standard of the folder as it is written; None where there is none such, or none that can be read."""
    return _written(folder, standard_id, stamp(folder))


@functools.lru_cache(maxsize=32)
def _written(folder: Path, standard_id: str, _seen: Stamp) -> WrittenStandard | None:
    try:
        return written(standard_id, folder)
    except LexiconError:
        return None
