"""The only way from a source into the site: what is told is put together, legs are joined, and the intake decides."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from web.config import AnalyzerError
from web.intake.details import Details
from web.intake.joining import join_legs
from web.intake.receive import Received, check, receive_file
from web.intake.storage import Storage
from web.kit.csvfile import TableError
from web.kit.site import Site
from web.kit.standards import all_facts, standards
from web.sources import told
from web.sources.ledger import key_of, stamp_of
from web.sources.telephony.calls import Calls
from web.sources.telephony.legs import side_of
from web.sources.told import Agents, Told
from web.sources.values import MOST_SIDECAR_BYTES, MOST_TEXT_BYTES, Item, Source, SourceError
from web.sources.works import Work, Works
from web.uploads import manifest, sheet, texts, transcripts
from web.uploads.names import readable

Take = Callable[..., Received]


@dataclass(frozen=True, slots=True)
class Given:
    """What is said beside the source's own files: a list, call records, lists of extensions. `utc`: times of calls are UTC."""

    list_file: tuple[str, bytes] | None = None
    calls: tuple[tuple[str, bytes], ...] = ()
    extensions: tuple[tuple[str, bytes], ...] = ()
    utc: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """The works of a source with what is told about each (all but its sidecar), and what is wrong with lists, for people."""

    works: tuple[Work, ...]
    told: Mapping[str, Told]
    wrong: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a work: its recording, in words, and what is to be said beside."""

    recording_id: int
    words: str
    new: bool
    differs: bool = False
    remarks: tuple[str, ...] = field(default=())


def ready(here: Site, source: Source, found: Works, given: Given = Given(), prefix: str = "") -> Ready:
    """Read lists and call records, and say of each work what they tell. `prefix`: what stands before paths in a list."""
    wrong: list[str] = []
    files = [_read(source, found_ones, wrong) for found_ones in (found.calls, found.extensions, found.lists)]
    calls, bad = told.read_calls((*given.calls, *files[0]), _zone(here, utc=given.utc))
    known = standards(here.lexicons)
    rows: dict[str, Told] = {}
    listed: list[manifest.Manifest] = []
    remarks: list[str] = []
    with here.db.reading() as session:
        agents, more = told.read_agents(session, (*given.extensions, *files[1]))
        of_names = sheet.rows_of_names(
            session, [readable(work.name) for work in found.works], here.web.file_name_pattern, known
        )
        for name, content in (*files[2], *((given.list_file,) if given.list_file else ())):
            try:
                one = manifest.read_manifest(session, content, known, all_facts(here.lexicons), here.zone)
            except TableError as error:
                wrong.append(f"{name}：{texts.table_fault(error)}")
                continue
            listed.append(one)
            wrong += [texts.bad_cell(cell) for cell in one.bad]
            if one.unknown:
                remarks.append(f"{name} 里不认识的列没有用：{'、'.join(one.unknown)}")
    wrong += [f"{one.place}：{one.words}" for one in (*bad, *more)]
    for work, row in zip(found.works, of_names, strict=True):
        rows[work.path] = _of_calls(Told(row), work, calls, agents, here)
    shown = {f"{prefix}{readable(work.path)}": work.path for work in found.works}
    for one in listed:
        of_list, doubtful = one.rows_of(list(shown))
        for path, row in of_list.items():
            rows[shown[path]] = replace(rows[shown[path]], row=sheet.over(rows[shown[path]].row, row))
        for path in doubtful:
            row = rows[shown[path]].row
            rows[shown[path]] = replace(
                rows[shown[path]], row=replace(row, problems={**row.problems, "file": "several"})
            )
    return Ready(found.works, rows, tuple(wrong), tuple(remarks))


def _of_calls(of_name: Told, work: Work, calls: Calls, agents: Agents, here: Site) -> Told:
    remarks = of_name.remarks
    if len(work.parts) == 1 and side_of(work.path) is not None and calls.of(work.path) is not None:
        remarks = (*remarks, "只找到这通电话的一边，另一边的文件不在这里")
    for part in work.parts:
        found = calls.of(part.path)
        if found is not None:
            call, second_leg = found
            of_call = told.of_call(call, second_leg, len(work.parts), agents, here.zone)
            return Told(sheet.over(of_name.row, of_call.row), (*remarks, *of_call.remarks))
    return Told(of_name.row, remarks)


def _read(source: Source, items: Sequence[Item], wrong: list[str]) -> list[tuple[str, bytes]]:
    files = []
    for item in items:
        try:
            files.append((readable(item.path), source.read(item, MOST_TEXT_BYTES)))
        except AnalyzerError as error:
            wrong.append(f"{error.message}；{error.advice}")
        except OSError as error:
            wrong.append(f"{readable(item.name)} 读不了：{error.strerror or error}")
    return files


def _zone(here: Site, *, utc: bool) -> ZoneInfo:
    return ZoneInfo("UTC") if utc else here.zone


def key_and_stamp(source: Source, work: Work, of_it: Told, standard: str) -> tuple[str, str]:
    """How the ledger knows a work, and what changes when its files or what is told of them do."""
    files = [(item.path, item.size_bytes, item.changed) for item in (*work.parts, *work.beside)]
    key = key_of(*(f"{source.root}/{item.path}" for item in work.parts))
    return key, stamp_of(files, sorted(of_it.row.as_json().items(), key=lambda cell: cell[0]), standard)


def take(
    here: Site,
    storage: Storage,
    source: Source,
    work: Work,
    of_it: Told,
    standard: str,
    door: str,
    receive: Take = receive_file,
) -> Outcome:
    """Take a work in. Raises AnalyzerError for one that is refused, with the reason; OSError."""
    extra = _with_sidecars(here, source, work, of_it)
    if extra[1] and door != "import":
        words = f"{readable(extra[1][0].name)} 不是说明文件"
        raise SourceError(
            "sidecar", words, "说明文件是一个 JSON 对象，里面只有文字、数字、是否；转写结果请用 flask import 导入"
        )
    row = extra[0].row
    _refuse_doubts(row)
    cells = {**row.as_json(), "standard_id": row.standard_id or standard}
    details = sheet.details_of(cells, here.zone)
    with ExitStack() as stack:
        paths = [stack.enter_context(source.local(part)) for part in work.parts]
        beside = [stack.enter_context(source.local(item)) for item in extra[1]]
        if door == "import" and transcripts.is_transcript(work.name):
            return _transcripts(here, [*paths, *beside], work, details, extra[0].remarks)
        path = paths[0]
        if len(paths) == 2:
            path = _joined(here, storage, work, paths, stack)
        received = receive(here.db, storage, here, path, readable(work.name), details, None, door)
        for one in beside:
            transcripts.import_file(here, one, details)
    if received.duplicate:
        words = f"已存在（录音 {received.recording_id}）{texts.known(received).removeprefix(texts.same_words())}"
    else:
        words = f"录音 {received.recording_id}" + ("" if details.standard_id else "，待补充标准")
    if len(work.parts) == 2:
        words += "，由两个文件合成"
    return Outcome(received.recording_id, words, not received.duplicate, bool(received.differs), extra[0].remarks)


def _joined(here: Site, storage: Storage, work: Work, paths: Sequence[Path], stack: ExitStack) -> Path:
    """One file of two legs, each checked as every file is. Raises AnalyzerError, which names the leg."""
    names = [readable(part.name) for part in work.parts]
    for path, name in zip(paths, names, strict=True):
        check(path, name, here, storage)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=f"tingjian-import-{os.getpid()}-"))
    try:
        return join_legs(paths[0], paths[1], Path(folder) / "joined.wav", here.settings, work.later_s)
    except AnalyzerError as error:
        raise SourceError(error.code, f"{'、'.join(names)} 合不成一段录音：{error.message}", error.advice) from error


def _with_sidecars(here: Site, source: Source, work: Work, of_it: Told) -> tuple[Told, list[Item]]:
    """What is told with the sidecars put over it; and files beside that are transcripts."""
    others = []
    for item in work.beside:
        json_file = item.name.lower().endswith(".json")
        if json_file and item.size_bytes > MOST_SIDECAR_BYTES:
            others.append(item)
            continue
        content = source.read(item, MOST_SIDECAR_BYTES)
        if json_file and not told.is_sidecar(content):
            others.append(item)
            continue
        with here.db.reading() as session:
            one = told.read_sidecar(session, here, readable(item.name), content)
        of_it = Told(sheet.over(of_it.row, one.row), (*of_it.remarks, *one.remarks))
    return of_it, others


def _refuse_doubts(row: sheet.SheetRow) -> None:
    """Better not at all than on the wrong person's account."""
    if "file" in row.problems:
        words = "几个文件夹里有同名文件，清单没有说明是哪一个"
        raise SourceError("several", words, "请在清单里写上文件夹，如 王师傅/REC001.WAV")
    if row.problems.get("staff_no") == "differs":
        raise SourceError("staff-differs", f"文件名里的{texts.DIFFERS}", "请改正文件名，或用清单说明")
    if row.problems:
        raise SourceError("unknown", "文件名里的工号、姓名或工单号找不到", "请先添加人员或工单，或用清单说明")


def _transcripts(here: Site, paths: Sequence[Path], work: Work, details: Details, remarks: tuple[str, ...]) -> Outcome:
    made: list[int] = []
    known: list[int] = []
    for path in paths:
        new, old = transcripts.import_file(here, path, details, "" if path.name == work.name else work.name)
        made, known = [*made, *new], [*known, *old]
    words = f"已导入 {len(made)} 份转写" + (f"，{len(known)} 份已存在" if known else "")
    return Outcome((made or known)[0], words, bool(made), remarks=remarks)
