"""The queue of a run: a slice is claimed with a lease, its result written with the token in one transaction, or not at all.

Call all in `db.writing()`. A process that dies leaves its slice to another: at once where its worker sees it (`release`), else
when the lease has run out. What kills its process is cut into slices of one, and set aside at the third death.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from web.db import now as present
from web.dryrun.runs import end
from web.dryrun.tally import Judged, added, empty, tally
from web.models import (
    Recording,
    RunState,
    SliceState,
    StandardRun,
    StandardRunDifference,
    StandardRunRecording,
    StandardRunSlice,
)

LEASE_S = 120.0
MOST_DEATHS = 3
DEADLY = "试算这段录音时，后台进程中断了 3 次，已跳过；请让管理员看一下这段录音"


@dataclass(frozen=True, slots=True)
class Slice:
    """A claimed slice."""

    id: int
    run_id: int
    token: str
    recordings: tuple[int, ...]


def is_waiting(session: Session, now: datetime | None = None) -> bool:
    """Whether a slice of a running run is free."""
    return session.scalar(_free(now or present()).limit(1)) is not None


def claim(session: Session, holder: str, lease_s: float = LEASE_S, now: datetime | None = None) -> Slice | None:
    """Take the first free slice of the oldest run; None where there is none. One whose holder fell silent is free again."""
    now = now or present()
    found = session.scalar(_free(now).order_by(StandardRunSlice.run_id, StandardRunSlice.number).limit(1))
    if found is None:
        return None
    one = session.get_one(StandardRunSlice, found)
    if one.state is SliceState.HELD:
        _bury(session, one)
        return claim(session, holder, lease_s, now)
    one.state, one.holder, one.token = SliceState.HELD, holder[:128], secrets.token_hex(16)
    one.lease_until = now + timedelta(seconds=lease_s)
    run = session.get_one(StandardRun, one.run_id)
    run.started_at = run.started_at or now
    return Slice(one.id, one.run_id, one.token, tuple(one.recordings))


def heartbeat(session: Session, token: str, lease_s: float = LEASE_S, now: datetime | None = None) -> bool:
    """Prolong a lease. False where the slice is no longer ours, or the run was stopped: end the work."""
    one = _held(session, token)
    if one is None:
        return False
    one.lease_until = (now or present()) + timedelta(seconds=lease_s)
    return True


def finish(
    session: Session, token: str, judged: Sequence[Judged], failures: Mapping[int, str], now: datetime | None = None
) -> bool:
    """Write what a slice found and end it; the last one ends the run. False, and nothing written, where it is not ours."""
    one = _held(session, token)
    if one is None:
        return False
    one.state, one.token, one.lease_until = SliceState.DONE, None, None
    run = session.get_one(StandardRun, one.run_id)
    _write(session, run, judged)
    _set_aside(session, run, failures)
    run.done += len(one.recordings)
    run.summary = added(run.summary or empty(), tally(judged))
    session.flush()
    _end_if_done(session, run)
    return True


def release(session: Session, holders: Collection[str]) -> int:
    """Give back what these processes held, each a death; return how many slices."""
    chosen = select(StandardRunSlice).where(
        StandardRunSlice.state == SliceState.HELD, StandardRunSlice.holder.in_(holders)
    )
    found = session.scalars(chosen).all()
    for one in found:
        _bury(session, one)
    return len(found)


def holders(session: Session) -> set[str]:
    """Who holds slices now."""
    chosen = select(StandardRunSlice.holder).where(StandardRunSlice.state == SliceState.HELD).distinct()
    return set(session.scalars(chosen))


def fail(session: Session, run_id: int, failure: str) -> None:
    """End a run that cannot go on."""
    run = session.get_one(StandardRun, run_id)
    if run.state is RunState.RUNNING:
        end(session, run, RunState.FAILED, failure)


def _free(now: datetime) -> Select[int]:
    return (
        select(StandardRunSlice.id)
        .join(StandardRun, StandardRun.id == StandardRunSlice.run_id)
        .where(
            StandardRun.state == RunState.RUNNING,
            or_(
                StandardRunSlice.state == SliceState.WAITING,
                (StandardRunSlice.state == SliceState.HELD) & (StandardRunSlice.lease_until < now),
            ),
        )
    )


def _held(session: Session, token: str) -> StandardRunSlice | None:
    one = session.scalar(select(StandardRunSlice).where(StandardRunSlice.token == token))
    return one if one is not None and one.state is SliceState.HELD else None


def _bury(session: Session, one: StandardRunSlice) -> None:
    """Note a death: alone the deadly recording of a slice is found, the others are judged."""
    one.deaths += 1
    one.state, one.token, one.lease_until, one.holder = SliceState.WAITING, None, None, ""
    if len(one.recordings) > 1:
        last = session.scalar(select(func.max(StandardRunSlice.number)).where(StandardRunSlice.run_id == one.run_id))
        rest, one.recordings = one.recordings[1:], one.recordings[:1]
        session.add_all(
            StandardRunSlice(run_id=one.run_id, number=(last or 0) + place, recordings=[recording], deaths=one.deaths)
            for place, recording in enumerate(rest, 1)
        )
    elif one.deaths >= MOST_DEATHS:
        run = session.get_one(StandardRun, one.run_id)
        one.state = SliceState.DONE
        _set_aside(session, run, dict.fromkeys(one.recordings, DEADLY))
        run.done += len(one.recordings)
        session.flush()
        _end_if_done(session, run)
    session.flush()


def _end_if_done(session: Session, run: StandardRun) -> None:
    left = select(StandardRunSlice.id).where(
        StandardRunSlice.run_id == run.id, StandardRunSlice.state != SliceState.DONE
    )
    if run.state is RunState.RUNNING and session.scalar(left.limit(1)) is None:
        end(session, run, RunState.DONE)


def _write(session: Session, run: StandardRun, judged: Sequence[Judged]) -> None:
    differing = [one for one in judged if one.differs]
    gone = select(Recording.id).where(
        Recording.id.in_([one.recording_id for one in differing]),
        or_(Recording.deleted_at.is_not(None), Recording.words_erased_at.is_not(None)),
    )
    erased = set(session.scalars(gone))  # while it was being judged: none of its words may be written again
    for one in differing:
        if one.recording_id in erased:
            continue
        session.add(
            StandardRunRecording(
                run_id=run.id,
                recording_id=one.recording_id,
                technician_id=one.technician_id,
                standard_id=one.standard_id,
                before=one.before,
                after=one.after,
                kept=one.kept,
            )
        )
        session.add_all(
            StandardRunDifference(
                run_id=run.id,
                recording_id=one.recording_id,
                item_id=change.item_id,
                position=change.position,
                kind=change.kind,
                way=change.way.value,
                before=change.before,
                after=change.after,
                decided=change.decided,
                start_s=change.start_s,
                end_s=change.end_s,
                quote=change.quote,
            )
            for change in one.changes
        )


def _set_aside(session: Session, run: StandardRun, failures: Mapping[int, str]) -> None:
    for recording_id, failure in failures.items():
        recording = session.get(Recording, recording_id)
        session.add(
            StandardRunRecording(
                run_id=run.id,
                recording_id=recording_id,
                technician_id=recording.technician_id if recording else None,
                standard_id=(recording.standard_id if recording else None) or run.standard_id,
                failure=failure[:500],
            )
        )
    run.failed += len(failures)
