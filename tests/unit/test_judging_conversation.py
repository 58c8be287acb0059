"""What machines say is nobody's, and where nobody talks to anybody nothing is judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.domain import MACHINE, Engine, Hearing, How, Role, Sound, SoundKind, Span, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.conversation import no_conversation
from analyzer.judging.framewords import vocabulary_of
from analyzer.judging.machine import Announcements
from analyzer.rubric.load import load_shared, load_standard
from tests.cast import C, T, heard, spoken, talk

LEXICONS = Path(__file__).parents[2] / "lexicons"
WORDS = words_for(LEXICONS, None)
ANNOUNCEMENTS = Announcements(load_shared(LEXICONS), WORDS)
FOLLOWUP = load_standard("property-followup", LEXICONS)
UNKNOWN = Role.UNKNOWN
ONE_VOICE = Engine("faster-whisper", "base", diarizer="CAM++, found 1, kept 1")


def marked(*turns: tuple[Role, str], engine: Engine | None = None, pause_s: float = 2.0) -> Hearing:
    hearing = heard(talk(*turns, pause_s=pause_s))
    return ANNOUNCEMENTS.marked(hearing if engine is None else replace(hearing, engine=engine))


def silence(hearing: Hearing) -> str | None:
    return no_conversation(hearing, vocabulary_of(FOLLOWUP))


def machine_words(hearing: Hearing) -> list[str]:
    return [u.text for u in hearing.transcript if u.speaker == MACHINE]


ANNOUNCED = [
    ("您好您不打的电话暂时无法积通,请稍后再播。", SoundKind.UNREACHABLE),  # as the engine writes it
    ("对不起，您拨打的用户已关机，请稍后再拨。", SoundKind.UNREACHABLE),
    ("您好，您拨打的用户正在通话中，请稍后再拨。", SoundKind.UNREACHABLE),
    ("对不起您所拨打的用户不在服务区,请稍后再拨。", SoundKind.UNREACHABLE),
    ("您好，您拨打的号码是空号，请核对后再拨。", SoundKind.UNREACHABLE),
    ("您好您播打的电话语停击。", SoundKind.UNREACHABLE),
    ("Sorry, the number you dialed is not available, please redial later.", SoundKind.UNREACHABLE),
    ("对方手机可能不在身边，建议稍后再次尝试。", SoundKind.UNREACHABLE),
    ("您拨打的用户暂时无人接听，请在嘀声后留言。", SoundKind.UNREACHABLE),
    ("请在提示音后留言，留言结束请挂机。", SoundKind.VOICEMAIL),
    ("您好，我是机主的智能助理，他现在不方便接听电话。", SoundKind.VOICEMAIL),
    ("报修请按议投诉请按二、人工服务请按领。", SoundKind.MENU),
    ("您好欢迎制电阳光物业,当前做习全盲,请耐心等待。", SoundKind.MENU),
    ("坐席正忙，请您继续等待，您前面还有三位客户。", SoundKind.MENU),
    ("请对本次服务进行评价。满意请按一，不满意请按二。", SoundKind.MENU),
    ("您好，欢迎致电幸福里物业，您的通话可能会被录音。", SoundKind.MENU),
]


@pytest.mark.parametrize(("text", "kind"), ANNOUNCED)
def test_an_announcement_is_known_by_its_words(text: str, kind: SoundKind) -> None:
    hearing = marked((UNKNOWN, text))
    assert machine_words(hearing) == [text]
    assert {s.kind for s in hearing.sounds} == {kind}
    assert [(s.id, s.role) for s in hearing.speakers] == [(MACHINE, Role.OTHER)]


@pytest.mark.parametrize(
    "text",
    [
        "您好，欢迎致电阳光物业，工号零零五为您服务，请问有什么可以帮您？",
        "请按一下开关，看看灯亮不亮。",
        "您请按住这个按钮，再往下按。",
        "我打您电话一直打不通，您手机关机了吧？",
        "您稍等，我帮您查一下，请不要挂机。",
        "感谢您的来电，有问题随时打电话。",
        "服务时间是早上八点到晚上六点，您随时来电。",
        "麻烦您给我回个电话，我不在的话给我留言。",
        "我是物业的维修师傅，给您转接一下工程部。",
        "这个号码您存一下，是我们值班的电话。",
    ],
)
def test_what_people_say_stays_theirs(text: str) -> None:
    assert machine_words(marked((T, text), (C, "好的，知道了。"))) == []


@pytest.mark.parametrize(("text", "kind"), ANNOUNCED)
def test_announcements_alone_are_no_conversation(text: str, kind: SoundKind) -> None:
    hearing = marked((UNKNOWN, text), (UNKNOWN, text), engine=ONE_VOICE)
    judgement = judge(hearing, FOLLOWUP, {}, WORDS)
    assert {i.verdict for i in judgement.items if i.how.value == "rule"} == {Verdict.CANNOT_JUDGE}
    assert judgement.score.value is None
    assert judgement.warnings[0].startswith("没有对话" if kind is SoundKind.MENU else "没有接通")


MENU = "你好欢迎制电阳光物业服务中心,为了保证服务质量您的通话可能会被录音,报修请按议投诉请按二、人工服务请按领。"
TALK = (
    (T, "喂，您好。"),
    (C, "你们昨天来修的水管，今天还是漏。"),
    (T, "怎么了？"),
    (C, "还在漏。"),
    (T, "好，我知道了。"),
)


def test_a_menu_before_a_talk_is_neither_merit_nor_blame() -> None:
    with_menu = judge(marked((T, MENU), *TALK), FOLLOWUP, {}, WORDS)
    without = judge(heard(talk(*TALK)), FOLLOWUP, {}, WORDS)
    assert [i.verdict for i in with_menu.items] == [i.verdict for i in without.items]
    assert not any(hit.start_s < 10 for item in with_menu.items for hit in item.hits)


def test_a_person_in_the_machines_utterance_keeps_his_words() -> None:
    said = spoken("报修请按一，投诉请按二。您好，我是服务中心的维修工。", UNKNOWN, speaker="S1")
    (u,) = said
    later = tuple(t + (2.0 if i >= 12 else 0.0) for i, t in enumerate(u.char_start_s))
    hearing = ANNOUNCEMENTS.marked(heard([replace(u, char_start_s=later, end_s=u.end_s + 2.0)]))
    assert [(x.speaker, x.text) for x in hearing.transcript] == [
        (MACHINE, "报修请按一，投诉请按二。"),
        ("S1", "您好，我是服务中心的维修工。"),
    ]


ASSISTANT = (
    (C, "您好，我是机主的智能助理，他现在不方便，请问您找他有什么事？"),
    (T, "我是物业的，做个维修回访。"),
    (C, "好的，请问是关于什么的回访呢？"),
    (T, "他家前天修的门铃。"),
    (C, "明白了，您还有其他要说的吗？"),
)


def test_an_assistant_that_talks_is_a_machine_to_the_end() -> None:
    hearing = marked(*ASSISTANT, (T, "没有了，再见。"))
    assert machine_words(hearing) == [text for role, text in ASSISTANT if role is C]
    assert silence(hearing) == "voicemail"
    assert ANNOUNCEMENTS.marked(hearing) == hearing


def test_who_takes_the_call_over_from_an_assistant_is_its_owner() -> None:
    owner = ((C, "喂，我就是，刚才在忙，您说。"), (T, "门铃用着还好吗？"), (C, "挺好的，响得很。"))
    hearing = marked(*ASSISTANT, *owner)
    assert [u.text for u in hearing.transcript if u.speaker == C.value] == [
        "喂，我就是，刚才在忙，您说。",
        "挺好的，响得很。",
    ]
    assert silence(hearing) is None


def test_who_speaks_of_assistants_is_no_machine() -> None:
    hearing = marked(
        (T, "您好，物业的，来看门禁。"),
        (C, "它不响。"),
        (T, "响。"),
        (T, "您这手机里我是您的语音助手关了就行。"),
        (T, "试试。"),
    )
    assert "试试。" not in machine_words(hearing)


@pytest.mark.parametrize(
    "turns",
    [
        ((C, "喂？"), (T, "您好，请问是三单元的阮先生吗？"), (C, "打错了。")),
        ((T, "喂您好，我物业维修的，您是柏阿姨吗？"), (C, "不是，我这号刚买的。"), (T, "哦，打扰了。")),
    ],
)
def test_a_wrong_number_is_not_judged(turns: tuple[tuple[Role, str], ...]) -> None:
    assert silence(marked(*turns)) == "wrong-number"


def test_something_else_that_was_mistaken_is_no_wrong_number() -> None:
    assert silence(marked((T, "您好，物业回访，修得满意吗？"), (C, "单子上我名字打错了。"))) is None
    assert silence(marked((T, "您好，是王先生吗？"), (C, "打错了。"), *TALK, *TALK)) is None
    assert silence(marked((C, "喂，我是不是打错了？"), (T, "没打错，这里是物业，您说。"), (C, "水管漏了。"))) is None
    assert silence(marked((T, "物业回访，灯还亮吗？"), (C, "亮，我这号刚换的，您记一下。"))) is None


def test_who_asks_and_goes_on_himself_was_not_answered() -> None:
    said = "喂，您好，请问您在家吗？我是物业的维修师傅，给您送更换好的门禁卡。"
    assert silence(marked((T, said), (T, "那我先放在前台了，麻烦您有空去拿一下。"), engine=ONE_VOICE)) == "one-voice"


def test_marking_again_changes_nothing() -> None:
    once = marked((T, MENU), *TALK, (T, "您拨打的用户已关机，请稍后再拨。"))
    assert ANNOUNCEMENTS.marked(once) == once


def test_a_message_left_on_an_answering_machine_is_not_judged() -> None:
    hearing = marked(
        (UNKNOWN, "您拨打的用户暂时无人接听，请在嘀声后留言。"),
        (T, "您好，我是物业服务中心的维修师傅，您家报修的水龙头我下午上门，麻烦您回个电话，再见。"),
    )
    assert silence(hearing) == "not-connected"


def test_a_second_attempt_that_is_answered_is_judged() -> None:
    hearing = marked((UNKNOWN, "您拨打的用户正在通话中，请稍后再拨。"), *TALK, pause_s=0.8)
    assert silence(hearing) is None


@pytest.mark.parametrize("kind", [SoundKind.RINGING, SoundKind.BUSY])
def test_tones_and_nobody_are_no_conversation(kind: SoundKind) -> None:
    silent = replace(heard([]), sounds=(Sound(0.0, 20.0, kind),), duration_s=25.0)
    assert silence(silent) == "not-connected"
    assert silence(replace(heard(talk(*TALK)), sounds=(Sound(0.0, 5.0, kind),))) is None


ALONE = (
    (T, "今天是三月五号，我现在去东区六号楼修水龙头。"),
    (T, "水龙头的密封圈老化了，需要更换一个新的密封圈。"),
    (T, "更换完以后打开阀门，检查一下有没有漏水的地方。"),
)


def test_one_voice_is_no_conversation_where_the_sound_says_so() -> None:
    alone = marked(*ALONE, engine=ONE_VOICE)
    assert silence(alone) == "one-voice"
    judgement = judge(alone, FOLLOWUP, {}, WORDS)
    assert judgement.score.value is None
    assert judgement.warnings == ("没有对话：从头到尾只有一个人的声音，本录音不判断、不打分，请人工确认",)


def test_one_voice_is_a_conversation_as_long_as_anything_speaks_for_it() -> None:
    alone = marked(*ALONE, engine=ONE_VOICE)
    assert silence(replace(alone, engine=Engine("recorded", ""))) is None
    assert silence(replace(alone, engine=replace(ONE_VOICE, diarizer="CAM++, found 2, kept 1"))) is None
    assert silence(replace(alone, unheard=(Span(8.0, 9.2),))) is None
    answered = marked(*ALONE, (T, "现在好用吗？"), (T, "嗯。"), (T, "那就好，再见。"), engine=ONE_VOICE, pause_s=0.6)
    assert silence(answered) is None
    assert silence(marked(*ALONE, (C, "好的。"), engine=ONE_VOICE)) is None


def test_calling_into_a_dead_line_is_no_conversation() -> None:
    assert silence(marked((UNKNOWN, "喂，您好。"), (UNKNOWN, "喂喂，听得到吗？"), engine=ONE_VOICE)) == "one-voice"


def test_a_call_that_its_record_calls_unanswered_is_not_judged_whatever_is_heard() -> None:
    hearing = marked((T, "您好，我是幸福里物业的，请问昨天的维修您满意吗？"), (C, "满意，谢谢。"))
    spoke = judge(hearing, FOLLOWUP, {}, WORDS)
    told = judge(hearing, FOLLOWUP, {"call_answered": False}, WORDS)
    assert spoke.score.value is not None
    assert told.score.value is None
    assert {i.verdict for i in told.items if i.how is How.RULE} == {Verdict.CANNOT_JUDGE}
    assert told.warnings == ("没有接通：话单写明没有人接听，本录音不判断、不打分",)
    assert "call_answered" not in told.facts
    assert judge(hearing, FOLLOWUP, {"call_answered": True}, WORDS) == spoke
