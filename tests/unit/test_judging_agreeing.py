"""Two witnesses: words that alone prove nothing, and a reader who is sure what the sentence means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analyzer.domain import FoundBy, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.examples import conversation
from analyzer.judging.meaning import PROVEN
from analyzer.rubric.load import load_standard
from tests.unit.test_judging_meaning import SETTINGS, VISIT, C, T, knowing, result

ASKED = (C, "顺便看看冰箱吧？")


def test_words_of_turning_away_are_proven_where_their_reader_is_sure() -> None:
    said = [*VISIT, ASKED, (T, "冰箱懒得伸手。"), (C, "哦。")]
    accused = result(said, "not-our-job", knowing("refuse-job", {"懒得伸手": PROVEN}))
    assert accused.verdict is Verdict.MISSED
    (hit,) = accused.hits
    assert (hit.quote, hit.phrase, hit.by, hit.suspicion) == ("冰箱懒得伸手", "懒得", FoundBy.WORDS, False)
    assert "整句的意思也对得上" in hit.note


def test_a_reader_who_is_less_sure_proves_nothing_and_neither_do_the_words() -> None:
    said = [*VISIT, ASKED, (T, "冰箱懒得伸手。"), (C, "哦。")]
    suspected = result(said, "not-our-job", knowing("refuse-job", {"懒得伸手": PROVEN - 0.01}))
    assert suspected.verdict is Verdict.CANNOT_JUDGE
    assert [hit.by for hit in suspected.hits] == [FoundBy.MEANING]
    assert result(said, "not-our-job", knowing("refuse-job", {"懒得伸手": 0.1})).verdict is Verdict.MET


def test_without_such_words_the_surest_meaning_accuses_nobody() -> None:
    said = [*VISIT, ASKED, (T, "冰箱另有高人。"), (C, "哦。")]
    suspected = result(said, "not-our-job", knowing("refuse-job", {"另有高人": 1.0}))
    assert suspected.verdict is Verdict.CANNOT_JUDGE


@pytest.mark.parametrize("said", ["我可没说懒得伸手。", "前一家的师傅说懒得伸手。", "要是懒得伸手我就不来了。"])
def test_words_in_a_frame_accuse_nobody_however_sure_the_reader_is(said: str) -> None:
    turns = [*VISIT, ASKED, (T, said), (C, "哦。")]
    assert result(turns, "not-our-job", knowing("refuse-job", {"懒得伸手": 1.0})).verdict is not Verdict.MISSED


def test_words_that_the_lexicon_excuses_are_proven_by_no_reader() -> None:
    turns = [*VISIT, ASKED, (T, "你们婆媳之间的事跟我没关系。"), (C, "哦。")]
    suspected = result(turns, "not-our-concern", knowing("no-concern", {"跟我没关系": 1.0}))
    assert suspected.verdict is Verdict.CANNOT_JUDGE


def test_help_beside_them_pardons_these_words_as_any_others() -> None:
    said = [*VISIT, ASKED, (T, "冰箱懒得伸手，我打电话叫厂家来给您看看。"), (C, "哦。")]
    assert result(said, "not-our-job", knowing("refuse-job", {"懒得伸手": 1.0})).verdict is not Verdict.MISSED


def test_unclear_sound_stays_a_suspicion() -> None:
    heard = conversation([*VISIT, ASKED, (T, "冰箱懒得伸手。"), (C, "哦。")])
    unclear = replace(
        heard, transcript=tuple(replace(u, char_confidence=(0.6,) * len(u.text)) for u in heard.transcript)
    )
    words: Any = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
    library = knowing("refuse-job", {"懒得伸手": 1.0})
    judged = judge(unclear, load_standard("property-visit", SETTINGS.lexicons), {}, words, readers=library)
    assert next(i for i in judged.items if i.id == "not-our-job").verdict is Verdict.CANNOT_JUDGE


def test_one_sentence_is_one_offence_the_likelier_one() -> None:
    said = [*VISIT, ASKED, (T, "冰箱懒得伸手。"), (C, "哦。")]
    readers = {
        **knowing("refuse-job", {"懒得伸手": 0.995}).readers,
        **knowing("no-concern", {"懒得伸手": 0.999}).readers,
    }
    library = replace(knowing("refuse-job", {"懒得伸手": 0.995}), readers=readers)
    found = [result(said, item, library).verdict for item in ("not-our-job", "not-our-concern")]
    assert found == [Verdict.MET, Verdict.MISSED]


@pytest.mark.parametrize("said", ["没知了。", "没治了。"])
def test_misheard_words_are_left_to_the_policy_however_sure_the_reader_is(said: str) -> None:
    turns = [*VISIT, (C, "什么时候能好呢？"), (T, said), (C, "哦。")]
    found = result(turns, "cannot-solve", knowing("give-up", {said[:3]: 1.0}))
    assert found.verdict is (Verdict.MISSED if said == "没治了。" else Verdict.CANNOT_JUDGE)


def test_words_that_cap_the_score_are_proven_by_nothing_but_themselves() -> None:
    said = [*VISIT, (T, "真他马堵。"), (C, "好吧。")]  # 真他妈堵
    found = result(said, "profanity", knowing("abuse", {"真他马堵": 1.0}))
    assert found.verdict is Verdict.CANNOT_JUDGE


def test_a_voice_that_is_not_sure_stays_a_suspicion() -> None:
    heard = conversation([*VISIT, ASKED, (T, "冰箱懒得伸手。"), (C, "哦。")])
    whose = replace(heard, transcript=tuple(replace(u, speaker_confidence=0.6) for u in heard.transcript))
    words: Any = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
    library = knowing("refuse-job", {"懒得伸手": 1.0})
    judged = judge(whose, load_standard("property-visit", SETTINGS.lexicons), {}, words, readers=library)
    assert next(i for i in judged.items if i.id == "not-our-job").verdict is Verdict.CANNOT_JUDGE
