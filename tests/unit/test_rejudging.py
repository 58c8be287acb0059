"""Many stored recordings under one state of a folder: nothing is read or prepared twice, and nothing comes out otherwise."""

import shutil
from pathlib import Path

from analyzer.domain import Role
from analyzer.hearing.loading import load_transcriber
from analyzer.rejudging import Rejudging, announcements, rescore
from analyzer.settings import ROOT, Settings
from analyzer.text.tokens import tokenizer
from tests.cast import heard, talk

VISIT = "property-visit"
SAID = heard(talk((Role.TECHNICIAN, "您好，我是物业的王师傅，来修水龙头"), (Role.CUSTOMER, "请进，厨房一直漏水")))


def test_a_standard_that_was_read_once_judges_as_one_that_is_read_each_time() -> None:
    settings = Settings(lexicons=ROOT / "lexicons")
    judged = Rejudging(VISIT, settings)
    assert judged(SAID, {"late": True}) == rescore(SAID, VISIT, {"late": True}, settings)
    assert judged(SAID, {}) == rescore(SAID, VISIT, {}, settings)


def test_announcements_are_prepared_once_for_a_folder_and_anew_when_it_changes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "lexicons" / "shared", tmp_path / "shared")
    (tmp_path / "meanings").symlink_to(ROOT / "lexicons" / "meanings")
    settings = Settings(lexicons=tmp_path)
    first = announcements(settings)
    assert announcements(settings) is first
    with (tmp_path / "shared" / "courtesy.yaml").open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    assert announcements(settings) is not first


def test_folders_with_the_same_words_share_one_tokenizer(tmp_path: Path) -> None:
    words = (ROOT / "lexicons" / "shared" / "words.txt").read_text("utf-8")
    (tmp_path / "a.txt").write_text(words, "utf-8")
    (tmp_path / "b.txt").write_text(words, "utf-8")
    shared = tokenizer(tmp_path / "a.txt")
    assert tokenizer(tmp_path / "b.txt") is shared
    (tmp_path / "b.txt").write_text(words + "\n听检听检 9 n\n", "utf-8")
    assert "听检听检" in tokenizer(tmp_path / "b.txt").FREQ
    assert "听检听检" not in shared.FREQ


def test_an_engine_stays_loaded_where_only_the_standards_are_others(tmp_path: Path) -> None:
    heard_before = ROOT / "tests" / "web" / "data" / "visit-03.analysis.json"
    one = Settings(engine="recorded", model=str(heard_before), lexicons=ROOT / "lexicons")
    other = Settings(engine="recorded", model=str(heard_before), lexicons=tmp_path)
    assert load_transcriber(one) is load_transcriber(other)
