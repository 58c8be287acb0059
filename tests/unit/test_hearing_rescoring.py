"""What a difference in log-probability comes to, and that a passage is listened to once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from analyzer.domain import Candidate, Outcome
from analyzer.hearing import Scorer, Window, listen_again
from analyzer.hearing.recorded import RecordedTranscriber
from analyzer.hearing.rescoring import outcome

SOUND = np.full(16_000 * 10, 300, np.int16)


class Told:
    """An engine that finds each text as probable as told, and notes what it was asked."""

    def __init__(self, nats: dict[str, float]) -> None:
        self.nats = nats
        self.asked: list[tuple[float, tuple[str, ...]]] = []

    def beside(self) -> int:
        return 1

    def score(self, window: Window, texts: Sequence[str]) -> tuple[float, ...]:
        self.asked.append((window.span.start_s, tuple(texts)))
        return tuple(self.nats[text] for text in texts)


def candidate(heard: str, *phrases: str, at_s: float = 1.0, near: bool = True) -> Candidate:
    texts = tuple(f"你投诉去{phrase}" for phrase in phrases)
    return Candidate(at_s, at_s + 1.0, heard, phrases, near, 0, at_s - 1.0, at_s + 2.0, f"你投诉去{heard}", texts)


@pytest.mark.parametrize(
    ("nats", "near", "expected"),
    [
        (-3.0, True, Outcome.SAID),
        (0.36, True, Outcome.SAID),
        (3.0, True, Outcome.SUSPICION),
        (9.5, True, Outcome.REJECTED),
        (0.36, False, Outcome.SAID),
        (8.0, False, Outcome.SUSPICION),
        (16.0, False, Outcome.REJECTED),
    ],
)
def test_what_counts_only_by_its_sound_must_be_surer_than_what_counts_anyway(
    nats: float, near: bool, expected: Outcome
) -> None:
    assert outcome(nats, near=near) is expected


def test_what_would_accuse_by_its_sound_alone_must_be_surer_than_what_would_be_credited() -> None:
    assert outcome(1.5, near=True) is Outcome.SAID
    assert outcome(1.5, near=True, banned=True) is Outcome.SUSPICION
    assert outcome(1.5, near=False, banned=True) is Outcome.SAID


def test_of_several_readings_the_likeliest_is_checked() -> None:
    engine = Told({"你投诉去耿问了没关系": -20.0, "你投诉去跟公司没关系": -26.0, "你投诉去跟我们没关系": -20.36})
    (check,) = listen_again((SOUND,), [candidate("耿问了没关系", "跟公司没关系", "跟我们没关系")], engine)
    assert (check.phrase, check.nats, check.outcome) == ("跟我们没关系", 0.36, Outcome.SAID)


def test_a_passage_is_encoded_once_for_all_its_candidates() -> None:
    engine = Told({f"你投诉去{words}": -1.0 for words in ("一", "二", "三")})
    checks = listen_again((SOUND,), [candidate("一", "二"), candidate("一", "三")], engine)
    assert engine.asked == [(0.0, ("你投诉去一", "你投诉去二", "你投诉去三"))]
    assert {check.phrase for check in checks} == {"二", "三"}


def test_checks_come_in_order_of_time_whatever_the_order_of_candidates() -> None:
    engine = Told({f"你投诉去{words}": -1.0 for words in ("一", "二")})
    checks = listen_again((SOUND,), [candidate("一", "二", at_s=5.0), candidate("一", "二", at_s=2.0)], engine)
    assert [check.start_s for check in checks] == [2.0, 5.0]


def test_passages_are_scored_beside_each_other_as_many_as_the_engine_allows() -> None:
    class Together(Told):
        together = threading.Barrier(2, timeout=60)

        def beside(self) -> int:
            return 2

        def score(self, window: Window, texts: Sequence[str]) -> tuple[float, ...]:
            self.together.wait()  # broken after a minute unless another passage is scored meanwhile
            return super().score(window, texts)

    engine = Together({f"你投诉去{words}": -1.0 for words in ("一", "二")})
    several = [candidate("一", "二", at_s=start_s) for start_s in (2.0, 5.0, 7.0, 8.5)]
    assert listen_again((SOUND,), several, engine) == listen_again((SOUND,), several, Told(engine.nats))


def test_a_passage_beyond_the_end_of_the_sound_has_no_check() -> None:
    assert listen_again((SOUND,), [candidate("一", "二", at_s=60.0)], Told({})) == ()


def test_a_stored_transcript_that_is_replayed_scores_nothing() -> None:
    assert not issubclass(RecordedTranscriber, Scorer)


def test_the_engine_scores_texts_with_the_marks_it_writes_itself() -> None:
    """Else both texts would look foreign to it, and what tells them apart would drown."""
    engine = Told({"你投诉去,关我什么事": -20.0, "你投诉去,跟我们没关系": -20.36})
    (check,) = listen_again((SOUND,), [candidate("，关我什么事", "，跟我们没关系")], engine)
    assert check.outcome is Outcome.SAID
    assert all("，" not in text for _, texts in engine.asked for text in texts)
