"""What supervisor and child say to each other over their pipe: frozen values that can be pickled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from web.config import Settings, WebSettings
from web.intake.effective import Inputs
from web.models import JobKind
from web.queue import JobFailure, Standing


@dataclass(frozen=True, slots=True)
class Task:
    """One job, with all that its child needs to know: no child opens the database."""

    kind: JobKind
    recording_id: int
    key: str
    name: str  # as the user gave it
    inputs: Inputs
    heard: dict[str, Any] | None  # the document to score again, or to listen to again
    lexicons: Path  # what is in effect for the day on which it was recorded


@dataclass(frozen=True, slots=True)
class Ready:
    """The child has loaded what it needs to begin."""


@dataclass(frozen=True, slots=True)
class Playable:
    """The recording can be listened to: what its playable file is, and how it sounds from outside."""

    media_type: str
    duration_s: float
    channels: int


@dataclass(frozen=True, slots=True)
class Done:
    """The Analysis JSON."""

    document: dict[str, Any]


ChildMessage = Ready | Playable | Standing | Done | JobFailure
ChildMain = Callable[[Connection, Settings, WebSettings, JobKind], None]
