"""From words and a standard to verdicts and a score."""

from analyzer.judging.candidates import candidates, most_of
from analyzer.judging.conversation import CALL_ANSWERED
from analyzer.judging.ear import words_for
from analyzer.judging.judge import check_given, examined, judge

__all__ = ["CALL_ANSWERED", "candidates", "check_given", "examined", "judge", "most_of", "words_for"]
