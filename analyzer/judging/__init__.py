"""From words and a standard to verdicts and a score."""

from analyzer.judging.ear import words_for
from analyzer.judging.judge import judge

__all__ = ["judge", "words_for"]
