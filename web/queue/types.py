"""What the queue says: a claim on a job, how far it is, why it failed, whom reaping found silent."""

from __future__ import annotations

from dataclasses import dataclass

from web.models import JobKind

OUT_OF_MEMORY = "out-of-memory"  # code of a failure
MODEL_DAMAGED = "model-damaged"  # code of the analyzer's error: no recording's fault
MEMORY_WORDS = ("处理这段录音时内存不够", "请给这台机器加内存，或把录音分段后再上传；其他录音不受影响")


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker holds until its lease ends; `token` proves it."""

    job_id: int
    recording_id: int
    kind: JobKind
    token: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a job is: the stage, seconds of audio done of all in it, and the share of the whole work in [0, 1]."""

    stage: str
    done_s: float
    total_s: float
    fraction: float


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a job failed: a stable code, a sentence, what to do about it, and what a technician needs."""

    code: str
    error: str
    advice: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reaped:
    """Jobs whose worker fell silent: queued again, or set aside after the third time."""

    again: tuple[int, ...]
    aside: tuple[int, ...]
