"""Figures beside the verdicts (defined at `domain.Figures`); none of them enters the score. See README.md."""

from __future__ import annotations

from analyzer.domain import Figures, Hearing, Role
from analyzer.judging.ear import Ear
from analyzer.judging.figures.courtesy import NO_WORDS, FigureWords, figure_words, first_greeting, politeness
from analyzer.judging.figures.interruptions import interruptions
from analyzer.judging.figures.keywords import keywords
from analyzer.judging.figures.talk import (
    longest_silence,
    silence_share,
    syllables,
    syllables_per_minute,
    talk_seconds,
    talk_share,
)

__all__ = ["NO_WORDS", "FigureWords", "figure_words", "figures"]


def figures(hearing: Hearing, ear: Ear, listed: FigureWords = NO_WORDS) -> Figures:
    """Count what one recording gives. No audio, no file of ours, no clock."""
    everybody = ear.stream(None)
    ours = ear.stream(Role.TECHNICIAN)
    talk_s = talk_seconds(hearing.transcript)
    spoken = syllables(everybody)
    first_s = first_greeting(ours, listed)
    voices = ear.clock.spans
    return Figures(
        talk_s=talk_s,
        talk_share=talk_share(talk_s),
        syllables=spoken,
        syllables_per_minute=syllables_per_minute(spoken, talk_s),
        interruptions=interruptions(hearing, everybody),
        silence_share=silence_share(voices),
        longest_silence=longest_silence(voices),
        first_greeting_s=first_s,
        first_greeting_after_s=None if first_s is None else round(max(0.0, first_s - voices[0].start_s), 2),
        politeness=politeness(ours, listed),
        keywords=keywords(everybody, ear.words, listed.stopwords),
    )
