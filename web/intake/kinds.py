"""What a file is by its first bytes (`analyzer.audio.kinds`), and why it is refused before anything is decoded."""

from __future__ import annotations

from pathlib import Path

from analyzer.audio import kinds, messages, sniff
from analyzer.audio.kinds import media_type
from analyzer.audio.messages import readable_bytes

__all__ = ["fault", "media_type", "readable_bytes", "reason"]


def fault(path: Path) -> str | None:
    """Why a file is no recording (a code of `analyzer.audio.messages.ERRORS`), None where it looks like one."""
    start = sniff.head(path)
    if not start:
        return "empty"
    if sniff.is_silk(start):
        return "silk"
    named = kinds.foreign(path)
    if named is not None:
        return named
    if media_type(path) is None:
        return "text" if sniff.is_text(start) else "not-audio"
    if sniff.is_encrypted(path):
        return "encrypted"
    return "unfinished" if sniff.is_unfinished(path) else None


def reason(code: str, limit_bytes: int) -> tuple[str, str]:
    """Why a file with this fault is refused, and what to do."""
    words, advice = messages.ERRORS[code]
    return words.format(limit=readable_bytes(limit_bytes)), advice
