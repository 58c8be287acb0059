"""`flask --app web import`: the same intake from the terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from tests.samples import sample
from web.db import Database
from web.models import Analysis, Job, JobKind, Recording, RecordingState, Technician, Verdict

HEARD = Path(__file__).parent.parent / "data" / "followup-02.analysis.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good file in a subfolder, a bad one, a hidden one and the same good one again."""
    made = tmp_path / "录音"
    (made / "周一").mkdir(parents=True)
    shutil.copy(sample("followup-01-washer.amr"), made / "周一" / "20260105_1001__回访.amr")
    shutil.copy(sample("followup-01-washer.amr"), made / "周一" / "再来一次.amr")
    (made / "台账.mp3").write_bytes("不是录音".encode() * 100)
    (made / ".DS_Store").write_bytes(b"x")
    return made


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["import", *map(str, arguments)])


def test_a_bad_file_is_told_does_not_stop_the_others_and_shows_in_the_exit_code(
    app: Flask, db: Database, folder: Path
) -> None:
    result = run(app, folder, "--standard", "property-followup")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].startswith("[1/3] 台账.mp3：失败：")
    assert "内容是文本" in lines[0]
    assert lines[1].startswith("[2/3] 20260105_1001__回访.amr：录音 ")
    assert lines[2].startswith("[3/3] 再来一次.amr：已存在（录音 ")
    assert lines[-1] == "共 3 个文件，失败 1 处。"
    with db.reading() as session:
        row = session.scalars(select(Recording)).one()
        assert (row.source, row.state, row.original_name) == (
            "import",
            RecordingState.QUEUED,
            "20260105_1001__回访.amr",
        )
    (folder / "台账.mp3").unlink()
    again = run(app, folder)
    assert (again.exit_code, again.output.splitlines()[-1]) == (0, "共 2 个文件，全部导入。")


def test_a_list_tells_about_the_files(app: Flask, db: Database, folder: Path) -> None:
    table = folder / "清单.csv"
    table.write_bytes("文件名,标准,工号,收费\n再来一次.amr,回访,1002,否\n没有.amr,回访,9999,\n".encode("gb18030"))
    (folder / "台账.mp3").unlink()
    (folder / "周一" / "20260105_1001__回访.amr").unlink()
    result = run(app, folder, "--manifest", table)
    assert "第 3 行「工号」：没有找到“9999”" in result.output
    assert result.exit_code == 1, "a row that was not understood is a failure too"
    with db.reading() as session:
        row, staff_no = session.execute(select(Recording, Technician.staff_no).join(Technician)).one()
        assert (row.standard_id, staff_no, row.facts) == ("property-followup", "1002", {"charged": False})


@pytest.fixture
def namesakes(tmp_path: Path) -> Path:
    """Two folders with files of one name and different content."""
    for name, sound in (("王师傅", "followup-01-washer.amr"), ("李师傅", "followup-02-still-leaking.opus")):
        folder = tmp_path / "录音" / name
        folder.mkdir(parents=True)
        shutil.copy(sample(sound), folder / "REC001.WAV")
    return tmp_path / "录音"


def owners(db: Database) -> dict[int, str]:
    """Who has the recording of so many bytes."""
    with db.reading() as session:
        return dict(session.execute(select(Recording.size_bytes, Technician.staff_no).join(Technician)).all())


def test_files_of_one_name_in_two_folders_go_to_the_one_whose_folder_the_list_names(
    app: Flask, db: Database, namesakes: Path
) -> None:
    table = namesakes / "清单.csv"
    table.write_text("文件名,标准,工号\n王师傅/REC001.WAV,回访,1001\n李师傅\\rec001.wav,回访,1002\n", "utf-8")
    assert run(app, namesakes, "--manifest", table).exit_code == 0
    sizes = {name: (namesakes / name / "REC001.WAV").stat().st_size for name in ("王师傅", "李师傅")}
    assert owners(db) == {sizes["王师傅"]: "1001", sizes["李师傅"]: "1002"}


@pytest.mark.parametrize("named", ["REC001.WAV", "张师傅/REC001.WAV"])
def test_a_list_that_does_not_say_which_of_two_files_gives_them_to_nobody(
    app: Flask, db: Database, namesakes: Path, named: str
) -> None:
    table = namesakes / "清单.csv"
    table.write_text(f"文件名,标准,工号\n{named},回访,1001\n", "utf-8")
    result = run(app, namesakes, "--manifest", table)
    assert owners(db) == {}
    assert ("清单没有说明是哪一个" in result.output) == (named == "REC001.WAV")


def test_folders_of_another_machine_in_a_list_do_not_matter(app: Flask, db: Database, namesakes: Path) -> None:
    (namesakes / "王师傅" / "REC001.WAV").rename(namesakes / "a.wav")
    shutil.rmtree(namesakes / "李师傅")
    table = namesakes / "清单.csv"
    table.write_text("文件名,标准,工号\nD:\\录音\\a.wav,回访,1001\n", "utf-8")
    assert run(app, namesakes, "--manifest", table).exit_code == 0
    assert list(owners(db).values()) == ["1001"]


def test_a_name_with_an_unknown_number_is_not_taken(app: Flask, db: Database, tmp_path: Path) -> None:
    path = tmp_path / "20260105_9999_WO-1_回访.amr"
    shutil.copy(sample("followup-01-washer.amr"), path)
    result = run(app, path)
    assert result.exit_code == 1
    assert "请先添加人员或工单，或用清单说明" in result.output
    with db.reading() as session:
        assert session.scalars(select(Recording)).all() == []


def test_an_analysis_comes_in_with_its_verdicts_and_once(app: Flask, db: Database, tmp_path: Path) -> None:
    path = tmp_path / "20260105_1001__回访.json"
    assert "1001_" in path.name
    shutil.copy(HEARD, path)
    result = run(app, path)
    assert (result.exit_code, "已导入 1 份转写" in result.output) == (0, True), result.output
    assert "1 个以前已经导入" in run(app, path).output
    assert "1 份已存在" in run(app, shutil.copy(path, tmp_path / "20260105_1001_又一份_回访.json")).output
    document = json.loads(HEARD.read_text("utf-8"))
    with db.reading() as session:
        row = session.scalars(select(Recording)).one()
        assert (row.state, row.stored_key, row.machine_score) == (RecordingState.JUDGED, "", document["score"]["value"])
        assert session.scalars(select(Analysis.origin)).all() == ["imported"]
        assert len(session.scalars(select(Verdict)).all()) == len(document["items"])
        assert session.scalars(select(Job)).all() == []


def test_a_bare_transcript_is_judged_by_the_worker(app: Flask, db: Database, tmp_path: Path) -> None:
    document = json.loads(HEARD.read_text("utf-8"))
    path = tmp_path / "转写.json"
    path.write_text(json.dumps(document["transcript"], ensure_ascii=False), "utf-8")
    without = run(app, path)
    assert without.exit_code == 1
    assert "请用 --standard 或清单说明" in without.output
    assert run(app, path, "--standard", "property-visit").exit_code == 0
    with db.reading() as session:
        job = session.scalars(select(Job)).one()
        assert job.kind is JobKind.SCORE
        assert session.get_one(Recording, job.recording_id).standard_id == "property-visit"


@pytest.mark.parametrize("arguments", [["--standard", "no-such"], []])
def test_wrong_arguments_are_told(app: Flask, tmp_path: Path, arguments: list[str]) -> None:
    result = run(app, tmp_path / "home", *arguments) if arguments else run(app, tmp_path / "nowhere")
    assert result.exit_code != 0
