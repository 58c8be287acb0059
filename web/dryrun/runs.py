"""Runs: begun with a choice of recordings, stopped, read. What is chosen is cut into slices at once, so that its number is known."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session

from web.config import Settings
from web.db import now
from web.kit import audit
from web.kit.lexicons import CHECKLIST, overlay, paths_of, text_of
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import Site
from web.kit.standards import standards
from web.lexicon.drafts import draft_of, folder_of
from web.models import (
    Recording,
    RecordingState,
    RunState,
    SliceState,
    StandardRun,
    StandardRunDifference,
    StandardRunRecording,
    StandardRunSlice,
    Technician,
)

SLICE = 25  # recordings that are written at once: about a second of work
MOST = 100_000  # recordings of a run
KEPT = 20  # finished runs of a draft; older ones go when another begins


@dataclass(frozen=True, slots=True)
class Choice:
    """Which recordings: recorded in these days (None: open), of a team's technicians, the newest `most`."""

    first: dt.date | None = None
    last: dt.date | None = None
    team_id: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Pinned:
    """A draft as it stood at one moment, with the standards that it judges otherwise."""

    draft_id: int
    revision: int
    standard_id: str
    title: str
    files: dict[str, str | None]
    digest: str
    touched: tuple[str, ...]


def pinned(session: Session, site: Site, draft_id: int) -> Pinned:
    """The draft as it stands now. Reads standards, a second or two: ask with a reading session. Raises GoneError."""
    draft = draft_of(session, draft_id)
    folder = folder_of(session, site, draft)
    return Pinned(
        draft.id,
        draft.revision,
        draft.standard_id,
        draft.title,
        differing(site.settings, folder),
        digest_of_folder(folder),
        affected(site.lexicons, folder, draft.standard_id),
    )


def begin(session: Session, draft: Pinned, choice: Choice, by_id: int | None) -> StandardRun:
    """A run of a draft. Raises InvalidError (one is running, nothing to judge, days)."""
    if session.scalar(select(StandardRun.id).where(StandardRun.draft_id == draft.draft_id, _running())):
        raise InvalidError("这份草稿正在试算，请等它结束，或先停止")
    if choice.first and choice.last and choice.first > choice.last:
        raise InvalidError("结束日期不能早于开始日期")
    ids = list(session.scalars(_chosen(draft.touched, choice)))
    if not ids:
        raise InvalidError("这个范围里没有已判分、文字还在的录音，请放宽时间或班组")
    run = StandardRun(
        draft_id=draft.draft_id,
        revision=draft.revision,
        standard_id=draft.standard_id,
        title=draft.title,
        files=draft.files,
        digest=draft.digest,
        first=choice.first,
        last=choice.last,
        team_id=choice.team_id,
        most=choice.most,
        total=len(ids),
        created_by_id=by_id,
    )
    session.add(run)
    session.flush()
    cut(session, run.id, ids)
    _forget_old(session, draft.draft_id)
    audit.record(session, "dry-run-begun", "standard_run", run.id, standard=run.standard_id, recordings=run.total)
    return run


def count(session: Session, touched: tuple[str, ...], choice: Choice) -> int:
    """How many recordings a run over these standards would judge."""
    chosen = _chosen(touched, choice).subquery()
    return session.scalar(select(func.count()).select_from(chosen)) or 0


def stop(session: Session, run_id: int) -> bool:
    """Have a run end where it is; what is done stays to be read. False where it has ended."""
    run = session.get(StandardRun, run_id)
    if run is None:
        raise GoneError
    if run.state is not RunState.RUNNING:
        return False
    end(session, run, RunState.STOPPED)
    audit.record(session, "dry-run-stopped", "standard_run", run_id, done=run.done, recordings=run.total)
    return True


def end(session: Session, run: StandardRun, state: RunState, failure: str = "") -> None:
    """End a run; nobody goes on with its slices."""
    run.state, run.finished_at, run.failure = state, now(), failure[:500]
    session.execute(
        update(StandardRunSlice)
        .where(StandardRunSlice.run_id == run.id, StandardRunSlice.state != SliceState.DONE)
        .values(state=SliceState.DONE, token=None, lease_until=None)
    )


def run_of(session: Session, run_id: int) -> StandardRun:
    """Raises GoneError where there is none."""
    run = session.get(StandardRun, run_id)
    if run is None:
        raise GoneError
    return run


def runs_of(session: Session, draft_id: int) -> list[StandardRun]:
    """The runs of a draft, newest first."""
    chosen = select(StandardRun).where(StandardRun.draft_id == draft_id)
    return list(session.scalars(chosen.order_by(StandardRun.id.desc())))


def folder_of_run(settings: Settings, run: StandardRun) -> Path | None:
    """The folder that a run judges by; None where it cannot be made again: the shipped files are others by now."""
    folder = overlay(settings, settings.lexicons, run.files)
    return folder if digest_of_folder(folder) == run.digest else None


def affected(before: Path, after: Path, standard_id: str) -> tuple[str, ...]:
    """The standards that judge otherwise in one folder than in the other, and the one that is asked about."""
    older, newer = ({s.id: s.digest for s in standards(folder)} for folder in (before, after))
    changed = {name for name in older if newer.get(name) != older[name]}
    return tuple(sorted({standard_id, *changed}))


def differing(settings: Settings, folder: Path) -> dict[str, str | None]:
    """What a folder has in place of the shipped files."""
    shipped = settings.lexicons
    own = {path: text_of(folder, path) for path in _judging(folder)}
    gone: dict[str, str | None] = {path: None for path in _judging(shipped) if path not in own}
    return {path: text for path, text in own.items() if text != text_of(shipped, path)} | gone


def digest_of_folder(folder: Path) -> str:
    """The SHA-256 of every file of a folder that the company may write, in hex: the same on every machine."""
    named = hashlib.sha256()
    for path in _judging(folder):
        named.update(f"{path}\0{text_of(folder, path)}\0".encode())
    return named.hexdigest()


def _judging(folder: Path) -> list[str]:
    return [path for path in paths_of(folder) if path != CHECKLIST]


def cut(session: Session, run_id: int, ids: list[int], first: int = 1) -> None:
    """Put recordings into the queue of a run; `first` is the number of the first slice."""
    session.add_all(
        StandardRunSlice(run_id=run_id, number=first + place, recordings=ids[start : start + SLICE])
        for place, start in enumerate(range(0, len(ids), SLICE))
    )
    session.flush()


def _running() -> ColumnElement[bool]:
    return StandardRun.state == RunState.RUNNING


def _chosen(standard_ids: tuple[str, ...], choice: Choice) -> Select[int]:
    """Recordings that were judged and whose words are there, newest first."""
    chosen = (
        select(Recording.id)
        .where(
            Recording.standard_id.in_(standard_ids),
            Recording.state == RecordingState.JUDGED,
            Recording.analysis_id.is_not(None),
            Recording.deleted_at.is_(None),
            Recording.words_erased_at.is_(None),
        )
        .order_by(Recording.recorded_on.desc(), Recording.id.desc())
        .limit(min(choice.most or MOST, MOST))
    )
    if choice.first:
        chosen = chosen.where(Recording.recorded_on >= choice.first)
    if choice.last:
        chosen = chosen.where(Recording.recorded_on <= choice.last)
    if choice.team_id is not None:
        chosen = chosen.join(Technician, Technician.id == Recording.technician_id)
        chosen = chosen.where(Technician.team_id == choice.team_id)
    return chosen


def _forget_old(session: Session, draft_id: int) -> None:
    """Keep the last runs of a draft; the newest is the one just begun."""
    old = [run.id for run in runs_of(session, draft_id)[KEPT:] if run.state is not RunState.RUNNING]
    for table in (StandardRunDifference, StandardRunRecording, StandardRunSlice):
        session.execute(delete(table).where(table.run_id.in_(old)))
    session.execute(delete(StandardRun).where(StandardRun.id.in_(old)))
