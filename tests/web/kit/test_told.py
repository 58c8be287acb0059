"""What is stored as sentences, said in the reader's language: every shape, and what real recordings were told."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any

import pytest
from flask import Flask

from analyzer.audio import messages
from analyzer.judging import reasons
from analyzer.rubric.messages import TEXTS, explain
from web.kit import checkup_sentences as checkup
from web.kit.catalogues import catalogue
from web.kit.sentences import AUDIO, DRAFTS, HEARING, WORK
from web.kit.told import known, told
from web.maintenance.doctor import examine
from web.maintenance.machine import WALLS

HAN = re.compile(r"[\u4e00-\u9fff]")
QUOTED = re.compile(r"“[^”]*”|\([^()]*\)|Clause \S+|clause \S+")
VALUES: dict[str, Any] = {
    "clause": "二.1、三.4(5)", "time": "1:05", "window": "0:00–1:02:05", "quote": "这个我不清楚,你问物业吧",
    "phrase": "不清楚", "similarity": "0.87", "text": "您好，我是服务中心的维修人员", "after": "请您试一下",
    "condition": "技师迟到", "element": "说明原因", "fact": "技师迟到，或用户抱怨久等", "seconds": "12.5", "share": "34%",
    "promise": "我帮您问一下", "missing": "“问好”“表明身份（单位或工种）”", "count": "3", "penalty": "5", "title": "“较轻的话”",
    "clearness": "0.64",
    "where": reasons.PARTS["opening"], "frame": reasons.PARTS["reported"], "alike": "",
    "basis": reasons.part("given-false", fact="技师迟到"), "nearest": reasons.PARTS["nothing-near"], "more": "",
    "doubt": reasons.PARTS["doubt-audio"], "note": reasons.part("by-sound", quote="没知了", phrase="没治了"),
}  # fmt: skip
FAULTS = reasons.part(
    "unheard-of", where=reasons.PARTS["closing"], window="0:31–1:22", missing="“再见”",
    nearest=reasons.part("nearest", time="0:13", quote="能大无", alike=reasons.part("alike", phrase="再见", similarity="0.59")),
)  # fmt: skip
VALUES["faults"] = "；".join((FAULTS, reasons.part("too-late", time="0:24", quote="怎么开")))


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.kit.told.language", lambda: "en")


def chinese_left(text: str) -> str:
    while (shorter := QUOTED.sub("", text)) != text:
        text = shorter
    return "".join(HAN.findall(text))


@pytest.mark.parametrize("code", reasons.TEMPLATES)
def test_a_reason_is_said_with_all_that_it_quotes(english: None, code: str) -> None:
    sentence = reasons.reason(code, **VALUES)
    said = told(sentence)
    assert said != sentence
    assert chinese_left(said) == "", said
    places = [name for _, name, _, _ in Formatter().parse(reasons.TEMPLATES[code]) if name]
    for name in {"time", "quote", "phrase", "similarity", "text", "after", "fact", "promise"} & set(places):
        assert VALUES[name] in said, name


@pytest.mark.parametrize("code", reasons.PARTS)
def test_a_part_of_a_reason_is_said(english: None, code: str) -> None:
    sentence = reasons.part(code, **VALUES)
    assert chinese_left(told(sentence)) == ""


def test_faults_come_one_behind_the_other(english: None) -> None:
    said = told(reasons.reason("missed", **VALUES))
    assert said == (
        "Clause 二.1、三.4(5) requires “您好，我是服务中心的维修人员”, but “再见” was not heard in the closing (0:31–1:22), "
        "the nearest is “能大无” at 0:13 (similarity 0.59 to “再见”); “怎么开” was said too late, at 0:24."
    )


def test_a_quotation_that_reads_like_a_reason_changes_nothing_around_it(english: None) -> None:
    quote = "”，但没有听到“再见”（与“再见”相似度 0.50）"
    said = told(reasons.reason("met", **VALUES | {"quote": quote}))
    assert said.startswith("Clause 二.1、三.4(5) is met: “") and quote in said


@pytest.mark.parametrize("code", messages.ERRORS)
def test_an_error_of_a_file_is_said(english: None, code: str) -> None:
    for limit in ("6 小时", "90 秒", "2.0 GB"):
        error = messages.error(code, "王师傅 11月.m4a", limit)
        said = told(str(error.message))
        assert "王师傅 11月.m4a" in said and code in said
        assert chinese_left(said.replace("王师傅 11月.m4a", "")) == ""
        assert chinese_left(told(error.advice)) == ""


@pytest.mark.parametrize("code", TEXTS)
def test_what_the_check_of_a_standard_says_is_said(english: None, code: str) -> None:
    names = {name for text in TEXTS[code] for _, name, _, _ in Formatter().parse(text) if name}
    names |= set(re.findall(r"\{(\w+)\}", "".join(TEXTS[code])))
    for nearest in ("late-apology", ""):
        values = dict.fromkeys(names, "late-apology") | ({"nearest": nearest} if "nearest" in names else {})
        for sentence in explain(code, **values):
            assert chinese_left(re.sub("[来从要需|麻烦您签个字请{}]", "", told(sentence))) == "", told(sentence)


CHECKED = (*checkup.CHECKUP, *checkup.MACHINE, *checkup.COMPOSED, *checkup.FAULTS)


@pytest.mark.parametrize("shape", [*AUDIO, *HEARING, *WORK, *DRAFTS, *CHECKED])
def test_every_other_sentence_is_said(english: None, shape: str) -> None:
    values = {name: "12" for _, name, _, _ in Formatter().parse(shape) if name}
    special = {
        "reason": messages.ERRORS["empty"][0],
        "code": "audio-empty",
        "note": VALUES["note"],
        "title": "语音模型 base",
        "machine": "这台机器（8 核，16 GB 内存，没有显卡）",
        "walls": "没有网络；只读得到这一个录音（Landlock）",
    }
    sentence = shape.format(**values | {k: v for k, v in special.items() if k in values})
    assert chinese_left(told(sentence)) == "", told(sentence)


@pytest.mark.parametrize("shape", [*AUDIO[4:], *HEARING, *WORK, *checkup.CHECKUP, *checkup.MACHINE])
def test_every_other_sentence_is_still_written_by_somebody(shape: str) -> None:
    """Its words stand in the sources; else nobody says it any more."""
    pieces = [piece for piece in re.split(r"\{\w+\}|[左右]", shape) if len(piece) > 3]
    longest = max(pieces, key=len)
    assert longest in sources() or all(word in sources() for word in re.split("[，。；]", longest) if word), longest


def sources() -> str:
    from analyzer.settings import ROOT

    if not _SOURCES:
        files = [*(ROOT / "analyzer").rglob("*.py"), *(ROOT / "web").rglob("*.py")]
        whole = "\n".join(p.read_text("utf-8") for p in files if not p.name.endswith("sentences.py"))
        _SOURCES.append(re.sub(r"\{[^{}]*\}|\"\s*f?\"|[左右]", "", whole))
    return _SOURCES[0]


_SOURCES: list[str] = []


def test_what_nobody_of_the_program_wrote_stays_as_it_is(english: None) -> None:
    for text in ("", "我觉得判错了，0:12 说了您好。", "100% 同意（见备注）", "第一条要求“问好”，他没有做到"):
        assert told(text) == text
        assert known(text) == text


def test_a_usual_reason_is_said_and_a_note_of_one_s_own_is_not(english: None) -> None:
    assert known("机器听错了字") == "The machine misheard"
    assert known("机器听错了字，请再听") == "机器听错了字，请再听"


def test_in_the_source_language_everything_is_to_the_letter() -> None:
    for code in reasons.TEMPLATES:
        assert told(reasons.reason(code, **VALUES)) == reasons.reason(code, **VALUES)


def test_traditional_keeps_what_was_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.kit.told.language", lambda: "zh_Hant")
    said = told(reasons.reason("met", **VALUES | {"quote": "这个我不清楚"}))
    assert said == "第二.1、三.4(5)條已做到：1:05 說了“这个我不清楚”。"


def test_every_shape_keeps_its_places_in_every_language() -> None:
    for language in ("en", "zh_Hant"):
        for shape in reasons.TEMPLATES.values():
            said = str(catalogue(language).ugettext(shape))
            assert {n for _, n, _, _ in Formatter().parse(said)} == {n for _, n, _, _ in Formatter().parse(shape)}


def test_what_the_doctor_finds_here_is_said(english: None, app: Flask) -> None:
    """With a folder of its own a site has no model, no backup and no admin: much to find."""
    findings = list(examine(app.extensions["tingjian"]))
    assert {"error", "ok"} <= {one.level for one in findings}
    for one in findings:
        assert chinese_left(told(one.message)) == "", one.message
        assert chinese_left(told(one.hint)) == "", one.hint
    assert set(WALLS.values()) <= set(checkup.COMPOSED)
