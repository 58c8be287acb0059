"""Why a change was not made; views turn these into answers in words."""

from __future__ import annotations


class GoneError(Exception):
    """There is no such recording, clause or appeal for this user."""


class SignedError(Exception):
    """The recording is signed: somebody's pay rests on it, so it is read-only until it is reopened."""


class HeldError(SignedError):
    """A legal hold stands: nothing of the recording is removed until it is lifted."""


class StaleError(Exception):
    """Somebody else changed it since the form was made; `theirs` is what stands now."""

    def __init__(self, theirs: str = "") -> None:
        super().__init__(theirs)
        self.theirs = theirs


class InvalidError(Exception):
    """The form lacks something or asks for what cannot be; `words` say what, for users."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class FieldError(InvalidError):
    """A value of a form or of a file's row that cannot be taken."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
