"""The archive's transcripts judged by the real matcher, as an import would bring them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.config import Settings
from web.demo.values import DemoTranscript
from web.worker import engine


def judge_transcript(transcript: DemoTranscript, order_facts: Mapping[str, bool], settings: Settings) -> dict[str, Any]:
    """The Analysis JSON; the transcript's facts outdo the order's."""
    hearing, own_facts = engine.parse_analysis(dict(transcript.document), transcript.original_name)
    standard = engine.standard_of(transcript.standard_id, settings)
    return engine.judge(hearing, standard, {**order_facts, **own_facts}, settings)
