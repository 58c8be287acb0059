"""The drop folder: recordings that lie still are taken in, as if they had been uploaded.

Taken ones go to 已收/, refused ones to 未收/ with the reason in a `.why.txt` beside. What is told about one comes from its name
(TINGJIAN_WEB_FILE_NAME_PATTERN), from call records and lists in the folder, and from the file of the same name beside it, for which
one that does not say its standard waits a while. Links are not followed: who may drop files may not read others.
"""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from web.config import AnalyzerError
from web.intake.receive import receive_file
from web.intake.storage import Storage, open_storage
from web.kit.aside import Batch
from web.kit.site import Site
from web.kit.standards import standard
from web.queue import doorbell
from web.sources.ledger import key_of
from web.sources.moving import moved, told_beside
from web.sources.take import Outcome, Ready, ready, take
from web.sources.telephony.calls import ids_in
from web.sources.telephony.legs import side_of
from web.sources.told import is_sidecar
from web.sources.values import MOST_SIDECAR_BYTES, TAKEN, Item, SourceError, is_hidden, is_partial
from web.sources.works import Work, Works, works_of
from web.uploads.names import readable
from web.uploads.transcripts import is_transcript

log = logging.getLogger(__name__)
STEP = "drop folder"
SETTING = "TINGJIAN_WEB_DROP_STANDARD"
AGAIN = ("disk-full", "storage", "audio-unreadable", "temp")  # not the file's fault
REFUSED = "未收"
AT_ONCE, LONGEST_S = 1000, 5.0  # recordings a look is prepared for, and how long it takes them in
OF_ONE_CALL = (".cdr.json", ".cdr.xml")  # records that go with their recording
ALONE_S = 3600.0  # how long a sidecar waits for its recording
# What was said and how it was judged would be the word of whoever may write here.
TRANSCRIPT = "这是转写结果或分析结果，投递文件夹只收录音\n请在上传页上传，或用 flask import 导入\n"


class _Seen(NamedTuple):
    """A file as it was found, and since when (monotonic seconds) it has been so."""

    size_bytes: int
    changed_ns: int
    since_s: float


class Drop:
    """The drop folder as a source. Files are opened without following links, also where one becomes a link meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder.resolve().as_posix()

    def items(self) -> list[Item]:
        """The files and links that lie in the folder itself, whole ones of ours, oldest first."""
        found = []
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if is_hidden(entry.name) or is_partial(entry.name) or entry.name.endswith(".why.txt"):
                        continue
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # taken away meanwhile
                        continue
                    if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
                        found.append((status.st_mtime_ns, Item(entry.name, status.st_size, str(status.st_mtime_ns))))
        except FileNotFoundError:
            return []
        return [item for _, item in sorted(found, key=lambda one: (one[0], one[1].path))]

    def read(self, item: Item, most_bytes: int) -> bytes:
        with self.local(item) as path, path.open("rb") as file:
            content = file.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise SourceError("too-large", f"{item.name} 太大", f"最多 {most_bytes // 1024} KB")
        return content

    @contextmanager
    def local(self, item: Item) -> Iterator[Path]:
        """A path to the very file that is there now, also where its name is made a link meanwhile. Raises OSError."""
        path = self.folder / item.path
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            held = Path(f"/proc/self/fd/{handle}")
            yield held if held.exists() else path
        finally:
            os.close(handle)

    def put_aside(self, item: Item) -> None:
        moved(self.folder / item.path, TAKEN)


class Watch:
    """Looks at the drop folder, again and again: how long a file has lain still is known from look to look."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def look(self, here: Site) -> None:
        """Take in what lies still; without a folder there is nothing to do.

        A file at fault is refused, one that the machine could not take (disk full, folder read-only) stays and is tried again
        when it is its turn; neither keeps the others waiting.
        """
        if not here.web.drop_folder:
            return
        drop = Drop(Path(here.web.drop_folder))
        items = drop.items()
        batch = Batch(here.db, STEP)
        if not _standard_known(here, batch):
            return
        if drop.folder.is_dir():  # a share that is not mounted just now says nothing about its files
            batch.forget_others(_key(drop, item) for item in items)
        still = self._still(items, here.web.drop_still_seconds)
        works = works_of([item for item in items if item.path in still])
        due = _due(drop, works, batch)
        if not due and not works.alone:
            return
        _One(here, drop, batch, self).over(
            replace(works, works=tuple(due[:AT_ONCE])), [i for i in items if i.path not in still]
        )

    def age_s(self, item: Item) -> float:
        """How long a file has been as it is, as far as this process knows, and not shorter than its own time says."""
        seen = self._seen.get(item.path)
        own_s = time.time() - int(item.changed) / 1e9
        return max(own_s, 0.0) if seen is None else max(time.monotonic() - seen.since_s, 0.0)

    def _still(self, items: list[Item], still_s: float) -> set[str]:
        """The files whose size and time have been the same for so long: a copy may keep the time of its original."""
        now_s = time.monotonic()
        seen = {}
        for item in items:
            known = self._seen.get(item.path)
            changed_ns = int(item.changed)
            same = known is not None and (known.size_bytes, known.changed_ns) == (item.size_bytes, changed_ns)
            seen[item.path] = known if same and known else _Seen(item.size_bytes, changed_ns, now_s)
        self._seen = seen
        young = {i.path for i in items if time.time() - int(i.changed) / 1e9 < still_s}
        return {path for path, one in seen.items() if now_s - one.since_s >= still_s} - young


def _standard_known(here: Site, batch: Batch) -> bool:
    """Whether the site has the standard of its drop folder; a slip in the settings must not refuse every file."""
    name = here.web.drop_standard
    if not name or standard(here.lexicons, name) is not None:
        return True
    if SETTING not in batch.known:
        batch.put(SETTING, SETTING, f"没有标准 {name}；改正这项设置之前，投递的文件留在原处")
    return False


def _due(drop: Drop, works: Works, batch: Batch) -> list[Work]:
    waiting = batch.waiting
    return [work for work in works.works if _key(drop, work.parts[0]) not in waiting]


def _key(drop: Drop, item: Item) -> str:
    """What tells a file of the folder again; one that was written anew is another."""
    return key_of(drop.root, item.path, str(item.size_bytes), item.changed)


class _One:
    """One look at the folder."""

    def __init__(self, here: Site, drop: Drop, batch: Batch, watch: Watch) -> None:
        self.here, self.drop, self.batch, self.watch = here, drop, batch, watch
        self.calls: list[Item] = []
        self.storage: Storage = open_storage(here.web, here.settings.home)

    def over(self, works: Works, young: list[Item]) -> None:
        """Do all works of the look; `young`: files that do not lie still yet."""
        prepared = ready(self.here, self.drop, works)
        self.calls = [*works.calls]
        self._tell_lists(works, prepared)
        begun_s = time.monotonic()
        coming = {item.stem for item in young} | {side[0] for item in young if (side := side_of(item.path))}
        taken = 0
        for work in works.works:
            if time.monotonic() - begun_s > LONGEST_S:  # the other chores get their turn; the next look goes on
                break
            if self._waits(work, prepared, coming):
                continue
            with self.batch.row(_key(self.drop, work.parts[0]), readable(work.name)):
                taken += self._take(work, prepared)
        for item in works.alone:
            with self.batch.row(_key(self.drop, item), readable(item.name)):
                self._alone(item)
        if taken:
            doorbell.ring(self.here)

    def _waits(self, work: Work, prepared: Ready, coming: set[str]) -> bool:
        """Whether something about a recording may still come: its sidecar, or the other side of its call."""
        side = side_of(work.path) if len(work.parts) == 1 else None
        if work.parts[0].stem in coming or (side is not None and side[0] in coming):
            return True
        row = prepared.told[work.path].row
        needs_side = side is not None and row.recorded_at != ""
        told = bool(work.beside or row.standard_id or (self.here.web.drop_standard and row.staff_no))
        if told and not needs_side:
            return False
        return min(self.watch.age_s(item) for item in work.parts) < self.here.web.drop_wait_seconds

    def _take(self, work: Work, prepared: Ready) -> bool:
        """Take a work in or refuse it; return whether it is a new recording. Raises OSError, AnalyzerError to try again."""
        paths = [self.drop.folder / item.path for item in (*work.parts, *work.beside)]
        if any(path.is_symlink() for path in paths):
            self._refuse(paths, "这是符号链接，没有跟随\n请把录音文件本身放进来\n")
            return False
        if is_transcript(work.name):
            self._refuse(paths, TRANSCRIPT)
            return False
        told = prepared.told[work.path]  # a name that means nobody is no reason to refuse; one that means two people is
        problems = {k: v for k, v in told.row.problems.items() if k == "file" or v == "differs"}
        told = replace(told, row=replace(told.row, problems=problems))
        try:
            outcome = take(
                self.here, self.storage, self.drop, work, told, self.here.web.drop_standard, "drop", receive_file
            )
        except AnalyzerError as error:
            if error.code in AGAIN:
                raise
            log.info("drop folder: %s refused: %s", readable(work.name), error)
            self._refuse(paths, f"{error.message}\n{error.advice}\n")
            return False
        log.info("drop folder: %s is recording %d", readable(work.name), outcome.recording_id)
        of_call = set(ids_in(work.path))
        records = [i for i in self.calls if i.name.lower().endswith(OF_ONE_CALL) and of_call & set(ids_in(i.path))]
        lies = [moved(path, TAKEN) for path in (*paths, *(self.drop.folder / item.path for item in records))]
        self.calls = [item for item in self.calls if item not in records]
        self._tell(lies[0], outcome)
        return outcome.new

    def _tell(self, lies: Path, outcome: Outcome) -> None:
        """Nobody is asked here: what was left out, or is known otherwise, is written down."""
        lines = list(outcome.remarks)
        if outcome.differs:
            lines += [outcome.words, f"请在录音 {outcome.recording_id} 的“修改信息”里核对"]
        if lines:
            told_beside(lies, "\n".join(lines) + "\n")

    def _refuse(self, paths: list[Path], words: str) -> None:
        lies = [moved(path, REFUSED) for path in paths]
        told_beside(lies[0], words)

    def _alone(self, item: Item) -> None:
        """A sidecar without its recording: of one that was taken already it tells now, else it waits for it an hour."""
        path = self.drop.folder / item.path
        if path.is_symlink():
            self._refuse([path], "这是符号链接，没有跟随\n请把文件本身放进来\n")
            return
        stem = Path(item.path).stem
        aside = self.drop.folder / TAKEN
        sounds = sorted(
            p for p in aside.glob(f"{_escaped(stem)}.*") if not p.name.endswith((".why.txt", ".json", ".csv"))
        )
        if item.size_bytes <= MOST_SIDECAR_BYTES and sounds and not sounds[0].is_symlink():
            self._tell_again(item, path, sounds[0])
        elif is_transcript(item.name) and self._is_no_sidecar(item):
            self._refuse([path], TRANSCRIPT)
        elif self.watch.age_s(item) >= ALONE_S:
            self._refuse([path], "没有等到同名的录音\n请把录音和它一起放进来\n")

    def _is_no_sidecar(self, item: Item) -> bool:
        return item.size_bytes > MOST_SIDECAR_BYTES or not is_sidecar(self.drop.read(item, MOST_SIDECAR_BYTES))

    def _tell_again(self, item: Item, path: Path, sound: Path) -> None:
        status = sound.stat()
        inside = f"{TAKEN}/{sound.name}"
        work = Work(inside, (Item(inside, status.st_size, str(status.st_mtime_ns)),), beside=(item,))
        prepared = ready(self.here, self.drop, Works((work,), (), (), (), ()))
        try:
            row = replace(prepared.told[inside].row, problems={})
            told = replace(prepared.told[inside], row=row)
            outcome = take(
                self.here, self.storage, self.drop, work, told, self.here.web.drop_standard, "drop", receive_file
            )
        except AnalyzerError as error:
            if error.code in AGAIN:
                raise
            self._refuse([path], f"{error.message}\n{error.advice}\n")
            return
        self._tell(moved(path, TAKEN), outcome)

    def _tell_lists(self, works: Works, prepared: Ready) -> None:
        """What is wrong with lists and call records is written beside the first of them; they stay where they are."""
        files = (*works.lists, *works.calls, *works.extensions)
        if not files:
            return
        lines = [*prepared.wrong, *prepared.remarks]
        note = self.drop.folder / f"{files[0].name}.why.txt"
        words = "\n".join(lines) + "\n"
        if lines and (note.is_symlink() or not note.is_file() or note.read_text("utf-8", "replace") != words):
            told_beside(self.drop.folder / files[0].name, words)
        elif not lines and note.is_file() and not note.is_symlink():
            note.unlink()


def _escaped(stem: str) -> str:
    """A name as a pattern that means just itself."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)
