"""`python -m analyzer readers [MEANING…]`: teach the readers of the second reading; prints how they do on unseen hands."""

from __future__ import annotations

import argparse
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.judging import words_for
from analyzer.judging.helping import rests
from analyzer.reading.helping import FILE as HELP_FILE
from analyzer.reading.helping import LINES, teach_help
from analyzer.reading.library import FOLDER
from analyzer.reading.lines import read_lines
from analyzer.reading.staff import teach_staff
from analyzer.reading.teaching import lessons, teach, turns
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings

STAFF = "staff"  # the reader of who speaks
HELPING = "helping"  # the reader of help behind words of turning somebody away
TURNING_AWAY = (
    "ignorance",
    "give-up",
    "refuse-job",
    "no-concern",
)  # meanings whose lines it learns from, beside its own
BY = "property-visit"  # the standard whose words they are
HEAD = f"{'意思':22} {'句数':>5} {'AUC':>6} {'算说到':>6} {'算或疑':>6} {'误认':>6}  界线（算 / 疑 / 不可能）"


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("readers", help="用 lexicons/meanings/ 里的句子重新训练“意思相同”的读者")
    parser.add_argument("meanings", nargs="*", metavar="MEANING", help="只训练这些意思，默认全部")
    parser.set_defaults(action=readers)


def readers(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    folder = settings.lexicons / FOLDER
    print(HEAD)
    try:
        if not arguments.meanings or STAFF in arguments.meanings:
            known = turns(folder)
            teach_staff(known).save(folder)
            print(f"{STAFF:22} {len(known):>5}  （谁像服务人员、谁像用户）", flush=True)
        if not arguments.meanings or HELPING in arguments.meanings:
            learnt = _helping(settings)
            teach_help(learnt).save(folder / HELP_FILE)
            print(f"{HELPING:22} {len(learnt):>5}  （推脱的话后面是不是在想办法）", flush=True)
        wanted = [name for name in arguments.meanings if name not in (STAFF, HELPING)]
        if arguments.meanings and not wanted:
            return 0
        made = []  # put in their places together: till then the folder is read as it was
        for reader, grade in teach(folder, wanted):
            made.append(reader)
            bounds = reader.bounds
            marks = f"{bounds.sure:.3f} / {bounds.maybe:.3f} / {bounds.absurd:.3f}"
            if grade is None:
                print(f"{reader.meaning:22} {reader.lines:>5}  （界线不变：{marks}；全部重新训练才重定）", flush=True)
                continue
            print(
                f"{grade.meaning:22} {grade.lines:>5} {grade.area:>6.3f} {grade.found:>6.1%} {grade.noticed:>6.1%} "
                f"{grade.wrong:>6.1%}  {marks}",
                flush=True,
            )
        for reader in made:
            reader.save(folder / f"{reader.meaning}.npz")
    except OSError as error:
        raise AnalyzerError("reader-write", f"读者写不到磁盘：{error}", "请检查磁盘空间和权限后重试") from error
    return 0


def _helping(settings: Settings) -> list[tuple[str, bool]]:
    """How turns go on behind words of turning somebody away, and whether they help."""
    folder = settings.lexicons / FOLDER
    lines = [line for one in lessons(folder) if one.meaning in TURNING_AWAY for line in one.lines]
    lines += read_lines(folder / LINES) if (folder / LINES).is_file() else []
    words = words_for(settings.lexicons, settings.cache_dir)
    return list(rests(lines, load_standard(BY, settings.lexicons), words))
