"""Where reports and JSON of `run` go, and what odd names and bugs do to a batch. The engine replays a transcript."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analyzer.cli import main
from analyzer.pipeline import Analyzer
from analyzer.settings import ROOT
from tests.integration.command_line import command, environment
from tests.integration.conftest import Cuts
from tests.integration.shape import faults

BAD = ROOT / "tests" / "fixtures" / "bad_lexicons" / "unknown-key"
SAID = [
    {"start_s": 0.6, "end_s": 3.9, "text": "喂张先生您好我是物业服务中心维修班的小李"},
    {"start_s": 4.2, "end_s": 6.8, "text": "哦小李啊你几点到我在家等着呢"},
]


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    transcript = tmp_path / "said.json"
    transcript.write_text(json.dumps({"transcript": SAID}, ensure_ascii=False), encoding="utf-8")
    return ["--standard", "property-visit", "--engine", "recorded", "--model", str(transcript)]


def test_without_json_the_report_is_on_stdout_and_progress_on_stderr(
    cuts: Cuts, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(cuts.phone), *options]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("═══ phone.wav  时长 0:20")
    assert "引擎 recorded said.json" in said.out
    assert "解码" in said.err and "═══" not in said.err


def test_with_a_file_for_json_the_report_stays_on_stdout(
    cuts: Cuts, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "结果.json"
    assert main(["run", str(cuts.phone), *options, "--json", str(out)]) == 0
    assert capsys.readouterr().out.startswith("═══ phone.wav")
    text = out.read_text("utf-8")
    assert faults(json.loads(text)) == []
    assert text.startswith('{\n "schema": 1,')  # one file is written for people to read


def test_a_folder_of_several_gives_json_lines(
    cuts: Cuts, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "calls", tmp_path / "results.jsonl"
    folder.mkdir()
    for name in ("b.wav", "a.WAV", "._a.wav"):
        shutil.copy(cuts.phone, folder / name)
    assert main(["run", str(folder), *options, "--json", str(out)]) == 0
    assert [json.loads(line)["file"] for line in out.read_text("utf-8").splitlines()] == ["a.WAV", "b.wav"]


def test_the_same_file_twice_is_analysed_to_the_same_bytes(
    cuts: Cuts, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(cuts.phone), str(cuts.phone), *options, "--json", "-"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_a_file_name_in_another_encoding_is_written_as_an_escape(
    cuts: Cuts, options: list[str], tmp_path: Path
) -> None:
    name = os.fsdecode("王师傅.wav".encode("gb18030"))
    try:
        shutil.copy(cuts.phone, tmp_path / name)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    out = tmp_path / "out.json"
    done = command("run", tmp_path / name, *options, "--json", out, LC_ALL="C.UTF-8")
    assert done.status == 0, done.err
    assert json.loads(out.read_text("utf-8"))["file"] == name
    assert done.out.startswith("═══ ��ʦ��.wav") or "�" in done.out.splitlines()[0]


@pytest.mark.parametrize("where", ["stdout", "report"])
def test_a_terminal_that_speaks_something_else_gets_json_in_utf_8_and_a_report_with_escapes(
    where: str, cuts: Cuts, options: list[str]
) -> None:
    more = ["--json", "-"] if where == "stdout" else []
    done = command("run", cuts.phone, *options, *more, PYTHONIOENCODING="ascii")
    assert done.status == 0, done.err
    assert ("物业服务中心" in done.out) == (where == "stdout")
    assert ("\\u7269\\u4e1a" in done.out) == (where == "report")


def test_a_bug_in_one_file_is_shown_and_the_others_go_on(
    cuts: Cuts,
    options: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    odd = tmp_path / "odd.wav"
    shutil.copy(cuts.phone, odd)
    analyse = Analyzer.analyse

    def sometimes(self: Analyzer, path: Path, *rest: Any) -> Any:
        if path == odd:
            raise ZeroDivisionError("a bug")
        return analyse(self, path, *rest)

    monkeypatch.setattr(Analyzer, "analyse", sometimes)
    assert main(["run", str(odd), str(cuts.phone), *options, "--json", "-"]) == 1
    said = capsys.readouterr()
    assert [json.loads(line)["file"] for line in said.out.splitlines()] == ["phone.wav"]
    assert f"{odd}：内部错误" in said.err
    assert "ZeroDivisionError: a bug" in said.err


def test_a_transcript_to_replay_that_is_none_is_named_for_every_file(
    cuts: Cuts, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "said.json").write_text("{}", encoding="utf-8")
    assert main(["run", str(cuts.phone), *options]) == 1
    assert "said.json 不是可用的转写文件" in capsys.readouterr().err


def test_an_unknown_model_ends_with_2_and_the_nearest_name(cuts: Cuts, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(cuts.phone), "--standard", "property-visit", "--model", "smal"]) == 2
    assert "是不是 small？" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("--help",), ("check", str(BAD)), ("run",)])
def test_a_reader_that_has_read_enough_is_no_error_to_complain_about(
    arguments: tuple[str, ...], cuts: Cuts, options: list[str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)  # `| head` that has gone already
    more = [str(cuts.phone), *options] if arguments == ("run",) else []
    done = subprocess.run(
        [sys.executable, "-m", "analyzer", *arguments, *more],
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
