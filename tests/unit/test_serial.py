"""What is written is read back equal; what other systems write is read with stated defaults or refused by name."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.domain import (
    Analysis,
    Check,
    Dropped,
    Engine,
    Fact,
    Figures,
    FoundBy,
    Hearing,
    Hit,
    How,
    Interruption,
    ItemResult,
    Judgement,
    Keyword,
    Kind,
    Layout,
    Outcome,
    Politeness,
    Role,
    Score,
    Sound,
    SoundKind,
    Span,
    Speaker,
    StandardRef,
    Utterance,
    Verdict,
    quantise_ratio,
    quantise_time,
)
from analyzer.errors import TranscriptError
from analyzer.serial import (
    NOBODY,
    analysis_from_dict,
    analysis_to_dict,
    dump,
    parse_analysis,
    quantised,
)
from tests.cast import C, T, heard, talk

GIVEN = {"late": True, "charged": False}
JUDGEMENT = Judgement(
    StandardRef("property-visit", "1.0.0", "0123456789abcdef", "上门"),
    {"late": Fact(True, "given"), "charged": Fact(False, "given"), "moved": Fact(True, "heard")},
    (),
    Score(None, None, 0, None, 0, 0, 0),
    warnings=("说话人身份把握不大",),
)

ratios = st.floats(0, 1).map(quantise_ratio)
seconds = st.floats(0, 10_000).map(quantise_time)
names = st.text(min_size=1, max_size=5)
roles = st.sampled_from(Role)
short = st.text(max_size=5)
points = st.floats(0, 100).map(lambda value: round(value, 1))
whole = st.integers(0, 1000)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    return Span(*sorted((draw(seconds), draw(seconds))))


@st.composite
def hits(draw: st.DrawFn) -> Hit:
    when = draw(spans())
    return Hit(
        when.start_s, when.end_s, draw(roles), draw(short), draw(short), draw(ratios), draw(st.booleans()), draw(short),
        by=draw(st.sampled_from(FoundBy)),
    )  # fmt: skip


@st.composite
def checks(draw: st.DrawFn) -> Check:
    when = draw(spans())
    return Check(
        when.start_s, when.end_s, draw(short), draw(short), draw(st.floats(-5, 50)), draw(st.sampled_from(Outcome))
    )


def by_role(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[Role, Any]]:
    return st.dictionaries(roles, values, max_size=2)


@st.composite
def utterances(draw: st.DrawFn) -> Utterance:
    text = draw(st.text(max_size=8))
    start_s, *starts, end_s = sorted(draw(st.lists(seconds, min_size=len(text) + 2, max_size=len(text) + 2)))
    sure = draw(st.lists(ratios, min_size=len(text), max_size=len(text)))
    whose, role = draw(names), draw(roles)
    return Utterance(start_s, end_s, whose, role, text, draw(ratios), tuple(starts), tuple(sure), draw(ratios))


@st.composite
def hearings(draw: st.DrawFn) -> Hearing:
    said = sorted(draw(st.lists(utterances(), max_size=4)), key=lambda u: (u.start_s, u.end_s, u.speaker))
    ids = {u.speaker: u.role for u in said} | draw(st.dictionaries(names, roles, max_size=2))
    dropped = st.builds(Dropped, seconds, seconds, st.text(max_size=5), st.text(max_size=5))
    engine = Engine(*draw(st.lists(st.text(max_size=5), min_size=7, max_size=7)))
    layout = draw(st.sampled_from(Layout) if engine.diarizer else st.sampled_from((*Layout, None)))
    return Hearing(
        draw(names),
        draw(st.floats(10_000, 20_000).map(quantise_time)),
        tuple(draw(st.lists(spans(), max_size=3))),
        tuple(draw(st.lists(spans(), max_size=3))),
        engine,
        tuple(Speaker(name, role, draw(ratios), draw(seconds)) for name, role in ids.items()),
        tuple(said),
        tuple(draw(st.lists(dropped, max_size=2))),
        tuple(draw(st.lists(st.text(max_size=5), max_size=2))),
        layout,
        tuple(draw(st.lists(checks(), max_size=2))),
        tuple(Sound(s.start_s, s.end_s, draw(st.sampled_from(SoundKind))) for s in draw(st.lists(spans(), max_size=2))),
    )


items_of_any_kind = st.builds(
    ItemResult,
    names,
    st.sampled_from(Kind),
    st.sampled_from(How),
    short,
    short,
    st.none() | st.sampled_from(Verdict),
    st.none() | ratios,
    points,
    short,
    st.lists(hits(), max_size=2).map(tuple),
    st.none() | hits(),
    st.lists(spans(), max_size=2).map(tuple),
    points,
    st.none() | points,
    st.booleans(),
)
figures = st.builds(
    Figures,
    talk_s=by_role(seconds),
    talk_share=by_role(ratios),
    syllables=by_role(whole),
    syllables_per_minute=by_role(st.none() | points),
    interruptions=st.none()
    | st.lists(st.builds(Interruption, seconds, roles, roles, short, short, seconds), max_size=2).map(tuple),
    silence_share=st.none() | ratios,
    longest_silence=st.none() | spans(),
    first_greeting_s=st.none() | seconds,
    first_greeting_after_s=st.none() | seconds,
    politeness=st.none() | st.builds(Politeness, whole, st.none() | points, st.dictionaries(short, whole, max_size=2)),
    keywords=st.lists(st.builds(Keyword, names, points, whole, seconds), max_size=2).map(tuple),
)
judgements = st.builds(
    Judgement,
    st.builds(StandardRef, names, short, short, short),
    st.dictionaries(
        names,
        st.builds(Fact, st.booleans(), st.sampled_from(("given", "heard")), st.lists(hits(), max_size=1).map(tuple)),
        max_size=2,
    ),
    st.lists(items_of_any_kind, max_size=2).map(tuple),
    st.builds(
        Score,
        *(st.none() | points, st.none() | points, points, st.none() | points),
        *(whole, whole, whole),
        st.dictionaries(short, whole, max_size=2),
    ),
    figures,
    st.lists(short, max_size=2).map(tuple),
)


@given(hearings(), judgements)
@settings(deadline=None)
def test_a_whole_analysis_that_is_written_is_read_back_equal(hearing: Hearing, judgement: Judgement) -> None:
    analysis = Analysis(hearing, judgement)
    text = dump(analysis_to_dict(analysis))
    assert analysis_from_dict(json.loads(text), "x.json") == analysis
    assert dump(analysis_to_dict(analysis_from_dict(json.loads(text), "x.json"))) == text


STORED = sorted((Path(__file__).parents[1] / "web" / "data").glob("*.analysis.json"))


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_sample_is_written_as_it_was_but_for_keys_that_came_later(path: Path) -> None:
    stored = json.loads(path.read_text(encoding="utf-8"))
    again = analysis_to_dict(analysis_from_dict(stored, path.name))
    assert again["layout"] == ("stereo" if stored["engine"]["diarizer"] == "channels" else "mono")
    for item in again["items"]:
        terms = stored.get("terms", {}).get(item["id"], {"penalty": 0.0, "cap": None})
        assert {key: item.pop(key) for key in ("penalty", "cap")} == terms
    told = [hit for part in (*again["facts"].values(), *again["items"]) for hit in part["hits"]]
    nearest = [item["nearest"] for item in again["items"] if item["nearest"]]
    assert {hit.pop("by") for hit in (*told, *nearest)} == {"words"}
    assert again.pop("checks") == []
    assert again.pop("sounds") == []
    del again["layout"]
    stored.pop("terms", None)
    assert dump(again) == dump(stored)


@given(hearings(), st.booleans())
@settings(deadline=None)
def test_writing_and_reading_back_gives_an_equal_hearing_and_the_given_facts(hearing: Hearing, lines: bool) -> None:
    text = dump(analysis_to_dict(Analysis(hearing, JUDGEMENT)), lines=lines)
    assert parse_analysis(json.loads(text), "x.json") == (hearing, GIVEN)


@given(hearings())
@settings(deadline=None)
def test_what_is_read_back_is_written_the_same_again(hearing: Hearing) -> None:
    once = dump(analysis_to_dict(Analysis(hearing, JUDGEMENT)))
    again, _ = parse_analysis(json.loads(once), "x.json")
    assert dump(analysis_to_dict(Analysis(again, JUDGEMENT))) == once


@given(utterances())
def test_quantising_twice_is_quantising_once(utterance: Utterance) -> None:
    assert quantised(quantised(utterance)) == quantised(utterance)


def test_json_lines_are_one_line_in_chinese_characters() -> None:
    text = dump(analysis_to_dict(Analysis(heard(talk((T, "您好\n再见"))), JUDGEMENT)), lines=True)
    assert "\n" not in text
    assert "您好" in text


def read(transcript: object, **more: object) -> Hearing:
    return parse_analysis({"transcript": transcript, **more}, "dir/王师傅.json")[0]


MINIMAL = {"start_s": 1.0, "end_s": 2.0, "text": "您好师傅", "role": "technician"}


def test_of_a_transcript_only_times_and_text_are_needed() -> None:
    hearing = read([{"start_s": 1, "end_s": 2, "text": "您好师傅"}])
    (said,) = hearing.transcript
    assert (said.speaker, said.role, said.confidence) == (NOBODY, Role.UNKNOWN, 1.0)
    assert said.char_start_s == (1.0, 1.25, 1.5, 1.75)
    assert said.char_confidence == (1.0, 1.0, 1.0, 1.0)
    assert (hearing.file, hearing.duration_s, hearing.speech) == ("王师傅.json", 2.0, (Span(1.0, 2.0),))
    assert hearing.engine.name == "recorded"


def test_a_role_names_the_speaker_and_a_speaker_brings_the_role() -> None:
    hearing = read([MINIMAL, {**MINIMAL, "start_s": 3.0, "end_s": 5.5, "role": "customer"}])
    assert hearing.speakers == (Speaker("technician", T, 1.0, 1.0), Speaker("customer", C, 1.0, 2.5))
    named = read(
        [{"start_s": 0, "end_s": 1, "text": "好", "speaker": "S2"}], speakers=[{"id": "S2", "role": "customer"}]
    )
    assert named.transcript[0].role is C
    assert named.speakers == (Speaker("S2", C, 1.0, 1.0),)


def test_utterances_come_in_order_of_time_whatever_the_file_says() -> None:
    hearing = read([{**MINIMAL, "start_s": 5.0, "end_s": 6.0, "text": "再见"}, MINIMAL])
    assert [u.text for u in hearing.transcript] == ["您好师傅", "再见"]


def test_a_recording_is_at_least_as_long_as_its_words() -> None:
    assert read([MINIMAL], duration_s=0.5).duration_s == 2.0
    assert read([MINIMAL], duration_s=90.0).duration_s == 90.0


def test_a_bare_list_is_a_transcript_and_a_plain_fact_is_given() -> None:
    assert parse_analysis([MINIMAL], "x.json")[0] == parse_analysis({"transcript": [MINIMAL]}, "x.json")[0]
    facts = {"late": True, "moved": {"value": True, "from": "heard"}, "signed": {"value": False, "from": "given"}}
    assert parse_analysis({"transcript": [], "facts": facts}, "x.json")[1] == {"late": True, "signed": False}


def test_null_is_as_good_as_absent() -> None:
    empty = dict.fromkeys(("speaker", "confidence", "char_s", "char_confidence", "speaker_confidence"))
    assert read([{**MINIMAL, **empty}]) == read([MINIMAL])
    whole = dict.fromkeys(("file", "duration_s", "speech", "unheard", "engine", "speakers", "dropped", "facts"))
    assert read([MINIMAL], **whole) == read([MINIMAL])


def changed(**fields: object) -> dict[str, Any]:
    return {"transcript": [{**MINIMAL, **fields}]}


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        (None, "shape", "transcript"),
        ("您好", "shape", "transcript"),
        ({}, "shape", "transcript"),
        ({"transcript": {}}, "shape", "transcript"),
        ({"transcript": [], "schema": 2}, "schema", "schema 是 2"),
        ({"transcript": ["您好"]}, "utterance", "transcript[0]"),
        ({"transcript": [MINIMAL, None]}, "utterance", "transcript[1]"),
        ({"transcript": [{"start_s": 0, "end_s": 1}]}, "text", "transcript[0].text"),
        (changed(text=["您好"]), "text", "transcript[0].text"),
        (changed(text="\ud800好"), "text", "transcript[0].text"),
        (changed(start_s=None), "number", "transcript[0].start_s"),
        (changed(start_s="1.0"), "number", "transcript[0].start_s"),
        (changed(start_s=-1), "number", "transcript[0].start_s"),
        (changed(end_s=float("nan")), "number", "transcript[0].end_s"),
        (changed(end_s=float("inf")), "number", "transcript[0].end_s"),
        (changed(end_s=10**400), "number", "transcript[0].end_s"),
        (changed(end_s=True), "number", "transcript[0].end_s"),
        (changed(end_s=0.5), "times", "transcript[0]：end_s 0.5 早于 start_s 1.0"),
        (changed(role="boss"), "role", "transcript[0].role"),
        (changed(role=["technician"]), "role", "transcript[0].role"),
        (changed(confidence=1.2), "ratio", "transcript[0].confidence"),
        (changed(speaker_confidence=-0.1), "number", "transcript[0].speaker_confidence"),
        (changed(char_s=[1.0, 1.2, 1.4]), "numbers", "transcript[0].char_s 应是 4 个数"),
        (changed(char_s="1111"), "numbers", "transcript[0].char_s"),
        (changed(char_s=[1.0, 1.2, "x", 1.4]), "number", "transcript[0].char_s[2]"),
        (changed(char_s=[1.0, 1.4, 1.2, 1.6]), "times", "transcript[0].char_s"),
        (changed(char_s=[0.5, 1.2, 1.4, 1.6]), "times", "transcript[0].char_s"),
        (changed(char_s=[1.0, 1.2, 1.4, 2.6]), "times", "transcript[0].char_s"),
        (changed(char_confidence=[1, 1]), "numbers", "transcript[0].char_confidence"),
        (changed(char_confidence=[1, 1, 1, 2]), "ratio", "transcript[0].char_confidence"),
        ({"transcript": [], "duration_s": "long"}, "number", "duration_s"),
        ({"transcript": [], "speech": 5}, "spans", "speech"),
        ({"transcript": [], "unheard": [[1.0]]}, "spans", "unheard[0]"),
        ({"transcript": [], "unheard": [[2.0, 1.0]]}, "spans", "unheard[0]"),
        ({"transcript": [], "unheard": [[0.0, 1.0], ["a", "b"]]}, "number", "unheard[1]"),
        ({"transcript": [], "speakers": {"S1": "technician"}}, "speakers", "speakers"),
        ({"transcript": [], "speakers": [{"role": "technician"}]}, "speakers", "speakers"),
        ({"transcript": [], "speakers": [{"id": "S1", "role": "x"}]}, "role", "speakers[0].role"),
        ({"transcript": [], "speakers": [{"id": "S1", "confidence": "high"}]}, "number", "speakers[0].confidence"),
        ({"transcript": [], "dropped": "字幕"}, "list", "dropped"),
        ({"transcript": [], "dropped": ["字幕"]}, "dropped", "dropped[0]"),
        ({"transcript": [], "dropped": [{"text": "字幕"}]}, "number", "dropped[0].start_s"),
        ({"transcript": [], "hearing_warnings": [5]}, "text", "hearing_warnings[0]"),
        ({"transcript": [], "facts": ["late"]}, "facts", "facts"),
        ({"transcript": [], "facts": {"late": "yes"}}, "facts", "facts.late"),
        ({"transcript": [], "facts": {"late": {"from": "given"}}}, "facts", "facts.late"),
    ],
)
def test_a_bad_transcript_is_refused_naming_file_and_field(data: object, code: str, field: str) -> None:
    with pytest.raises(TranscriptError) as refused:
        parse_analysis(data, "王师傅.json")
    assert refused.value.code == f"transcript-{code}"
    assert refused.value.message.startswith("王师傅.json")
    assert field in refused.value.message
    assert refused.value.advice


WHOLE = analysis_to_dict(Analysis(heard(talk((T, "您好"), (C, "请进")), [Span(3.0, 4.0)]), JUDGEMENT))
ITEM: dict[str, Any] = {"id": "greeting", "kind": "required", "how": "rule"}
HIT = {"start_s": 0.0, "end_s": 1.0, "role": "technician"}
CHECK = {
    "start_s": 1.0,
    "end_s": 2.0,
    "heard": "耿问了没关系",
    "phrase": "跟我们没关系",
    "nats": 0.36,
    "outcome": "said",
}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"items": None}, "items", "items"),
        ({"items": [5]}, "object", "items[0]"),
        ({"items": [{**ITEM, "id": None}]}, "text", "items[0].id"),
        ({"items": [ITEM, {**ITEM, "kind": "banned"}]}, "kind", "items[1].kind"),
        ({"items": [{**ITEM, "how": None}]}, "how", "items[0].how"),
        ({"items": [{**ITEM, "verdict": "maybe"}]}, "verdict", "items[0].verdict"),
        ({"items": [{**ITEM, "credit": 2}]}, "ratio", "items[0].credit"),
        ({"items": [{**ITEM, "hits": [HIT, {**HIT, "role": "boss"}]}]}, "role", "items[0].hits[1].role"),
        ({"items": [{**ITEM, "hits": [{**HIT, "suspicion": "yes"}]}]}, "flag", "items[0].hits[0].suspicion"),
        ({"items": [{**ITEM, "hits": [{**HIT, "by": "magic"}]}]}, "foundby", "items[0].hits[0].by"),
        ({"items": [{**ITEM, "nearest": {**HIT, "end_s": -1}}]}, "number", "items[0].nearest.end_s"),
        ({"items": [{**ITEM, "searched": [{"start_s": 2, "end_s": 1}]}]}, "times", "items[0].searched[0]"),
        ({"items": [{**ITEM, "searched": 5}]}, "list", "items[0].searched"),
        ({"items": [ITEM], "terms": {"greeting": {"cap": "x"}}}, "number", "items[0].cap"),
        ({"standard": None}, "object", "standard"),
        ({"standard": {"version": "1"}}, "text", "standard.id"),
        ({"score": None}, "object", "score"),
        ({"score": {"judged": 1.5}}, "count", "score.judged"),
        ({"figures": {"talk_s": {"boss": 1.0}}}, "role", "figures.talk_s"),
        ({"figures": {"interruptions": [{}]}}, "number", "figures.interruptions[0].at_s"),
        ({"layout": "surround"}, "layout", "layout"),
        ({"checks": [{**CHECK, "nats": "few"}]}, "number", "checks[0].nats"),
        ({"checks": [{**CHECK, "outcome": "perhaps"}]}, "outcome", "checks[0].outcome"),
    ],
)
def test_a_bad_analysis_is_refused_naming_file_and_field(change: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(TranscriptError) as refused:
        analysis_from_dict({**WHOLE, **change}, "王师傅.json")
    assert refused.value.code == f"transcript-{code}"
    assert refused.value.message.startswith("王师傅.json")
    assert field in refused.value.message


def test_of_a_judged_document_little_is_needed_and_unknown_keys_do_no_harm() -> None:
    old = {
        "transcript": [{**MINIMAL, "pitch": 3}],
        "standard": {"id": "visit", "version": 1},
        "items": [{**ITEM, "hits": [{**HIT, "mood": "gruff"}]}, {**ITEM, "id": "rude", "kind": "forbidden"}],
        "terms": {"rude": {"penalty": 15.0, "cap": 59.0}},
        "score": {"value": None},
        "engine": {"name": "faster-whisper", "diarizer": "channels"},
        "echoes": [],
    }
    analysis = analysis_from_dict(old, "x.json")
    greeting, rude = analysis.judgement.items
    assert (greeting.weight, greeting.penalty, greeting.hits) == (1.0, 0.0, (Hit(0.0, 1.0, T, "", "", 1.0),))
    assert (rude.penalty, rude.cap, rude.verdict) == (15.0, 59.0, None)
    assert (analysis.judgement.figures, analysis.hearing.layout) == (Figures(), Layout.STEREO)
    assert analysis.judgement.standard == StandardRef("visit", "1", "")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_value_in_any_place_is_read_or_refused_but_never_crashes(data: st.DataObject) -> None:
    spoilt = json.loads(dump({**WHOLE, "items": [{**ITEM, "hits": [HIT], "searched": [{"start_s": 0, "end_s": 1}]}]}))
    place: Any = spoilt
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            place[key] = data.draw(json_values)
            break
        place = inner
    with suppress(TranscriptError):
        hearing, facts = parse_analysis(spoilt, "x.json")
        assert all(isinstance(value, bool) for value in facts.values())
        dump(analysis_to_dict(Analysis(hearing, JUDGEMENT))).encode("utf-8")
    with suppress(TranscriptError):
        dump(analysis_to_dict(analysis_from_dict(spoilt, "x.json"))).encode("utf-8")
