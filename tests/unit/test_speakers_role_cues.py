"""The cues of lexicons/shared/roles.yaml tell who is who in conversations whose roles are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain import Role
from analyzer.judging import words_for
from analyzer.judging.cues import LexiconCues
from analyzer.reading.library import FOLDER
from analyzer.reading.staff import staff_reader
from analyzer.rubric.load import load_shared
from analyzer.settings import Settings
from analyzer.speakers import assign_roles
from benchmarks.rendering.script import read_script
from benchmarks.wording.dialogues import cases
from tests.cast import talk
from tests.samples import SAMPLES

Turns = tuple[tuple[Role, str], ...]


def samples() -> Iterator[tuple[str, Turns]]:
    for path in sorted(SAMPLES.rglob("*.script.yaml")):
        turns = tuple((Role(t.role), t.text) for t in read_script(path).turns)
        if len(turns) >= 4:
            yield path.name.removesuffix(".script.yaml"), turns


@pytest.fixture(scope="module", params=["cues alone", "with the reader"])
def counter(request: pytest.FixtureRequest) -> LexiconCues:
    settings = Settings()
    reader = staff_reader(settings.lexicons / FOLDER) if request.param == "with the reader" else None
    return LexiconCues(load_shared(settings.lexicons).roles, words_for(settings.lexicons, settings.cache_dir), reader)


def outcome(turns: Turns, counter: LexiconCues) -> str:
    """Right, unknown or swapped: what became of the technician and the customer."""
    unknown = [replace(u, role=Role.UNKNOWN) for u in talk(*turns)]
    found = {s.id: s.role for s in assign_roles(unknown, counter)[0]}
    pair = [found[role] for role in ("technician", "customer") if role in found]
    if all(role is Role.UNKNOWN for role in pair):
        return "unknown"
    return "right" if pair == [Role.TECHNICIAN, Role.CUSTOMER][: len(pair)] else "swapped"


@pytest.mark.parametrize(("name", "turns"), list(samples()), ids=[name for name, _ in samples()])
def test_both_are_known_in_every_sample(name: str, turns: Turns, counter: LexiconCues) -> None:
    assert outcome(turns, counter) == "right", name


@pytest.mark.parametrize(("name", "turns"), [(n, t) for n, t in samples() if any(r is Role.OTHER for r, _ in t)])
def test_who_is_with_the_customer_is_no_second_customer(name: str, turns: Turns, counter: LexiconCues) -> None:
    unknown = [replace(u, role=Role.UNKNOWN) for u in talk(*turns)]
    assert {s.id: s.role.value for s in assign_roles(unknown, counter)[0]}["other"] == "other", name


def test_nobody_is_taken_for_the_other_in_the_wordings_of_other_people(counter: LexiconCues) -> None:
    found = {case.id: outcome(case.turns, counter) for case in cases("dev")}
    assert [name for name, result in found.items() if result == "swapped"] == []
    assert sum(result == "right" for result in found.values()) >= 0.95 * len(found)


@pytest.mark.parametrize(
    ("technician", "customer"),
    [
        ("您好，物业的维修，我姓王", "哦，王师傅"),
        ("您报的修我登记了，会有师傅联系您", "那到底什么时候来"),
        ("上回修的现在还漏不漏", "漏，你们物业到底管不管，我要投诉你"),
    ],
)
def test_a_call_without_a_name_is_enough(technician: str, customer: str, counter: LexiconCues) -> None:
    for turns in (
        ((Role.TECHNICIAN, technician), (Role.CUSTOMER, customer)),
        ((Role.CUSTOMER, customer), (Role.TECHNICIAN, technician)),
    ):
        assert outcome(turns, counter) == "right"
