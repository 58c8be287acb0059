"""Judges the examples that stand beside each rule, as `check` asks: does this sentence fulfil (or violate) the item?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from analyzer.domain import Engine, Hearing, Kind, Role, Speaker, Utterance, Verdict, quantise_time
from analyzer.judging.case import open_case
from analyzer.judging.ear import words_for
from analyzer.judging.forbidden import judge_forbidden
from analyzer.judging.required import judge_required
from analyzer.rubric.example import parse_example
from analyzer.rubric.model import Item, Standard, Where
from analyzer.settings import Settings

CHARACTER_S = 0.2  # an unhurried speaker: five syllables a second
TURN_PAUSE_S = 0.5


def conversation(turns: Sequence[tuple[Role, str]], file: str = "example") -> Hearing:
    """Return a hearing in which these turns were said one after the other and heard perfectly."""
    utterances: list[Utterance] = []
    at_s = 0.0
    for role, text in turns:
        starts = tuple(quantise_time(at_s + i * CHARACTER_S) for i in range(len(text)))
        end_s = quantise_time(at_s + len(text) * CHARACTER_S)
        utterances.append(
            Utterance(quantise_time(at_s), end_s, role.value, role, text, 1.0, starts, (1.0,) * len(text))
        )
        at_s = end_s + TURN_PAUSE_S
    spoken = {role: sum(u.end_s - u.start_s for u in utterances if u.role is role) for role, _ in turns}
    speakers = tuple(Speaker(role.value, role, 1.0, quantise_time(s)) for role, s in spoken.items())
    duration_s = utterances[-1].end_s if utterances else 0.0
    return Hearing(file, duration_s, (), (), Engine("script", ""), speakers, tuple(utterances))


def example_judge(settings: Settings) -> Callable[[Standard, Item, str], bool]:
    """Return the function that `analyzer.rubric.check` judges examples with.

    It returns True where the example fulfils a required item or violates a forbidden one; where in the talk and
    in which order the item belongs, and its condition, are left aside.
    """
    words = words_for(settings.lexicons, settings.cache_dir)

    def judge_example(standard: Standard, item: Item, text: str) -> bool:
        hearing = conversation(parse_example(text))
        case = open_case(hearing, standard, words)  # without readers: examples try the phrases
        if item.kind is Kind.FORBIDDEN:
            return judge_forbidden(item, case).verdict is Verdict.MISSED
        anywhere = replace(item, where=Where.ANYWHERE, after="")
        return judge_required(anywhere, case, {}).verdict is Verdict.MET

    return judge_example
