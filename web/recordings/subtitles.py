"""A conversation as a text file, as subtitles, as JSON. Pure."""

from __future__ import annotations

import json
from typing import Any

from web.kit.pages import duration
from web.recordings.page import RecordingPage
from web.recordings.words import role_name


def as_text(page: RecordingPage) -> str:
    """Return one line an utterance: time, role, words (people's where they corrected them)."""
    return "".join(
        f"{duration(line.start_s)}\t{role_name(line.role)}\t{line.text}\r\n" for line in page.conversation.turns
    )


def as_srt(page: RecordingPage) -> str:
    """Return SubRip subtitles."""
    return "".join(
        f"{number}\r\n{_stamp(line.start_s)} --> {_stamp(line.end_s)}\r\n{role_name(line.role)}：{line.text}\r\n\r\n"
        for number, line in enumerate(page.conversation.turns, 1)
    )


def as_json(document: Any) -> str:
    """Return an Analysis document as the analyzer writes it."""
    return json.dumps(document, ensure_ascii=False, indent=1)


def _stamp(moment_s: float) -> str:
    whole_ms = round(moment_s * 1000)
    seconds, ms = divmod(whole_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{ms:03}"
