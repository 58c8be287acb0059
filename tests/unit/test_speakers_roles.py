"""Who is the technician and who the customer, from cues that the test counts itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain import Role, Utterance
from analyzer.speakers import assign_roles
from analyzer.speakers.roles import THRESHOLD

CUES = {
    "我是服务中心的": (Role.TECHNICIAN, 3.0),
    "材料费": (Role.TECHNICIAN, 2.0),
    "我家": (Role.CUSTOMER, 2.0),
    "师傅": (Role.CUSTOMER, 1.0),
}


def count(utterances: Sequence[Utterance]) -> Mapping[Role, float]:
    sums = {Role.TECHNICIAN: 0.0, Role.CUSTOMER: 0.0}
    for utterance in utterances:
        for phrase, (role, weight) in CUES.items():
            sums[role] += weight * utterance.text.count(phrase)
    return sums


def say(speaker: str, text: str, start_s: float = 0.0) -> Utterance:
    times = tuple(start_s + 0.2 * i for i in range(len(text)))
    return Utterance(
        start_s, start_s + 0.2 * len(text), speaker, Role.UNKNOWN, text, 0.9, times, tuple([0.9] * len(text))
    )


def roles(*utterances: Utterance, speech_s: Mapping[str, float] | None = None) -> dict[str, Role]:
    return {s.id: s.role for s in assign_roles(utterances, count, speech_s)[0]}


TALK = (say("S1", "您好，我是服务中心的王师傅"), say("S2", "我家水龙头坏了", 4), say("S1", "材料费十五", 7))


def test_the_one_who_introduces_himself_is_the_technician() -> None:
    speakers, transcript = assign_roles(TALK, count)
    assert [(s.id, s.role) for s in speakers] == [("S1", Role.TECHNICIAN), ("S2", Role.CUSTOMER)]
    assert all(s.confidence > 0.9 for s in speakers)
    assert [u.role for u in transcript] == [Role.TECHNICIAN, Role.CUSTOMER, Role.TECHNICIAN]


def test_the_technician_may_speak_second() -> None:
    assert roles(say("S1", "师傅快来我家"), say("S2", "好的，我是服务中心的", 3)) == {
        "S1": Role.CUSTOMER,
        "S2": Role.TECHNICIAN,
    }


def test_without_cues_nobody_gets_a_role_and_the_doubt_is_stated() -> None:
    speakers, transcript = assign_roles((say("S1", "今天天气不错"), say("S2", "是啊是啊", 2)), count)
    assert {s.role for s in speakers} == {Role.UNKNOWN} == {u.role for u in transcript}
    assert all(0.0 < s.confidence < THRESHOLD for s in speakers)


def test_the_stated_channel_wins_over_what_is_said() -> None:
    speakers, _ = assign_roles(TALK, count, technician_channel=1)
    assert [(s.id, s.role, s.confidence) for s in speakers] == [
        ("S1", Role.CUSTOMER, 1.0),
        ("S2", Role.TECHNICIAN, 1.0),
    ]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("我是服务中心的，材料费，我是服务中心的", Role.TECHNICIAN),
        ("材料费", Role.UNKNOWN),
        ("今天天气不错", Role.UNKNOWN),
        ("我家我家我家", Role.UNKNOWN),
    ],
)
def test_a_lone_speaker_is_the_technician_only_on_strong_cues(text: str, role: Role) -> None:
    assert roles(say("S1", text)) == {"S1": role}


def test_a_third_voice_with_a_few_words_is_a_bystander() -> None:
    third = say("S3", "开饭了", 20)
    assert roles(*TALK, third, speech_s={"S1": 30, "S2": 25, "S3": 1.2})["S3"] is Role.OTHER


def test_a_second_member_of_the_family_is_a_customer_too() -> None:
    third = say("S3", "师傅，我家那个热水器也坏了", 20)
    assert roles(*TALK, third, speech_s={"S1": 30, "S2": 25, "S3": 12})["S3"] is Role.CUSTOMER


def test_nobody_speaks_nobody_is_cast() -> None:
    assert assign_roles((), count) == ((), ())


def test_speakers_are_listed_in_the_order_of_their_numbers() -> None:
    talk = [say(f"S{n}", "好", n) for n in (10, 2, 1)]
    assert [s.id for s in assign_roles(talk, count)[0]] == ["S1", "S2", "S10"]


scores = st.floats(0, 30)


@given(st.lists(st.tuples(scores, scores, st.floats(0.5, 500)), min_size=1, max_size=4))
def test_at_most_one_technician_and_every_confidence_is_a_share(
    people: list[tuple[float, float, float]],
) -> None:
    talk = [say(f"S{n}", "好", n) for n in range(1, len(people) + 1)]
    table = {f"S{n}": (t, c) for n, (t, c, _) in enumerate(people, 1)}

    def counted(utterances: Sequence[Utterance]) -> Mapping[Role, float]:
        technician, customer = table[utterances[0].speaker]
        return {Role.TECHNICIAN: technician, Role.CUSTOMER: customer}

    speakers, _ = assign_roles(talk, counted, {f"S{n}": s for n, (_, _, s) in enumerate(people, 1)})
    given_roles = [s.role for s in speakers]
    assert given_roles.count(Role.TECHNICIAN) <= 1
    assert all(0.0 <= s.confidence <= 1.0 for s in speakers)
    if len(people) > 1 and Role.UNKNOWN not in given_roles:
        assert given_roles.count(Role.TECHNICIAN) == 1
        assert Role.CUSTOMER in given_roles


@given(scores, scores, st.floats(0, 5))
def test_more_cues_never_make_the_technician_less_likely(first: float, second: float, more: float) -> None:
    def chance(cues: float) -> float:
        table = {"S1": cues, "S2": second}
        talk = [say("S1", "好"), say("S2", "好", 2)]
        speakers, _ = assign_roles(talk, lambda us: {Role.TECHNICIAN: table[us[0].speaker]})
        s1 = speakers[0]
        if s1.role is Role.UNKNOWN:
            return 0.5
        return s1.confidence if s1.role is Role.TECHNICIAN else 1.0 - s1.confidence

    assert chance(first + more) >= chance(first) - 1e-3
