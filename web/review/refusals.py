"""Why a change was not made; views turn these into answers in words."""

from __future__ import annotations

from collections.abc import Sequence

from web.review.lines import Line


class GoneError(Exception):
    """There is no such recording, clause or appeal for this user."""


class SignedError(Exception):
    """The recording is signed: read-only until it is reopened."""


class StaleError(Exception):
    """What the form saw is no longer so."""


class InvalidError(Exception):
    """The form lacks something or asks for what cannot be; `words` say what, for users."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class BlockedError(Exception):
    """It cannot be signed yet: a person must decide `lines` first."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(f"{len(lines)} clauses")
        self.lines = tuple(lines)
