"""The archive's transcripts judged by the real matcher, as an import would bring them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.pipeline import load, rescore
from analyzer.serial import analysis_to_dict, parse_analysis
from web.config import Settings
from web.demo.values import DemoTranscript


def judge_transcript(transcript: DemoTranscript, order_facts: Mapping[str, bool], settings: Settings) -> dict[str, Any]:
    """The Analysis JSON; the transcript's facts outdo the order's."""
    standard = load(transcript.standard_id, settings)
    hearing, own_facts = parse_analysis(dict(transcript.document), transcript.original_name)
    facts = {name: value for name, value in {**order_facts, **own_facts}.items() if name in standard.facts}
    return analysis_to_dict(rescore(hearing, transcript.standard_id, facts, settings))
