"""The small cast of the tests: 技师 王师傅 and 李师傅, 质检员 小陈, 主管 老周, and what they say."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.domain import Engine, Hearing, Role, Span, Speaker, Utterance

CHARACTER_S = 0.2


def spoken(
    text: str,
    role: Role = Role.TECHNICIAN,
    at_s: float = 0.0,
    *,
    confidence: float = 0.9,
    speaker: str = "",
) -> list[Utterance]:
    """One utterance at five characters a second."""
    starts = tuple(round(at_s + i * CHARACTER_S, 2) for i in range(len(text)))
    end_s = round(at_s + len(text) * CHARACTER_S, 2)
    each = (confidence,) * len(text)
    return [Utterance(at_s, end_s, speaker or role.value, role, text, confidence, starts, each)]


def talk(*turns: tuple[Role, str], confidence: float = 0.9, pause_s: float = 0.5) -> list[Utterance]:
    """Turns one after the other."""
    said: list[Utterance] = []
    for role, text in turns:
        at_s = round(said[-1].end_s + pause_s, 2) if said else 0.0
        said += spoken(text, role, at_s, confidence=confidence)
    return said


def heard(said: Sequence[Utterance], unheard: Sequence[Span] = (), duration_s: float | None = None) -> Hearing:
    """A recording in which this was said."""
    end_s = max((u.end_s for u in said), default=0.0)
    seconds = {u.speaker: (u.role, u.end_s - u.start_s) for u in said}
    return Hearing(
        "王师傅.wav",
        end_s if duration_s is None else duration_s,
        tuple(Span(u.start_s, u.end_s) for u in said) + tuple(unheard),
        tuple(unheard),
        Engine("script", ""),
        tuple(Speaker(name, role, 0.95, round(s, 2)) for name, (role, s) in seconds.items()),
        tuple(said),
    )


T, C = Role.TECHNICIAN, Role.CUSTOMER
