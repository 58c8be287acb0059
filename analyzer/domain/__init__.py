"""What the stages of the analysis hand to each other: frozen values, standard library only.

`hearing.py` is the left half (words, speakers, times), `judgement.py` the right (verdicts, score), `figures.py` what is
counted beside. All times are seconds from the start of the recording, in half-open intervals [start_s, end_s).
Times are kept to 10 ms and confidences to 3 decimals (`quantised`), so that a transcript read back from its JSON is
equal to the one that was written and is judged to the same verdicts.
"""

from analyzer.domain.checks import Candidate, Check, Outcome
from analyzer.domain.figures import Figures, Interruption, Keyword, Politeness
from analyzer.domain.hearing import (
    Dropped,
    Engine,
    Hearing,
    Layout,
    Role,
    Segment,
    Span,
    Speaker,
    SpeakerTurn,
    Utterance,
    quantise_ratio,
    quantise_time,
)
from analyzer.domain.judgement import (
    SCHEMA,
    Analysis,
    Fact,
    FoundBy,
    Hit,
    How,
    ItemResult,
    Judgement,
    Kind,
    Score,
    StandardRef,
    Verdict,
)
from analyzer.domain.sounds import MACHINE, Sound, SoundKind

__all__ = [
    "MACHINE",
    "SCHEMA",
    "Analysis",
    "Candidate",
    "Check",
    "Dropped",
    "Engine",
    "Fact",
    "Figures",
    "FoundBy",
    "Hearing",
    "Hit",
    "How",
    "Interruption",
    "ItemResult",
    "Judgement",
    "Keyword",
    "Kind",
    "Layout",
    "Outcome",
    "Politeness",
    "Role",
    "Score",
    "Segment",
    "Sound",
    "SoundKind",
    "Span",
    "Speaker",
    "SpeakerTurn",
    "StandardRef",
    "Utterance",
    "Verdict",
    "quantise_ratio",
    "quantise_time",
]
