"""From words and a standard to verdicts and a score."""

from analyzer.judging.ear import words_for
from analyzer.judging.judge import check_given, judge

__all__ = ["check_given", "judge", "words_for"]
