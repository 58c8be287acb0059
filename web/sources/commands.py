"""`flask --app web import PATH…`: recordings from folders, SFTP and S3, through the same intake as the page."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from web.config import AnalyzerError
from web.intake.storage import open_storage
from web.kit.site import Site, site
from web.kit.standards import standards
from web.migrations import upgrade
from web.queue import doorbell
from web.sources.folder import Folder
from web.sources.ledger import Ledger
from web.sources.remote import Remote, is_remote
from web.sources.take import Given, Outcome, Ready, key_and_stamp, ready, take
from web.sources.values import Item, Source, walk
from web.sources.works import Work, Works, works_of
from web.uploads import transcripts
from web.uploads.names import readable

log = logging.getLogger(__name__)
Step = Callable[[str, str], None]
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def init_commands(app: Flask) -> None:
    app.cli.add_command(import_files)


@click.command("import", short_help="导入录音或转写结果：文件、文件夹、SFTP、S3。")
@click.argument("places", nargs=-1, required=True, metavar="PATH…")
@click.option("--manifest", "list_path", type=_FILE, help="CSV 清单。")
@click.option("--standard", default="", help="清单和文件名没有说明时用的标准，如 property-visit。")
@click.option(
    "--cdr", "cdr_paths", type=_FILE, multiple=True, help="Asterisk 或 FreeSWITCH 的话单（CSV、JSON、XML），可以多个。"
)
@click.option("--cdr-utc", is_flag=True, help="话单里的时间是 UTC（Asterisk 的 usegmtime=yes）。")
@click.option("--extensions", "extension_paths", type=_FILE, multiple=True, help="分机对照表，CSV：分机、工号。")
@click.option("--options", type=_FILE, help="SFTP、S3 的用户名和密码等，JSON 文件，只有自己能读。")
@click.option("--move", is_flag=True, help="导入后把文件移到旁边的“已收”；不写则原样留下。")
@with_appcontext
def import_files(
    places: tuple[str, ...],
    list_path: Path | None,
    standard: str,
    cdr_paths: tuple[Path, ...],
    cdr_utc: bool,
    extension_paths: tuple[Path, ...],
    options: Path | None,
    move: bool,
) -> None:
    """导入录音，或转写结果（.json、.srt、.vtt）：文件、文件夹、sftp://主机/文件夹、s3://桶/文件夹，可以多个。

    中断后再运行同一条命令，从停下的地方接着导入。有一个失败，退出码就不为 0。
    """
    here = site()
    upgrade(here.web.database(here.settings.home))
    known = standards(here.lexicons)
    if standard and standard not in {s.id for s in known}:
        raise click.ClickException(f"没有标准 {standard}；可用：{'、'.join(s.id for s in known)}")
    given = Given(
        None if list_path is None else (list_path.name, list_path.read_bytes()),
        tuple((path.name, path.read_bytes()) for path in cdr_paths),
        tuple((path.name, path.read_bytes()) for path in extension_paths),
        cdr_utc,
    )
    beside = {path.resolve() for path in (list_path, *cdr_paths, *extension_paths, options) if path is not None}
    run = _Run(here, standard, move)
    with ExitStack() as stack:
        try:
            sources = [stack.enter_context(closing(_source(here, place, options))) for place in places]
            found = [(source, _works(source, beside)) for source in sources]
        except AnalyzerError as error:
            raise click.ClickException(f"{error.message}；{error.advice}") from None
        total = sum(len(works.works) for _, works in found)
        if not total:
            raise click.ClickException("没有找到文件")
        show = stack.enter_context(_shown(total))
        for source, works in found:
            run.over(source, ready(here, source, works, given, _prefix(source)), show)
    doorbell.ring(here)
    if run.skipped:
        click.echo(f"其中 {run.skipped} 个以前已经导入，没有重读。")
    click.echo(f"共 {total} 个文件，失败 {run.failed} 处。" if run.failed else f"共 {total} 个文件，全部导入。")
    if run.failed:
        sys.exit(1)


def _source(here: Site, place: str, options: Path | None) -> Folder | Remote:
    if is_remote(place):
        return Remote(place, here, options)
    path = Path(place)
    if not path.exists():
        raise click.BadParameter(f"没有 {place}", param_hint="PATH")
    return Folder(path)


def _works(source: Folder | Remote, beside: set[Path]) -> Works:
    """The works of a source; what was named as a list, and CSV files that nothing belongs to, are none."""

    def is_named(item: Item) -> bool:
        return isinstance(source, Folder) and (Path(source.root) / item.path).resolve() in beside

    found = works_of([item for item in walk(source) if not is_named(item)])
    alone = [Work(item.path, (item,)) for item in found.alone if transcripts.is_transcript(item.name)]
    every = sorted([*found.works, *alone], key=lambda work: work.path.split("/"))
    return Works(tuple(every), found.lists, found.calls, found.extensions, ())


def _prefix(source: Folder | Remote) -> str:
    """What stands before a file's path where a list may name it."""
    if isinstance(source, Remote):
        return f"{source.root}/"
    folder = source.path if source.path.is_dir() else source.path.parent
    return f"{readable(folder.as_posix())}/"


class _Run:
    """One import over its sources."""

    def __init__(self, here: Site, standard: str, move: bool) -> None:
        self.here, self.standard, self.move = here, standard, move
        self.storage = open_storage(here.web, here.settings.home)
        self.failed = self.skipped = 0

    def over(self, source: Source, prepared: Ready, show: Step) -> None:
        """Take in all works of a source but those that the ledger knows."""
        for line in prepared.wrong:
            click.echo(line, err=True)
        for line in prepared.remarks:
            click.echo(line, err=True)
        self.failed += len(prepared.wrong)
        ledger = Ledger(self.here.db)
        known = {
            work.path: key_and_stamp(source, work, prepared.told[work.path], self.standard) for work in prepared.works
        }
        taken = ledger.taken([key for key, _ in known.values()])
        try:
            for work in prepared.works:
                key, stamp = known[work.path]
                if taken.get(key) == stamp:
                    self.skipped += 1
                    show(work.name, "")
                    self._aside(source, work, show)
                    continue
                outcome = self._one(source, work, prepared, show)
                if outcome is not None:
                    ledger.note(key, stamp, outcome.recording_id)
                    self._aside(source, work, show)
        finally:
            ledger.close()

    def _one(self, source: Source, work: Work, prepared: Ready, show: Step) -> Outcome | None:
        try:
            told = prepared.told[work.path]
            outcome = take(self.here, self.storage, source, work, told, self.standard, "import")
            show(work.name, "；".join((outcome.words, *outcome.remarks)))
            return outcome
        except AnalyzerError as error:
            self._fault(work, f"{error.message}；{error.advice}" if error.advice else error.message, show)
        except OSError as error:  # one bad file never stops the others
            self._fault(work, f"{error.strerror or error}", show)
        except (ValueError, ArithmeticError, LookupError, SQLAlchemyError) as error:
            log.exception("import of %s", readable(work.name))
            self._fault(work, f"程序出错（{type(error).__name__}），请把上面的细节交给开发者", show)
        return None

    def _fault(self, work: Work, words: str, show: Step) -> None:
        self.failed += 1
        show(work.name, f"失败：{words}")

    def _aside(self, source: Source, work: Work, show: Step) -> None:
        if not self.move:
            return
        try:
            for item in (*work.parts, *work.beside):
                source.put_aside(item)
        except AnalyzerError as error:
            self._fault(work, f"已导入，但没能移走：{error.message}", show)
        except OSError as error:
            self._fault(work, f"已导入，但没能移走：{error.strerror or error}", show)


@contextmanager
def _shown(total: int) -> Iterator[Step]:
    """Give a function that tells about each file: beside a bar on a terminal, else as plain lines; no words, no line."""
    if not sys.stdout.isatty():
        count = iter(range(1, 2 * total + 1))

        def line(name: str, words: str) -> None:
            number = next(count)
            if words:
                click.echo(f"[{number}/{total}] {readable(name)}：{words}")

        yield line
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("导入", total=total)

        def step(name: str, words: str) -> None:
            if words:
                bar.console.print(Text(f"{readable(name)}：{words}"))  # Text: a file name is no markup
            bar.advance(task)

        yield step
