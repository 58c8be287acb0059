"""Call records of telephone systems, and which files are the two sides of one call."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from web.sources.telephony import asterisk, freeswitch
from web.sources.telephony.calls import Call, Calls
from web.sources.telephony.legs import pairs
from web.sources.told import Agents, of_call, read_calls

SHANGHAI = ZoneInfo("Asia/Shanghai")
UUID_A, UUID_B = "913d2a1c-461f-11de-aa7f-b10b4edc0c92", "f3c3e643-2020-4ae5-b0ac-69ff678117f9"
ANSWERED = (
    '"","1001","13812345678","from-internal","""王师傅"" <1001>","PJSIP/1001-0000002a","PJSIP/trunk-0000002b","Dial",'
    '"PJSIP/13812345678@trunk,60","2026-11-23 10:00:00","2026-11-23 10:00:08","2026-11-23 10:01:08",68,60,"ANSWERED",'
    '"DOCUMENTATION","1763863200.42",""\n'
)
UNANSWERED = (
    '"","1001","13912345678","from-internal","1001","PJSIP/1001-0000002c","PJSIP/trunk-0000002d","Dial",'
    '"PJSIP/13912345678@trunk,60","2026-11-23 10:05:00",,"2026-11-23 10:05:30",30,0,"NO ANSWER","DOCUMENTATION",'
    '"1763863500.44",""\n'
)
EXAMPLE = (
    f'"13812345678","13812345678","1001","public","2026-11-23 10:00:00","2026-11-23 10:00:05","2026-11-23 10:01:05","65","60",'
    f'"NORMAL_CLEARING","{UUID_A}","{UUID_B}","","PCMA","PCMA"\n'
)
AGENTS = Agents({"8001": "1002"}, frozenset({"1001", "1002"}))


def test_a_master_csv_without_headings_tells_time_parties_and_whether_somebody_answered() -> None:
    calls, bad = asterisk.read_asterisk(ANSWERED + UNANSWERED, "Master.csv", SHANGHAI)
    assert bad == []
    first, second = calls
    assert (first.ids, first.caller, first.called) == (("1763863200.42",), "1001", "13812345678")
    assert first.started_at == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert first.extensions == ("1001", "trunk")
    assert (first.answered, second.answered) == (True, False)


def test_bad_rows_are_told_with_their_lines_and_the_others_hold() -> None:
    text = ANSWERED + "一,二,三\n" + UNANSWERED.replace("2026-11-23 10:05:00", "昨天", 1)
    calls, bad = asterisk.read_asterisk(text, "Master.csv", SHANGHAI)
    assert len(calls) == 1
    assert [one.place for one in bad] == ["Master.csv 第 2 行", "Master.csv 第 3 行"]
    assert "只有 3 列" in bad[0].words
    assert "昨天" in bad[1].words


def test_records_without_an_id_are_told_with_the_setting_that_mends_it() -> None:
    short = ",".join(ANSWERED.strip().split(",")[:-2]) + "\n"
    calls, bad = read_calls([("Master.csv", short.encode())], SHANGHAI)
    assert len(calls) == 0
    assert "loguniqueid=yes" in bad[0].words


def test_a_recording_that_the_record_names_is_found_without_an_id_in_its_name() -> None:
    named = ANSWERED.replace('"1763863200.42",""', '"1763863200.42","audio:/var/spool/monitor/q1.wav"')
    calls, _ = read_calls([("Master.csv", named.encode())], SHANGHAI)
    found = calls.of("昨天/q1.wav")
    assert found is not None
    assert found[0].ids == ("1763863200.42",)


def test_freeswitch_csv_json_and_xml_tell_the_same_call() -> None:
    variables = {
        "uuid": UUID_A, "direction": "inbound", "start_stamp": "2026-11-23%2010%3A00%3A00", "start_epoch": "1795399200",
        "start_uepoch": "1795399200000000", "answer_epoch": "1795399205", "bridge_uuid": UUID_B,
        "caller_id_number": "13812345678",
    }  # fmt: skip
    document = {
        "channel_data": {},
        "variables": variables,
        "callflow": [{"caller_profile": {"destination_number": "1001"}}],
    }
    words = "".join(f"<{name}>{value}</{name}>" for name, value in variables.items())
    xml = (
        f"<cdr><channel_data/><variables>{words}</variables><callflow><caller_profile>"
        "<destination_number>1001</destination_number></caller_profile></callflow></cdr>"
    )
    made = [
        freeswitch.read_csv(EXAMPLE, "Master.csv", SHANGHAI),
        freeswitch.read_json(json.dumps(document).encode(), "a.cdr.json", SHANGHAI),
        freeswitch.read_xml(xml.encode(), "a.cdr.xml", SHANGHAI),
    ]
    assert [bad for _, bad in made] == [[], [], []]
    told = {
        (call.ids, call.other_ids, call.started_at, call.caller, call.called, call.answered)
        for calls, _ in made
        for call in calls
    }
    start = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert told == {((UUID_A,), (UUID_B,), start, "13812345678", "1001", True)}


def test_a_cancelled_call_of_freeswitch_was_not_answered() -> None:
    cancelled = (
        EXAMPLE.replace('"2026-11-23 10:00:05"', '""').replace('"60"', '"0"').replace("NORMAL_CLEARING", "NO_ANSWER")
    )
    (call,), bad = freeswitch.read_csv(cancelled, "Master.csv", SHANGHAI)
    assert (call.answered, bad) == (False, [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.cdr.xml", b"<!DOCTYPE cdr [<!ENTITY a 'b'>]><cdr/>"),
        ("a.cdr.xml", b"<cdr><variables>"),
        ("a.cdr.json", b"[1]"),
        ("a.cdr.json", b"[" * 100_000),
        ("cdr.csv", b"\xff\xfe\x00\x80"),
        ("Master.csv", "工号,姓名\n1001,王师傅\n".encode()),
    ],
)
def test_what_is_no_record_is_told_and_never_raises(name: str, content: bytes) -> None:
    calls, bad = read_calls([(name, content)], SHANGHAI)
    assert len(calls) == 0
    assert bad[0].place.startswith(name)


def test_who_called_whom_is_told_by_the_extension_and_the_number_is_hidden() -> None:
    (call, missed), _ = asterisk.read_asterisk(ANSWERED + UNANSWERED, "Master.csv", SHANGHAI)
    told = of_call(call, second_leg=False, legs=2, agents=AGENTS, zone=SHANGHAI)
    assert (told.row.staff_no, told.row.recorded_at, told.row.technician_channel) == ("1001", "2026-11-23T10:00:00", 0)
    assert told.row.customer_phone == "13812345678"
    assert told.row.note.startswith("呼出：分机 1001")
    assert "13812345678" not in told.row.note
    assert told.row.facts == {}
    unanswered = of_call(missed, second_leg=False, legs=1, agents=AGENTS, zone=SHANGHAI)
    assert (unanswered.row.facts, unanswered.row.technician_channel) == ({"call_answered": False}, None)


def test_an_extension_of_the_list_is_looked_up_and_one_of_nobody_is_told() -> None:
    inbound = Call(
        ("1763863200.42",), (), datetime(2026, 11, 23, tzinfo=UTC), "13812345678", "8001", ("", ""), True, "", "a"
    )
    assert of_call(inbound, False, 2, AGENTS, SHANGHAI).row.staff_no == "1002"
    assert of_call(inbound, False, 2, AGENTS, SHANGHAI).row.technician_channel == 1
    nobody = of_call(inbound, False, 2, Agents(), SHANGHAI)
    assert nobody.row.staff_no == ""
    assert "都不是员工的工号或分机" in nobody.remarks[0]
    assert "13812345678" not in nobody.remarks[0]


def test_several_records_of_one_call_are_one_that_was_answered_if_any_was() -> None:
    (first,), _ = asterisk.read_asterisk(UNANSWERED, "Master.csv", SHANGHAI)
    (second,), _ = asterisk.read_asterisk(ANSWERED.replace("1763863200.42", "1763863500.44"), "Master.csv", SHANGHAI)
    found = Calls([first, second]).of("x-1763863500.44.wav")
    assert found is not None
    assert found[0].answered
    assert found[0].started_at == second.started_at


@pytest.mark.parametrize(
    ("names", "joined"),
    [
        (("q-in.wav", "q-out.wav"), ("q-in.wav", "q-out.wav", "q.wav", 0.0)),
        (("q_tx.wav", "q_rx.wav"), ("q_rx.wav", "q_tx.wav", "q.wav", 0.0)),
        (("q.B.wav", "q.A.wav"), ("q.A.wav", "q.B.wav", "q.wav", 0.0)),
        (
            (f"1/{UUID_A}_read.wav", f"1/{UUID_A}_write.wav"),
            (f"1/{UUID_A}_read.wav", f"1/{UUID_A}_write.wav", f"{UUID_A}.wav", 0.0),
        ),
        (
            (f"20261123-100000_{UUID_A}_read.wav", f"20261123-100002_{UUID_A}_write.wav"),
            (
                f"20261123-100000_{UUID_A}_read.wav",
                f"20261123-100002_{UUID_A}_write.wav",
                f"20261123-100000_{UUID_A}.wav",
                2.0,
            ),
        ),
        (("1/q-in.wav", "2/q-out.wav"), None),
        (("q-in.wav", "q-tx.wav"), None),
        (("q-in.wav", "q-in.mp3", "q-out.wav"), None),
        (("check-in.wav", "上门.wav"), None),
    ],
)
def test_two_files_of_one_call_are_found(names: tuple[str, ...], joined: tuple[str, str, str, float] | None) -> None:
    made = [(one.first, one.second, one.name, one.later_s) for one in pairs(names)]
    assert made == ([] if joined is None else [joined])
