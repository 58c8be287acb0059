"""What the child answers: judged again without audio, failures in words, the user's own file name in every sentence."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.audio.decoder import CHILD_COMMAND
from analyzer.settings import ROOT, Settings
from tests.integration.audio_files import turns, write
from tests.web.data import analysis
from web.intake.effective import Inputs
from web.intake.storage import PEAKS, PLAY, Storage, key_of
from web.models import JobKind
from web.queue import JobFailure, Standing
from web.worker import child, engine
from web.worker.child import Work
from web.worker.parts import ChildMessage, Done, Task

TOLD = Inputs("property-visit", {}, None, {}, {})


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage((tmp_path / "audio").as_uri())


@pytest.fixture
def work(tmp_path: Path, storage: Storage) -> Work:
    return Work(Settings(home=tmp_path, lexicons=ROOT / "lexicons"), storage)


def task(kind: JobKind, **more: Any) -> Task:
    return dataclasses.replace(Task(kind, 1, "", "王师傅 入户.mp3", TOLD, None, ROOT / "lexicons"), **more)


def answered(work: Work, asked: Task) -> Done | JobFailure:
    told: list[ChildMessage] = []
    answer = child.answer(work, asked, told.append)
    assert all(isinstance(t, Standing) for t in told)
    return answer


def document(work: Work, asked: Task) -> dict[str, Any]:
    answer = answered(work, asked)
    assert isinstance(answer, Done), answer
    return answer.document


def verdicts(found: dict[str, Any]) -> dict[str, str | None]:
    return {i["id"]: i["verdict"] for i in found["items"]}


def test_scoring_again_gives_a_whole_document_with_what_clauses_cost(work: Work) -> None:
    found = document(work, task(JobKind.SCORE, heard=analysis("visit-03")))
    assert found["transcript"] == analysis("visit-03")["transcript"]
    (profanity,) = (item for item in found["items"] if item["id"] == "profanity")
    assert (profanity["penalty"], profanity["cap"]) == (30.0, 59.0)
    assert found["score"]["value"] is not None


def test_swapped_roles_take_the_accusation_from_the_technician(work: Work) -> None:
    heard = analysis("visit-03")
    before = verdicts(document(work, task(JobKind.SCORE, heard=heard)))
    swapped = dataclasses.replace(TOLD, roles={"S1": "technician", "S2": "customer"})
    after = verdicts(document(work, task(JobKind.SCORE, heard=heard, inputs=swapped)))
    assert before["not-our-job"] == "missed"
    assert after["not-our-job"] == "met"


def test_another_standard_judges_what_was_heard(work: Work) -> None:
    told = dataclasses.replace(TOLD, standard_id="property-followup")
    found = document(work, task(JobKind.SCORE, heard=analysis("visit-03"), inputs=told))
    assert found["standard"]["id"] == "property-followup"
    assert "ask-usage" in verdicts(found)


def test_given_facts_decide_and_those_the_standard_does_not_know_are_left_out(work: Work) -> None:
    told = dataclasses.replace(TOLD, facts={"late": True, "rainy": True})
    found = document(work, task(JobKind.SCORE, heard=analysis("visit-03"), inputs=told))
    assert found["facts"]["late"] == {"value": True, "from": "given", "hits": []}
    assert "rainy" not in found["facts"]
    assert verdicts(found)["late-apology"] == "missed"


def test_what_cannot_be_listened_to_again_is_judged_as_it_stands(work: Work) -> None:
    heard, gone = analysis("visit-03"), key_of("abcd" * 16)
    again = document(work, task(JobKind.HEAR, key=gone, heard=heard))
    assert again == document(work, task(JobKind.SCORE, heard=heard))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (task(JobKind.SCORE), "nothing-heard"),
        (task(JobKind.SCORE, heard={"transcript": [{"start_s": 2, "end_s": 1, "text": "喂"}]}), "transcript-times"),
        (task(JobKind.SCORE, heard={}, inputs=dataclasses.replace(TOLD, standard_id=None)), "standard-missing"),
        (task(JobKind.HEAR, inputs=dataclasses.replace(TOLD, standard_id=None)), "standard-missing"),
        (task(JobKind.HEAR, key="not a key"), "internal"),
    ],
)
def test_what_cannot_be_done_says_why(work: Work, asked: Task, code: str) -> None:
    answer = answered(work, asked)
    assert isinstance(answer, JobFailure)
    assert answer.code == code
    assert answer.error
    assert answer.advice


@pytest.mark.parametrize("name", ["王师傅 入户.mp3", "a/b\0c.mp3", "长" * 200 + ".mp3", "..", ""])
def test_a_file_that_cannot_be_decoded_is_named_as_the_user_named_it(
    work: Work, storage: Storage, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"RIFF\x04\0\0\0WAVE")
    key = storage.take(path).key
    answer = answered(work, task(JobKind.HEAR, key=key, name=name))
    assert isinstance(answer, JobFailure)
    assert answer.code.startswith("audio-")
    assert answer.error.startswith("录音「")
    assert key.rsplit("/", 1)[-1] not in answer.error
    if name == "王师傅 入户.mp3":
        assert f"录音「{name}」" in answer.error


def test_a_surprise_is_a_failure_with_its_trace(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(engine, "rescore", broken)
    answer = answered(work, task(JobKind.SCORE, heard=analysis("visit-03")))
    assert isinstance(answer, JobFailure)
    assert "ZeroDivisionError" in answer.detail


def test_a_recording_is_decoded_once_and_can_be_played_before_it_is_judged(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawned: list[Any] = []

    class Counted(subprocess.Popen[str]):
        def __init__(self, command: Any, **options: Any) -> None:
            spawned.append(command)
            super().__init__(command, **options)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    transcript = ROOT / "tests" / "web" / "data" / "followup-02.analysis.json"
    work = Work(Settings(home=tmp_path, lexicons=ROOT / "lexicons", engine="recorded", model=str(transcript)), storage)
    # two channels with a person on each (no speaker model is loaded), in an encoding that browsers do not play
    people = [
        turns(3.0, 2.0, 3.0, pitch_hz=120.0, first=True, seed=1),
        turns(3.0, 2.0, 3.0, pitch_hz=220.0, first=False, seed=2),
    ]
    path = write(tmp_path / "call", np.stack(people), codec="pcm_alaw")
    key = storage.take(path).key
    messages: list[ChildMessage] = []
    inputs = dataclasses.replace(TOLD, standard_id="property-appointment")
    answer = child.answer(work, task(JobKind.HEAR, key=key, inputs=inputs), messages.append)
    assert isinstance(answer, Done), answer
    assert spawned == [CHILD_COMMAND]
    kinds = [m.stage if isinstance(m, Standing) else type(m).__name__ for m in messages]
    assert kinds[:3] == ["decode", "Playable", "detect"]
    assert storage.exists(key + PEAKS) and storage.exists(key + PLAY)
