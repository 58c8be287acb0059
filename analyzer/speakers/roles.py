"""Which speaker is the technician and which the customer, from what they say. Pure.

Cues (phrases with weights) are data in lexicons/shared/roles.yaml; whoever calls counts them. Here they become a
decision: each way of naming one speaker the technician is scored, and the softmax over the ways is the confidence. Under
THRESHOLD nobody gets a role and the rules fall back to "either speaker".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from analyzer.domain import Role, Speaker, Utterance, quantise_ratio, quantise_time

THRESHOLD = 0.7
SUREST = 0.99  # what is told from words is never certain
ALONE_THRESHOLD = 0.85  # nobody to compare with, so the cues must say it by themselves
LOG_ODDS_A_WEIGHT = 0.5  # a cue of weight 3 on one side alone gives odds of e^1.5: 82 %
MOST_LOG_ODDS = 4.0  # however often they are heard: cues of one talk are not independent
TALK_PRIOR = 0.25  # technicians speak a little more; decides nothing by itself
SECOND_CUSTOMER = 0.8  # a further voice is a bystander unless its words say plainly that the order is its own too
SMALL_SHARE = 0.1  # a further voice with less than this share of the talk is more likely a bystander


class CueCounter(Protocol):
    """Counts the cues in what one speaker says: weighted sums for Role.TECHNICIAN and Role.CUSTOMER.

    Those for Role.OTHER tell that it is not the technician, and not who else.
    """

    def __call__(self, utterances: Sequence[Utterance], /) -> Mapping[Role, float]:
        """The sums; a missing role counts as 0."""


def assign_roles(
    utterances: Sequence[Utterance],
    count_cues: CueCounter,
    speech_s: Mapping[str, float] | None = None,
    technician_channel: int | None = None,
) -> tuple[tuple[Speaker, ...], tuple[Utterance, ...]]:
    """Speakers with roles, in order of their ids, and the utterances with the roles filled in.

    Speakers are those of `utterances` and of `speech_s`, the seconds that each id spoke (else taken from the utterances).

    `technician_channel` is given with a recording of one speaker a channel and wins with confidence 1.0. Exactly one speaker
    is the technician, the likeliest of the others is the customer; further voices are customers or bystanders ("other").
    A lone speaker gets a role only from strong cues. No utterance gives no speaker, unless `speech_s` names some.
    """
    said: dict[str, list[Utterance]] = {name: [] for name in sorted(speech_s or {}, key=_number)}
    for utterance in utterances:
        said.setdefault(utterance.speaker, []).append(utterance)
    names = sorted(said, key=_number)
    spoken = {n: (speech_s or {}).get(n, sum(u.end_s - u.start_s for u in said[n])) for n in names}
    if technician_channel is not None:
        roles = _given(names, f"S{technician_channel + 1}")
    else:
        cues = {n: count_cues(said[n]) if said[n] else {} for n in names}
        odds = {n: _log_odds(counted, Role.CUSTOMER, Role.OTHER) for n, counted in cues.items()}
        if len(names) == 1:
            heard = _alone(odds)
        else:
            heard = _judged(odds, {n: _log_odds(counted, Role.CUSTOMER) for n, counted in cues.items()}, spoken)
        roles = {n: (role, min(chance, SUREST)) for n, (role, chance) in heard.items()}
    speakers = tuple(Speaker(n, roles[n][0], quantise_ratio(roles[n][1]), quantise_time(spoken[n])) for n in names)
    return speakers, tuple(replace(u, role=roles[u.speaker][0]) for u in utterances)


def _number(name: str) -> tuple[int, str]:
    """S2 before S10."""
    digits = name.lstrip("S")
    return (int(digits) if digits.isdigit() else 0, name)


def _log_odds(cues: Mapping[Role, float], *against: Role) -> float:
    """Log-odds of the technician against others, from one speaker's cues."""
    balance = cues.get(Role.TECHNICIAN, 0.0) - sum(cues.get(role, 0.0) for role in against)
    return MOST_LOG_ODDS * math.tanh(LOG_ODDS_A_WEIGHT * balance / MOST_LOG_ODDS)


def _given(names: Sequence[str], technician: str) -> dict[str, tuple[Role, float]]:
    return {n: (Role.TECHNICIAN if n == technician else Role.CUSTOMER, 1.0) for n in names}


def _alone(odds: Mapping[str, float]) -> dict[str, tuple[Role, float]]:
    """One speaker: often a recording of one side of a call, or a technician talking to himself."""
    ((name, value),) = odds.items()
    chance = _logistic(value)
    return {name: (Role.TECHNICIAN if chance >= ALONE_THRESHOLD else Role.UNKNOWN, chance)}


def _judged(
    odds: Mapping[str, float], customer_odds: Mapping[str, float], spoken: Mapping[str, float]
) -> dict[str, tuple[Role, float]]:
    """Two speakers or more: softmax over who is the technician; `customer_odds` are against a customer alone."""
    if not odds:
        return {}
    total_s = max(sum(spoken.values()), 1e-9)
    # Naming one the technician: his odds count for it, everyone else's odds against.
    scores = {n: odds[n] + TALK_PRIOR * math.log(max(spoken[n] / total_s, 0.02)) for n in odds}
    peak = max(scores.values())
    weights = {n: math.exp(score - peak) for n, score in scores.items()}
    chances = {n: weight / sum(weights.values()) for n, weight in weights.items()}
    technician = max(chances, key=lambda n: chances[n])
    if chances[technician] < THRESHOLD:
        return dict.fromkeys(odds, (Role.UNKNOWN, chances[technician]))
    roles = {technician: (Role.TECHNICIAN, chances[technician])}
    others = [n for n in odds if n != technician]
    customer = {n: _customer_chance(customer_odds[n], spoken[n] / total_s) for n in others}
    first = max(others, key=lambda n: customer[n])
    for n in others:
        if n == first:
            roles[n] = (Role.CUSTOMER, 1.0 - chances[n])
        else:
            role = Role.CUSTOMER if customer[n] >= SECOND_CUSTOMER else Role.OTHER
            roles[n] = (role, (1.0 - chances[n]) * max(customer[n], 1.0 - customer[n]))
    return roles


def _customer_chance(odds: float, share: float) -> float:
    """Chance that a voice that is not the technician's is a customer's rather than a bystander's."""
    return _logistic(-odds + math.log(max(share, 1e-3) / SMALL_SHARE))


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))
