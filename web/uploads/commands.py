"""`flask --app web import PATH…`: recordings from the terminal, through the same intake as the page."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from web.config import AnalyzerError
from web.intake.receive import receive_file
from web.intake.storage import open_storage
from web.kit.csvfile import TableError
from web.kit.site import Site, site
from web.kit.standards import all_facts, standards
from web.migrations import upgrade
from web.queue import doorbell
from web.uploads import manifest, sheet, texts, transcripts
from web.uploads.names import readable
from web.uploads.sheet import SheetRow

log = logging.getLogger(__name__)
Step = Callable[[Path, str], None]


def init_commands(app: Flask) -> None:
    app.cli.add_command(import_files)


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--manifest", "list_path", type=click.Path(exists=True, path_type=Path), help="CSV 清单。")
@click.option("--standard", default="", help="清单和文件名没有说明时用的标准，如 property-visit。")
@with_appcontext
def import_files(paths: tuple[Path, ...], list_path: Path | None, standard: str) -> None:
    """导入录音，或转写结果（.json、.srt、.vtt）：文件或文件夹，可以多个。有一个失败，退出码就不为 0。"""
    here = site()
    upgrade(here.web.database(here.settings.home))
    known = standards(here.lexicons)
    if standard and standard not in {s.id for s in known}:
        raise click.ClickException(f"没有标准 {standard}；可用：{'、'.join(s.id for s in known)}")
    files = list(_files(paths, list_path))
    if not files:
        raise click.ClickException("没有找到文件")
    rows, wrong = _sheet_rows(here, files, list_path)
    for line in wrong:
        click.echo(line, err=True)
    failed = len(wrong)
    with _shown(len(files)) as show:
        for path in files:
            try:
                show(path, _take(here, path, rows[path], standard))
            except AnalyzerError as error:
                failed += 1
                show(path, f"失败：{error.message}；{error.advice}" if error.advice else f"失败：{error.message}")
            except OSError as error:  # one bad file never stops the others
                failed += 1
                show(path, f"失败：{error.strerror or error}")
            except (ValueError, ArithmeticError, LookupError, SQLAlchemyError) as error:
                failed += 1
                log.exception("import of %s", readable(path.name))
                show(path, f"失败：程序出错（{type(error).__name__}），请把上面的细节交给开发者")
    doorbell.ring(here)
    click.echo(f"共 {len(files)} 个文件，失败 {failed} 处。" if failed else f"共 {len(files)} 个文件，全部导入。")
    if failed:
        sys.exit(1)


def _take(here: Site, path: Path, row: SheetRow, standard: str) -> str:
    """Take one file in; return what became of it in words."""
    if row.problems:  # better not at all than on the wrong person's account
        if "file" in row.problems:
            raise AnalyzerError(
                "several", "几个文件夹里有同名文件，清单没有说明是哪一个", "请在清单里写上文件夹，如 王师傅/REC001.WAV"
            )
        if row.problems.get("staff_no") == "differs":
            raise AnalyzerError("staff-differs", f"文件名里的{texts.DIFFERS}", "请改正文件名，或用清单说明")
        raise AnalyzerError("unknown", "文件名里的工号、姓名或工单号找不到", "请先添加人员或工单，或用清单说明")
    cells = {**row.as_json(), "standard_id": row.standard_id or standard}
    details = sheet.details_of(cells, here.zone)
    if transcripts.is_transcript(path.name):
        numbers, known = transcripts.import_file(here, path, details)
        return f"已导入 {len(numbers)} 份转写" + (f"，{len(known)} 份已存在" if known else "")
    storage = open_storage(here.web, here.settings.home)
    received = receive_file(here.db, storage, here, path, readable(path.name), details, None, "import")
    if received.duplicate:
        told = texts.known(received).removeprefix(texts.same_words())
        return f"已存在（录音 {received.recording_id}）{told}"
    return f"录音 {received.recording_id}" + ("" if details.standard_id else "，待补充标准")


def _files(paths: Sequence[Path], list_path: Path | None) -> Iterator[Path]:
    """Give the files of all paths, folders walked through, hidden ones and lists left out."""
    for given in paths:
        for path in sorted(given.rglob("*")) if given.is_dir() else [given]:
            hidden = path.name.startswith(".")
            a_list = path.suffix.lower() == ".csv" or (list_path is not None and path.samefile(list_path))
            if path.is_file() and not hidden and not a_list:
                yield path


def _sheet_rows(here: Site, files: Sequence[Path], list_path: Path | None) -> tuple[Mapping[Path, SheetRow], list[str]]:
    """What names and list say about the files, and what is wrong with the list."""
    known = standards(here.lexicons)
    with here.db.reading() as session:
        of_names = sheet.rows_of_names(session, [readable(p.name) for p in files], here.web.file_name_pattern, known)
        rows = dict(zip(files, of_names, strict=True))
        if list_path is None:
            return rows, []
        try:
            facts = all_facts(here.lexicons)
            listed = manifest.read_manifest(session, list_path.read_bytes(), known, facts, here.zone)
        except TableError as error:
            raise click.ClickException(texts.table_fault(error)) from None
    wrong = [texts.bad_cell(bad) for bad in listed.bad]
    told, doubtful = listed.rows_of([_shown_path(path) for path in files])
    for path in files:
        if (row := told.get(_shown_path(path))) is not None:
            rows[path] = sheet.over(rows[path], row)
        elif _shown_path(path) in doubtful:
            rows[path] = replace(rows[path], problems={**rows[path].problems, "file": "several"})
    return rows, wrong


def _shown_path(path: Path) -> str:
    return readable(path.as_posix())


@contextmanager
def _shown(total: int) -> Iterator[Step]:
    """Give a function that tells about each file: beside a bar on a terminal, else as plain lines."""
    if not sys.stdout.isatty():
        count = iter(range(1, total + 1))
        yield lambda path, words: click.echo(f"[{next(count)}/{total}] {readable(path.name)}：{words}")
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("导入", total=total)

        def step(path: Path, words: str) -> None:
            bar.console.print(Text(f"{readable(path.name)}：{words}"))  # Text: a file name is no markup
            bar.advance(task)

        yield step
