"""The second hearing in judging: what is worth it, and what its checks do to verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from analyzer.domain import (
    Candidate,
    Check,
    FoundBy,
    Hearing,
    ItemResult,
    Judgement,
    Layout,
    Outcome,
    Role,
    Verdict,
)
from analyzer.judging import candidates, judge, words_for
from analyzer.judging.candidates import most_of
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings
from tests.cast import C, T, heard, spoken, talk

SETTINGS = Settings()
VISIT = load_standard("property-visit", SETTINGS.lexicons)
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
UNCONCERNED = "not-our-concern"
PHRASE = "跟我们没关系"


UNSURE = 0.85  # what the engine is surer of than 0.9 needs no second hearing


def visit(*turns: tuple[Role, str]) -> Hearing:
    said = ((T, "您好，我是服务中心的维修人员"), (C, "你们上次没修好，又漏了"), *turns, (C, "那好吧"))
    return heard(talk(*said, confidence=UNSURE))


def worth(hearing: Hearing, given: Mapping[str, bool] | None = None) -> dict[str, Candidate]:
    """What is worth a second hearing, by the phrase."""
    return {phrase: c for c in candidates(hearing, VISIT, given or {}, WORDS, 99) for phrase in c.phrases}


def checked(hearing: Hearing, phrase: str, outcome: Outcome, nats: float = 0.36) -> Hearing:
    """The hearing after `phrase`, which it was worth hearing again, was held against the sound."""
    candidate = worth(hearing)[phrase]
    check = Check(candidate.start_s, candidate.end_s, candidate.heard, phrase, nats, outcome)
    return replace(hearing, checks=(*hearing.checks, check))


def judged(hearing: Hearing) -> Judgement:
    return judge(hearing, VISIT, {}, WORDS)


def result(hearing: Hearing, item: str) -> ItemResult:
    return next(i for i in judged(hearing).items if i.id == item)


LOST = visit((T, "你还投诉，你投诉去，耿问了没关系"))


def test_a_forbidden_phrase_that_was_nearly_heard_is_worth_a_second_hearing_and_accuses_nobody_before() -> None:
    candidate = worth(LOST)[PHRASE]
    assert (candidate.heard, candidate.near) == ("耿问了没关系", True)
    assert "耿问了没关系" in candidate.text
    assert candidate.texts == tuple(candidate.text.replace("耿问了没关系", phrase) for phrase in candidate.phrases)
    assert candidate.passage_start_s < candidate.start_s < candidate.end_s < candidate.passage_end_s
    assert result(LOST, UNCONCERNED).verdict is Verdict.MET


def test_a_forbidden_phrase_that_the_sound_gives_accuses_and_the_reason_says_how_it_was_heard() -> None:
    found = result(checked(LOST, PHRASE, Outcome.SAID), UNCONCERNED)
    assert found.verdict is Verdict.MISSED
    (hit,) = found.hits
    assert (hit.by, hit.suspicion, hit.quote) == (FoundBy.SOUND, False, "耿问了没关系")
    assert "听写为“耿问了没关系”，按声音更像“跟我们没关系”" in found.reason


def test_a_forbidden_phrase_that_the_sound_leaves_open_is_a_suspicion() -> None:
    found = result(checked(LOST, PHRASE, Outcome.SUSPICION), UNCONCERNED)
    assert found.verdict is Verdict.CANNOT_JUDGE
    assert [(hit.by, hit.suspicion) for hit in found.hits] == [(FoundBy.SOUND, True)]
    assert judged(LOST).score.value is not None


def test_a_near_miss_that_the_sound_rejects_changes_nothing() -> None:
    rejected = checked(LOST, PHRASE, Outcome.REJECTED, 12.0)
    assert judged(rejected).items == judged(LOST).items


def test_words_of_the_customer_accuse_nobody_by_sound_either() -> None:
    theirs = visit((C, "你还投诉，你投诉去，耿问了没关系"))
    assert PHRASE not in worth(theirs)
    check = Check(9.0, 10.2, "耿问了没关系", PHRASE, 0.3, Outcome.SAID)
    said_at = next(u for u in theirs.transcript if "耿问了" in u.text)
    start_s = said_at.char_start_s[said_at.text.index("耿")]
    told = replace(theirs, checks=(replace(check, start_s=start_s, end_s=start_s + 1.2),))
    assert result(told, UNCONCERNED).verdict is Verdict.MET


@pytest.mark.parametrize("confidence", [0.5, 0.8])  # words that were written as banned would be proven at 0.8
def test_what_only_the_sound_tells_needs_a_voice_beyond_doubt(confidence: float) -> None:
    unsure = tuple(replace(u, speaker_confidence=confidence) for u in LOST.transcript)
    found = result(checked(replace(LOST, transcript=unsure), PHRASE, Outcome.SAID), UNCONCERNED)
    assert found.verdict is Verdict.CANNOT_JUDGE and found.hits[0].suspicion


def test_help_in_the_same_breath_pardons_what_the_sound_gives() -> None:
    accused = visit((T, "这个我秀不了"))
    helped = visit((T, "这个我秀不了，我马上给您叫专业的师傅来"))
    told = [checked(hearing, next(iter(worth(hearing))), Outcome.REJECTED) for hearing in (accused, helped)]
    start_s = accused.transcript[2].char_start_s[0]
    said = Check(start_s, start_s + 1.2, "这个我秀不了", "这个我修不了", 0.5, Outcome.SAID)
    before, after = (replace(hearing, checks=(*hearing.checks, said)) for hearing in told)
    assert result(before, "cannot-solve").verdict is Verdict.MISSED
    assert result(after, "cannot-solve").verdict is Verdict.MET


def test_a_transcript_that_was_corrected_there_is_judged_by_its_words() -> None:
    told = checked(LOST, PHRASE, Outcome.SAID)
    corrected = tuple(replace(u, text=u.text.replace("耿问了没关系", "跟您说没关系")) for u in told.transcript)
    assert result(replace(told, transcript=corrected), UNCONCERNED).verdict is Verdict.MET


NEARLY = heard(
    talk(
        (T, "您好，我是服务中心的维修人员"),
        (C, "水龙头漏水"),
        (T, "修好了，给您推麻反了，再见"),
        confidence=UNSURE,
    )
)
PARTED = "给您添麻烦了"


def test_a_required_phrase_that_the_sound_gives_counts_as_evidence() -> None:
    before = result(NEARLY, "farewell")
    after = result(checked(NEARLY, "给您添麻烦", Outcome.SAID), "farewell")
    assert (after.credit or 0.0) > (before.credit or 0.0)
    assert any(hit.by is FoundBy.SOUND and "推麻反" in hit.quote for hit in after.hits)


def test_a_required_phrase_that_the_sound_leaves_open_is_for_a_person_to_hear() -> None:
    assert result(NEARLY, "farewell").verdict is Verdict.MISSED
    asked = result(checked(NEARLY, "给您添麻烦", Outcome.SUSPICION), "farewell")
    assert (asked.verdict, asked.credit) == (Verdict.CANNOT_JUDGE, None)
    assert "听写为“给您推麻反”，按声音可能是“" in asked.reason
    assert asked.nearest is not None and (asked.nearest.by, asked.nearest.suspicion) == (FoundBy.SOUND, True)


def test_words_that_merely_sound_alike_decide_nothing_once_the_sound_rejects_them() -> None:
    asks = (T, "您好，我是服务中心的维修人员，请问您家有什么文题")
    alike = heard(talk(asks, (C, "厨房的水管一直在往下滴水，都滴了三天了"), (T, "好，我看看"), confidence=UNSURE))
    before = result(alike, "inquiry")
    (hit,) = before.hits
    assert before.verdict is Verdict.MET and "文题" in hit.quote
    (candidate,) = [c for c in worth(alike).values() if c.heard == hit.quote]
    assert not candidate.near
    after = result(checked(alike, *candidate.phrases, Outcome.REJECTED, 15.0), "inquiry")
    assert after.verdict is Verdict.MISSED


def test_what_is_written_as_asked_or_sounds_the_same_needs_no_second_hearing() -> None:
    plain = heard(
        talk((T, "您好，我是服务中心的维修师父，请问有什么问题需要我们提供服务"), (C, "水管漏了"), (T, "再见"))
    )
    assert not [c for c in worth(plain).values() if "师父" in c.heard]


def test_what_was_checked_is_not_checked_again() -> None:
    for outcome in Outcome:
        assert PHRASE not in worth(checked(LOST, PHRASE, outcome))


def test_a_recording_has_so_many_candidates_and_no_more() -> None:
    many = visit(*[(T, f"耿问了没关系，{n}你投诉去") for n in "一二三四五六七八九十"])
    found = candidates(many, VISIT, {}, WORDS)
    assert 0 < len(found) <= most_of(many)
    told = replace(
        many, checks=tuple(Check(0.0, 0.1, "啊", str(n), 20.0, Outcome.REJECTED) for n in range(most_of(many)))
    )
    assert candidates(told, VISIT, {}, WORDS) == ()


def test_the_second_channel_is_listened_to_where_the_words_were_heard_on_it() -> None:
    turns = [
        *spoken("您好，我是服务中心的维修人员", T, 0.0, speaker="S2", confidence=UNSURE),
        *spoken("又漏了", C, 4.0, speaker="S1"),
        *spoken("你投诉去，耿问了没关系", T, 6.0, speaker="S2", confidence=UNSURE),
    ]
    call = replace(heard(turns), layout=Layout.STEREO)
    candidate = worth(call)[PHRASE]
    assert candidate.channel == 1
    assert "又漏了" not in candidate.text


@pytest.mark.parametrize("outcome", Outcome)
def test_checks_leave_the_transcript_as_it_was_heard(outcome: Outcome) -> None:
    told = checked(LOST, PHRASE, outcome)
    assert told.transcript == LOST.transcript
    assert judged(told) == judged(told)
