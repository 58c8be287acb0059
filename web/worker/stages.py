"""How far the whole work is, from the stage it is in. Pure.

Shares measured on two cores with the base model: of a recording's time in the worker 6 % went into decoding, 2 into
detecting speech, 13 into telling speakers apart, 76 into transcribing (second looks included), 3 into judging.
"""

from __future__ import annotations

from analyzer.progress import Progress
from web.queue import Standing

SHARES = {"decode": 0.06, "detect": 0.02, "diarize": 0.13, "transcribe": 0.70, "recheck": 0.06, "judge": 0.03}
_STARTS = {stage: sum(list(SHARES.values())[:place]) for place, stage in enumerate(SHARES)}


def standing(told: Progress) -> Standing:
    """Return how far a job is; a stage without a known length counts from its beginning."""
    inside = min(1.0, max(0.0, told.done_s / told.total_s)) if told.total_s > 0 and told.stage != "judge" else 0.0
    fraction = _STARTS.get(told.stage, 0.0) + SHARES.get(told.stage, 0.0) * inside
    return Standing(told.stage[:16], told.done_s, told.total_s, round(fraction, 4))
