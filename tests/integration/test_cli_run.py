"""`python -m analyzer run` over good and bad files, in one run with the network cut."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from analyzer.settings import Settings
from tests.integration.command_line import NETWORK
from tests.integration.conftest import Batch
from tests.integration.shape import faults

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def visit(batch: Batch) -> dict[str, Any]:
    return batch.done.documents[0]


@pytest.fixture(scope="module")
def phone(batch: Batch) -> dict[str, Any]:
    return batch.done.documents[1]


@pytest.fixture(scope="module")
def silent(batch: Batch) -> dict[str, Any]:
    return batch.done.documents[2]


def test_nothing_but_json_is_on_stdout_one_line_a_file_in_order(batch: Batch) -> None:
    assert [document["file"] for document in batch.done.documents] == [path.name for path in batch.good]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_every_document_has_the_shape_of_schema_1(batch: Batch, index: int) -> None:
    assert faults(batch.done.documents[index]) == []


def test_the_checker_of_the_shape_finds_what_is_missing_or_wrong(visit: dict[str, Any]) -> None:
    for key in ("schema", "duration_s", "facts", "transcript", "items", "score", "warnings"):
        assert faults({k: v for k, v in visit.items() if k != key}), key
    for path, value in [
        (("items", 0, "verdict"), None),
        (("items", 0, "credit"), 2.0),
        (("transcript", 0, "role"), "boss"),
        (("transcript", 0, "end_s"), 1e4),
        (("speakers", 0, "role"), "other"),
        (("unheard_s",), 0),
        (("score", "judged"), 1),
    ]:
        spoilt = copy.deepcopy(visit)
        place: Any = spoilt
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        assert faults(spoilt), path


def test_bad_files_are_named_with_their_reason_and_the_others_go_on(batch: Batch) -> None:
    assert batch.done.status == 1
    for path, reason in batch.bad.items():
        told = [line for line in batch.done.err.splitlines() if line.startswith(f"{path}：")]
        assert len(told) == 1, path
        assert reason in told[0]
    assert "Traceback" not in batch.done.err


def test_stderr_holds_progress_of_every_stage_and_no_report(batch: Batch) -> None:
    lines = [line for line in batch.done.err.splitlines() if line.startswith("visit.wav  ")]
    stages = list(dict.fromkeys(line.split("  ")[1] for line in lines))
    assert [stage for stage in stages if stage != "分说话人"][:3] == ["解码", "找人声", "转写"]
    assert ("分说话人" in stages) is (Settings().usable_threads == 1)  # else meanwhile
    assert stages[-1] == "判断"
    assert re.search(r"visit\.wav  判断  0:27/0:27  \d+\.\d 倍速  还需 0:00", batch.done.err)
    assert "═══" not in batch.done.err


def test_nothing_goes_to_the_network(batch: Batch) -> None:
    assert NETWORK not in batch.done.err


def test_a_given_fact_wins_over_what_is_heard(visit: dict[str, Any], silent: dict[str, Any]) -> None:
    for document in (visit, silent):
        assert document["facts"]["late"] == {"value": True, "from": "given", "hits": []}
        assert document["facts"]["charged"] == {"value": False, "from": "given", "hits": []}
    apology = next(item for item in visit["items"] if item["id"] == "late-apology")
    # It applies, and nobody apologises in the first 27 s. Whether 打扰了 may be a reason for being late is asked of a person
    # where the engine writes a full stop behind it, which is the processor's rounding.
    assert apology["verdict"] in ("missed", "cannot_judge")
    assert apology["hits"] == []


def test_the_visit_is_understood_and_judged_with_evidence(visit: dict[str, Any]) -> None:
    roles = {speaker["role"] for speaker in visit["speakers"]}
    assert roles == {"technician", "customer"}
    greeting = next(item for item in visit["items"] if item["id"] == "greeting")
    assert greeting["verdict"] == "met"
    assert all(hit["role"] == "technician" and hit["start_s"] < 6.0 for hit in greeting["hits"])
    assert visit["engine"]["name"] == "faster-whisper"
    assert visit["score"]["value"] is not None


def test_a_stated_channel_gives_the_roles_with_certainty(phone: dict[str, Any]) -> None:
    assert [(s["id"], s["role"], s["confidence"]) for s in phone["speakers"]] == [
        ("S1", "technician", 1.0),
        ("S2", "customer", 1.0),
    ]
    assert "物业" in next(u["text"] for u in phone["transcript"] if u["role"] == "technician")
    assert not any("不是一人一个声道" in warning for warning in phone["warnings"])


def test_a_stated_channel_of_a_recording_on_one_is_told_and_not_used(visit: dict[str, Any]) -> None:
    assert any("不是一人一个声道" in warning for warning in visit["warnings"])
    assert all(speaker["confidence"] < 1.0 for speaker in visit["speakers"])


def test_a_folder_stands_for_the_recordings_in_it(batch: Batch) -> None:
    assert "notes.txt" not in batch.done.err
    assert batch.done.documents[1]["file"] == "phone.wav"


def test_without_speech_there_is_no_text_no_verdict_no_accusation_and_no_score(silent: dict[str, Any]) -> None:
    assert (silent["transcript"], silent["speakers"]) == ([], [])
    assert {item["verdict"] for item in silent["items"] if item["how"] == "rule"} == {"cannot_judge"}
    assert all(item["hits"] == [] for item in silent["items"])
    assert silent["score"]["value"] is None


def test_json_is_written_in_chinese_characters(batch: Batch) -> None:
    assert "服务" in batch.done.out
    assert all(
        json.dumps(d, ensure_ascii=False) == line
        for d, line in zip(batch.done.documents, batch.done.out.splitlines(), strict=True)
    )
