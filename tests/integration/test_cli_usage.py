"""Wrong usage is told at once, in one sentence with what is allowed, with exit status 2 and before anything is heard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analyzer.cli import main
from analyzer.pipeline import Analyzer
from analyzer.settings import ROOT

VISIT = ["--standard", "property-visit"]
BAD = ROOT / "tests" / "fixtures" / "bad_lexicons" / "unknown-key"


@pytest.fixture(autouse=True)
def nothing_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Analyzer, "analyse", lambda *_: pytest.fail("heard a recording in spite of the wrong usage"))
    for name in [name for name in os.environ if name.startswith("TINGJIAN_")]:
        monkeypatch.delenv(name)


def status(*arguments: str) -> int:
    """The exit status, whether main returns it or argparse leaves with it."""
    try:
        return main(arguments)
    except SystemExit as left:
        return int(left.code or 0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "arguments are required"),
        (["rnu", "a.wav"], "run"),
        (["run"], "FILE"),
        (["run", "a.wav"], "--standard"),
        (["run", *VISIT], "FILE"),
        (["run", "a.wav", *VISIT, "--fact", "late"], "late=true"),
        (["run", "a.wav", *VISIT, "--fact", "late=maybe"], "名称=true 或 名称=false"),
        (["run", "a.wav", *VISIT, "--technician-channel", "0"], "--technician-channel"),
        (["run", "a.wav", *VISIT, "--technician-channel", "3"], "--technician-channel"),
        (["run", "a.wav", *VISIT, "--technicain-channel", "1"], "--technicain-channel"),
        (["run", "a.wav", "--standard", "property-visti"], "property-visit"),
        (["run", "a.wav", "--standard", "../lexicons/property-visit"], "property-visit"),
        (["run", "a.wav", *VISIT, "--fact", "lat=true"], "是不是 late？"),
        (["run", "a.wav", *VISIT, "--fact", "weather=true"], "可用的事实"),
        (["run", "a.wav", *VISIT, "--engine", "whisper"], "可选：faster-whisper、openai-whisper、"),
        (["run", "a.wav", *VISIT, "--model", ""], "TINGJIAN_MODEL"),
        (["run", "a.wav", "--standard", "visit", "--lexicons", str(BAD)], "是不是“weight”"),
        (["run", "a.wav", *VISIT, "--lexicons", "/nowhere"], "/nowhere"),
        (["score", *VISIT], "TRANSCRIPT.json"),
        (["score", "x.json", "--standard", "property-visti"], "property-visit"),
        (["score", "x.json", *VISIT, "--fact", "lat=true"], "是不是 late？"),
        (["score", "x.json", "--standard", "visit", "--lexicons", str(BAD)], "是不是“weight”"),
        (["check", "a", "b"], "b"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(*arguments) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", ["run", "score", "check"])
def test_an_unknown_setting_is_refused_by_every_command(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TINGJIAN_BEEM", "5")
    assert status(command, *([] if command == "check" else ["a.wav", *VISIT])) == 2
    assert "是不是 TINGJIAN_BEAM？" in capsys.readouterr().err


def test_wrong_usage_leaves_the_results_of_yesterday_alone(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    out.write_text("yesterday", encoding="utf-8")
    assert status("run", "a.wav", *VISIT, "--fact", "lat=true", "--json", str(out)) == 2
    assert out.read_text(encoding="utf-8") == "yesterday"


@pytest.mark.parametrize("command", ["run", "score"])
def test_results_that_cannot_be_written_are_told_before_anything_is_heard(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.json").write_text('{"transcript": []}', encoding="utf-8")
    for target in (tmp_path, tmp_path / "no" / "folder.json", Path("/proc/results.json")):
        assert status(command, str(tmp_path / "x.json"), *VISIT, "--json", str(target)) == 1
        said = capsys.readouterr()
        assert f"不能写入 {target}" in said.err
        assert "Traceback" not in said.err


def test_help_names_the_commands_and_their_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("--help") == 0
    assert "run|score|check|demo|model" in capsys.readouterr().out
    assert status("run", "--help") == 0
    shown = capsys.readouterr().out
    for option in ("--standard", "--fact", "--json", "--lexicons", "--engine", "--model", "--technician-channel"):
        assert option in shown
