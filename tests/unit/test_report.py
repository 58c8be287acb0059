"""The report that a person reads: trouble first, every verdict with its words and its m:ss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

from analyzer.cli.report import report, summary
from analyzer.domain import (
    Analysis,
    Dropped,
    Engine,
    Fact,
    Figures,
    Hearing,
    Hit,
    How,
    Interruption,
    ItemResult,
    Judgement,
    Kind,
    Role,
    Score,
    Span,
    Speaker,
    StandardRef,
    Verdict,
)
from tests.cast import C, T, heard, talk

GOLDEN = Path(__file__).parents[1] / "fixtures" / "report"
COVERAGE = {
    "items": 8, "rule": 6, "link": 1, "person": 1, "met": 2, "missed": 2, "not_applicable": 1, "cannot_judge": 1,
}  # fmt: skip


def item(name: str, verdict: Verdict | None, reason: str, **more: object) -> ItemResult:
    plain = ItemResult(name, Kind.REQUIRED, How.RULE, "二.1", "", verdict, None, 1.0, reason)
    return replace(plain, **more)  # type: ignore[arg-type]  # the fields of an item


def analysis() -> Analysis:
    said = talk((T, "您好我是物业的"), (C, "你怎么才来"), (T, "这个我不知道"))
    hearing = replace(
        heard(said, [Span(4.2, 5.5)], duration_s=3725.0),
        speakers=(Speaker("S1", T, 0.97, 2.6), Speaker("S2", C, 0.97, 1.0), Speaker("S3", Role.OTHER, 0.6, 0.4)),
        engine=Engine("faster-whisper", "base"),
        dropped=(Dropped(60.0, 62.0, "请不吝点赞订阅", "known-invention"),),
        warnings=("文件有损坏：2 个数据包无法解码，已跳过。",),
    )
    greeting = Hit(0.0, 0.4, T, "您好", "您好", 1.0, element="hello")
    wrong = Hit(3.4, 4.0, T, "不知道", "不知道", 1.0)
    maybe = Hit(61.0, 61.8, T, "跟我没关系", "跟我们没关系", 0.912, suspicion=True, note="这一段录音不清楚")
    judgement = Judgement(
        StandardRef("property-visit", "1.0.0", "0123456789abcdef", "上门服务规范"),
        {
            "charged": Fact(False, "given"),
            "late": Fact(True, "heard", (Hit(2.0, 3.0, C, "你怎么才来", "怎么才来", 1.0),)),
            "moved": Fact(False, "heard"),
        },
        (
            item("greeting", Verdict.MET, "已做到。", credit=1.0, weight=2.0, hits=(greeting,)),
            item("farewell", Verdict.MISSED, "没有听到再见。", credit=0.0),
            item("inquiry", Verdict.CANNOT_JUDGE, "没有听清。"),
            item("demonstrate", Verdict.NOT_APPLICABLE, "不适用。"),
            item("do-not-know", Verdict.MISSED, "说了不知道。", kind=Kind.FORBIDDEN, hits=(wrong, maybe)),
            item("profanity", Verdict.MET, "没有听到脏话。", kind=Kind.FORBIDDEN, credit=1.0),
            item("on-time", None, "对照工单。", how=How.LINK, clause="三.4(2)"),
            item("knock", None, "由人勾选。", how=How.PERSON, clause="三.4(4)"),
        ),
        Score(56.7, 66.7, 10.0, None, 4, 1, 1, COVERAGE),
        Figures(
            talk_share={T: 0.72, C: 0.28},
            syllables_per_minute={T: 305.3, C: None},
            interruptions=(Interruption(2.0, T, C, "S1", "S2", 0.5),),
            longest_silence=Span(64.0, 68.8),
        ),
        ("说话人身份把握不大（S3），请核对后再看结论",),
    )
    return Analysis(hearing, judgement)


def text(what: Analysis) -> str:
    out = StringIO()
    report(what, out)
    return out.getvalue()


def test_the_report_reads_as_agreed(golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / "small.txt", text(analysis()))


def test_what_needs_a_person_comes_before_what_is_well() -> None:
    lines = text(analysis()).splitlines()
    groups = [line.split()[1] for line in lines if line.startswith("──")]
    assert groups == ["要处理", "已达标", "不适用", "不由本录音判断", "转写"]
    assert [line.split()[0] for line in lines if "  二.1  " in line] == ["✗", "✗", "?", "✓", "✓", "–"]


def test_a_recording_without_speech_says_so_instead_of_a_score(golden: Callable[[Path, str], None]) -> None:
    whole = analysis()
    silent = Hearing("电钻.wav", 60.0, (), (), Engine("faster-whisper", "base"), (), ())
    items = tuple(
        replace(i, verdict=Verdict.CANNOT_JUDGE, credit=None, hits=(), reason="录音里没有听到可以判断的人声。")
        for i in whole.judgement.items
        if i.how is How.RULE
    )
    nothing = Score(None, None, 0.0, None, 0, 6, 0, {**COVERAGE, "items": 6, "link": 0, "person": 0})
    judgement = replace(whole.judgement, items=items, score=nothing, facts={}, figures=Figures(), warnings=())
    golden(GOLDEN / "silent.txt", text(Analysis(silent, judgement)))


def test_a_fatal_violation_shows_the_cap() -> None:
    whole = analysis()
    score = replace(whole.judgement.score, value=40.0, cap=40.0)
    assert "严重违规，最高 40" in text(Analysis(whole.hearing, replace(whole.judgement, score=score)))


def test_the_summary_has_a_line_for_each_recording_and_their_sum() -> None:
    whole = analysis()
    without = replace(whole.judgement, score=replace(whole.judgement.score, value=None, suspicions=0))
    lines = summary([whole, Analysis(whole.hearing, without)], 12.4).splitlines()
    assert lines[2].split() == ["56.7", "2", "1", "1", "1:02:05", "王师傅.wav（property-visit）"]
    assert lines[3].split() == ["无", "2", "1", "0", "1:02:05", "王师傅.wav（property-visit）"]
    assert lines[4] == "共 2 段录音 2:04:10，用时 0:12（含载入模型），没有访问网络。"


def test_an_escape_sequence_in_a_name_or_a_transcript_does_not_reach_the_terminal() -> None:
    whole = analysis()
    hearing = replace(whole.hearing, file="\x1b[2J.wav", transcript=tuple(talk((C, "您好\x07\n再见\u3000啊"))))
    shown = text(Analysis(hearing, whole.judgement))
    assert "\x1b" not in shown and "\x07" not in shown
    assert "�[2J.wav" in shown
    assert "客户：您好��再见\u3000啊" in shown
