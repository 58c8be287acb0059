"""The documentation keeps its promises: settings, options, files and rules that it names are those that there are."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
import tempfile
from pathlib import Path

import pytest

from analyzer.cli import COMMANDS
from analyzer.settings import ROOT, Settings, table
from web import create_app
from web.config import PREFIX, WebSettings

READMES = {"README.md": "doc", "README.zh.md": "zh"}
both = pytest.mark.parametrize("name", READMES)
CALL = re.compile(r"^ +\.venv/bin/python -m analyzer (.+)$", re.MULTILINE)
FLASK_COMMANDS = create_app(settings=Settings(home=Path(tempfile.mkdtemp()))).cli.commands


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="python -m analyzer", exit_on_error=False)
    commands = whole.add_subparsers(required=True)
    for name in COMMANDS:
        importlib.import_module(f"analyzer.cli.{name}").add_parser(commands)
    return whole


@both
def test_the_settings_table_is_the_one_that_the_settings_print(name: str) -> None:
    found = re.search(r"<!-- settings -->\n(.*?)<!-- /settings -->", text(name), re.DOTALL)
    assert found, f"{name} has no table between <!-- settings --> and <!-- /settings -->"
    assert found.group(1) == table(READMES[name]), "run `python -m analyzer.settings` and paste what it prints"


@both
def test_the_sites_settings_table_is_the_one_that_its_settings_print(name: str) -> None:
    found = re.search(r"<!-- web settings -->\n(.*?)<!-- /web settings -->", text(name), re.DOTALL)
    assert found, f"{name} has no table between <!-- web settings --> and <!-- /web settings -->"
    assert found.group(1) == table(READMES[name], WebSettings, PREFIX), "run `python -m web.config` and paste it"


@both
def test_every_command_of_the_site_that_the_readme_names_exists(name: str) -> None:
    named = set(re.findall(r"flask --app web ([a-z]+)", text(name)))
    assert {"up", "serve", "worker", "import", "backup"} <= named
    assert named <= set(FLASK_COMMANDS), named - set(FLASK_COMMANDS)


@both
def test_the_pictures_of_the_readme_are_there(name: str) -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text(name)):
        assert (ROOT / path).is_file(), path


@both
def test_every_command_of_the_readme_can_be_typed(name: str) -> None:
    calls = CALL.findall(text(name))
    assert {shlex.split(call)[0] for call in calls} == {"run", "score", "check", "model"}
    for call in calls:
        arguments = parser().parse_args(shlex.split(call, comments=True))
        standard = getattr(arguments, "standard", None)
        assert standard is None or (ROOT / "lexicons" / f"{standard}.yaml").is_file(), call


@both
def test_every_option_that_the_readme_names_exists(name: str) -> None:
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text(name)))
    known = set()
    for command in COMMANDS:
        commands = argparse.ArgumentParser().add_subparsers()
        importlib.import_module(f"analyzer.cli.{command}").add_parser(commands)
        known |= {o for action in commands.choices[command]._actions for o in action.option_strings}
    for command in FLASK_COMMANDS.values():
        known |= {o for parameter in command.params for o in parameter.opts}
    assert options - {"--app"} <= known, f"{name} names {options - known}"


@both
def test_every_make_target_that_the_readme_names_exists_and_the_other_way_round(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", text(name))) & (
        targets | {"demo", "run", "user", "test", "check", "bench"}
    )
    assert named == {"demo", "run", "user", "test", "check", "bench"}
    assert named <= targets


@both
def test_every_link_and_folder_that_the_readme_names_is_there(name: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text(name)) if not link.startswith("http")]
    folders = re.findall(r"^    (analyzer/[a-z]+|[a-z]+/) +\S", text(name), re.MULTILINE)
    assert "analyzer/audio" in folders and "lexicons/README.md" in links
    for place in (*links, *folders):
        assert (ROOT / place).exists(), place


def test_both_readmes_show_the_same_commands_and_the_same_outline() -> None:
    calls = [[call.split("#")[0].strip() for call in CALL.findall(text(name))] for name in READMES]
    assert calls[0] == calls[1]
    outlines = [[line.split()[0] for line in text(name).splitlines() if line.startswith("#")] for name in READMES]
    assert outlines[0] == outlines[1]
    numbers = [re.findall(r"\d+ %", text(name)) for name in READMES]
    assert numbers[0] == numbers[1]


def test_every_package_of_the_analyzer_is_in_the_outline_of_both_readmes() -> None:
    packages = sorted(path.parent.name for path in (ROOT / "analyzer").glob("*/__init__.py"))
    for name in READMES:
        assert sorted(re.findall(r"^    analyzer/([a-z]+) ", text(name), re.MULTILINE)) == packages


def test_every_package_of_the_site_is_in_the_outline_of_both_readmes() -> None:
    packages = sorted(path.parent.name for path in (ROOT / "web").glob("*/__init__.py"))
    for name in READMES:
        assert sorted(re.findall(r"^    web/([a-z]+) ", text(name), re.MULTILINE)) == packages


def folders() -> list[Path]:
    return sorted(path.parent for part in ("analyzer", "web") for path in (ROOT / part).rglob("__init__.py"))


@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_folder_states_its_rule_in_about_five_lines(folder: Path) -> None:
    lines = [line for line in (folder / "README.md").read_text("utf-8").splitlines() if line.strip()]
    assert re.match(rf"# ((analyzer|web)/)?([a-z]+/)?{folder.name}( —|:) ", lines[0])
    assert 3 <= len(lines) <= 9


def test_ci_runs_only_commands_that_the_readme_names() -> None:
    lines = [line for line in text(".ci/run").splitlines() if line.startswith("make ")]
    targets = {target for line in lines for target in line.split()[1:]}
    assert {"check", "test"} <= targets
    assert all(f"make {target}" in text("README.md") for target in targets)
