"""Errors that a user can mend. Each message names the place and says what to do.

`AnalyzerError` is the only family the command line and the worker catch; anything else is a bug.
"""

from __future__ import annotations


class AnalyzerError(Exception):
    """Base of all errors that a user can mend.

    `code` is a stable machine name (for catalogues and tests), `advice` says what to do about it.
    """

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(f"{message}；{advice}" if advice else message)
        self.code = code
        self.message = message
        self.advice = advice


class AudioError(AnalyzerError):
    """A recording that cannot be decoded: empty, encrypted, not audio, over a limit."""


class ModelError(AnalyzerError):
    """A model that is missing, incomplete or not the one expected."""


class SettingsError(AnalyzerError):
    """An unknown or ill-typed setting."""


class LexiconError(AnalyzerError):
    """A standard that is missing or does not pass the check."""


class TranscriptError(AnalyzerError):
    """A stored transcript that is not of schema 1."""
