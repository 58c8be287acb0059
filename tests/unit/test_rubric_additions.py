"""Clauses that a company may add to the written standards: off they change nothing, on they are judged like any other."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from analyzer.domain import Verdict
from analyzer.judging.examples import example_judge
from analyzer.pipeline import rescore
from analyzer.rubric.check import check, render
from analyzer.rubric.load import load_standard, standard_files
from analyzer.serial import hearing_from_dict
from analyzer.settings import ROOT, Settings

NOTICE = "recording-notice"
SHIPPED = ROOT / "lexicons"
HEARD = ROOT / "tests" / "web" / "data" / "visit-03.analysis.json"


@pytest.fixture(scope="module")
def switched_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped folder with the notice in every standard."""
    folder = tmp_path_factory.mktemp("standards") / "lexicons"
    shutil.copytree(SHIPPED, folder)
    for path in standard_files(folder):
        path.write_text(path.read_text("utf-8").replace("\nitems:\n", f"\nadditions: [{NOTICE}]\nitems:\n", 1), "utf-8")
    return folder


def test_shipped_standards_are_the_written_ones_alone() -> None:
    for path in standard_files(SHIPPED):
        assert NOTICE not in {item.id for item in load_standard(path.stem, SHIPPED).items}


def test_switched_on_it_passes_the_check_with_all_its_examples(switched_on: Path) -> None:
    for path in standard_files(switched_on):
        assert load_standard(path.stem, switched_on).items[-1].id == NOTICE
    settings = dataclasses.replace(Settings(), lexicons=switched_on)
    assert render(check(switched_on, judge_example=example_judge(settings))) == "检查通过，没有发现问题。"


def test_only_the_notice_is_new_in_a_judgement_and_the_standard_is_another(switched_on: Path) -> None:
    hearing = hearing_from_dict(json.loads(HEARD.read_text("utf-8")), "visit-03")
    without, with_it = (
        rescore(hearing, "property-visit", {}, dataclasses.replace(Settings(), lexicons=folder)).judgement
        for folder in (SHIPPED, switched_on)
    )
    assert with_it.items[:-1] == without.items
    assert (with_it.items[-1].id, with_it.items[-1].verdict) == (NOTICE, Verdict.MISSED)
    assert with_it.standard.digest != without.standard.digest


def test_a_changed_clause_is_read_again(switched_on: Path) -> None:
    before = load_standard("property-visit", switched_on).ref.digest
    clauses = switched_on / "optional" / "clauses.yaml"
    clauses.write_text(clauses.read_text("utf-8").replace("weight: 1", "weight: 3", 1), "utf-8")
    changed = load_standard("property-visit", switched_on)
    assert changed.items[-1].weight == 3.0
    assert changed.ref.digest != before
