"""How far the whole work is, from the stage it is in. Pure.

Shares measured on two cores with the base model: of a recording's time in the worker 6 % went into decoding, 2 into
detecting speech, 89 into transcribing (second looks included), 3 into judging. Speakers are told apart meanwhile; only
with one thread is that a stage of its own, and the bar then stands still for a while. A recording that a larger model
hears again spends most of its time there; nobody knows beforehand which one will.
"""

from __future__ import annotations

from web.queue import Standing

SHARES = {
    "decode": 0.06,
    "detect": 0.02,
    "diarize": 0.02,
    "transcribe": 0.75,
    "recheck": 0.06,
    "rehear": 0.06,
    "judge": 0.03,
}
_STARTS = {stage: sum(list(SHARES.values())[:place]) for place, stage in enumerate(SHARES)}


def standing(stage: str, done_s: float, total_s: float) -> Standing:
    """How far a job is; a stage without a known length counts from its beginning."""
    inside = min(1.0, max(0.0, done_s / total_s)) if total_s > 0 and stage != "judge" else 0.0
    fraction = _STARTS.get(stage, 0.0) + SHARES.get(stage, 0.0) * inside
    return Standing(stage[:16], done_s, total_s, round(fraction, 4))


class StageClock:
    """How long a job has been in each stage, in seconds."""

    def __init__(self) -> None:
        self._spent_s: dict[str, float] = {}
        self._stage, self._since_s = "", 0.0

    def enter(self, stage: str, now_s: float) -> None:
        """Note the stage that the job is in at `now_s`, a monotonic time; the one it was in may go on."""
        if self._stage:
            self._spent_s[self._stage] = self._spent_s.get(self._stage, 0.0) + now_s - self._since_s
        self._stage, self._since_s = stage, now_s

    def end(self, now_s: float) -> dict[str, float]:
        """Return the seconds of each stage until now."""
        self.enter("", now_s)
        return {stage: round(spent_s, 2) for stage, spent_s in self._spent_s.items()}
