"""The documents beside the sound: what is said at which second, by the rendering's own times."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.rendering.dialogue import TimedTurn
from web.demo.conversation import SPOKEN_LABEL


def spoken_document(document: Mapping[str, Any], turns: Sequence[TimedTurn], duration_s: float) -> dict[str, Any]:
    """The transcript document with the seconds at which its lines are heard: every sentence at its own."""
    lines = []
    for line, turn in zip(document["transcript"], turns, strict=True):
        lines.append({**line, "start_s": turn.start_s, "end_s": turn.end_s, "char_s": char_times(turn)})
    pieces = sorted([piece.start_s, piece.end_s] for turn in turns for piece in turn.pieces)
    return {
        **{key: value for key, value in document.items() if key != "file"},
        "duration_s": round(duration_s, 2),
        "transcript": lines,
        "speech": pieces,
        "unheard": [],
        "hearing_warnings": [SPOKEN_LABEL],
    }


def char_times(turn: TimedTurn) -> list[float]:
    """When each character of a turn begins; within a sentence they share its time evenly."""
    return [
        round(piece.start_s + (piece.end_s - piece.start_s) * n / len(piece.text), 2)
        for piece in turn.pieces
        for n in range(len(piece.text))
    ]


def written(body: Mapping[str, Any]) -> str:
    """JSON to be read in a diff: one line of the conversation a line, whatever else is short on one as well."""
    parts = []
    for key, value in body.items():
        if key == "document":
            parts.append(f' "document": {_document(value)}')
        else:
            parts.append(f" {_text(key)}: {_text(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _document(document: Mapping[str, Any]) -> str:
    parts = []
    for key, value in document.items():
        told = "[\n   " + ",\n   ".join(map(_text, value)) + "\n  ]" if key == "transcript" else _text(value)
        parts.append(f"  {_text(key)}: {told}")
    return "{\n" + ",\n".join(parts) + "\n }"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
