"""Why a recording cannot be signed yet; the other refusals are in `web.kit.refusals`."""

from __future__ import annotations

from collections.abc import Sequence

from web.review.lines import ClauseLine


class BlockedError(Exception):
    """It cannot be signed yet: a person must decide `lines` first."""

    def __init__(self, lines: Sequence[ClauseLine]) -> None:
        super().__init__(f"{len(lines)} clauses")
        self.lines = tuple(lines)
