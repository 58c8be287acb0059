"""The chain of the audit log: each entry's digest covers the one before, under a key that the database does not know.

After each commit its newest digest is also written behind the others in `audit_heads`, in the site's own folder: who
cuts the log's end in the database, or writes it anew, cannot make it agree with what stands there. Entries from before
there was a key have a plain SHA-256; the first sealed one covers the last of them.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from web.kit import seal
from web.kit.seal import Seal
from web.models import AuditEntry

log = logging.getLogger(__name__)
_SEAL, _HEADS, _NEW = "seal", "audit_heads", "audit_new"  # in a session's `info`
_SEALED = re.compile(r"k:([0-9a-f]{8}):[\w-]{43}")
_HEAD = re.compile(r"(\d+) (\S+)")
_WINDOW = 4096  # heads of several processes may stand that far from their order
COVERED = (
    AuditEntry.at,
    AuditEntry.user_id,
    AuditEntry.username,
    AuditEntry.action,
    AuditEntry.object_kind,
    AuditEntry.object_id,
    AuditEntry.detail,
    AuditEntry.address,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit at an entry.

    `changed`: it or the one before was changed, or one between was taken out. `unsealed`: a plain digest behind sealed
    ones. `unknown_key`: sealed with a key that is not here. `cut`: it was once the newest, and is gone or another now.
    `headless`: there are sealed entries, and not one head.
    """

    entry: int
    kind: str


def opened(folder: Path, stated: str = "") -> dict[str, Any]:
    """Return what sessions must know to keep the chain of a site whose folder this is."""
    return {_SEAL: seal.opened(folder, stated), _HEADS: folder / "audit_heads"}


def seal_of(info: Mapping[Any, Any]) -> Seal:
    """Return the seal of a database or session. Raises RuntimeError where it was opened without its site."""
    found = info.get(_SEAL)
    if not isinstance(found, Seal):
        raise RuntimeError("the audit log needs its key: open the database with web.kit.site.open_site")
    return found


def join(session: Session, entry: AuditEntry) -> None:
    """Add an entry behind the last one."""
    before = session.scalar(select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)) or ""
    entry.digest = _sealed(seal_of(session.info).newest, before, [getattr(entry, c.key) for c in COVERED])
    session.add(entry)
    session.flush()
    session.info[_NEW] = ""


def restart(info: Mapping[Any, Any]) -> str:
    """Put the heads aside: an older database was taken back on purpose, and they are not its own. Returns the last."""
    path: Path = info[_HEADS]
    if not path.exists():
        return ""
    last = max(_heads(path, None), default=(0, ""))
    path.replace(path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%d-%H%M%S}"))
    return f"{last[0]} {last[1]}"


def faults(session: Session, told: tuple[int, str] | None = None) -> Iterator[Fault]:
    """Give what does not fit, in the order of the entries; `told` is a head that somebody kept elsewhere."""
    keys = seal_of(session.info)
    heads = _heads(session.info.get(_HEADS), told)
    head = next(heads, None)
    before, last_sealed, any_head = "", 0, head is not None
    rows = session.execute(
        select(AuditEntry.id, AuditEntry.digest, *COVERED).order_by(AuditEntry.id).execution_options(yield_per=1000)
    )
    with rows:  # whoever needs the first fault alone leaves the others unread
        for entry, digest, *covered in rows:
            yield from _entry_faults(keys, entry, digest, before, covered, bool(last_sealed))
            if _SEALED.fullmatch(digest):
                last_sealed = entry
            while head is not None and head[0] <= entry:
                if head != (entry, digest):
                    yield Fault(head[0], "cut")
                head = next(heads, None)
            before = digest
    while head is not None:
        yield Fault(head[0], "cut")
        head = next(heads, None)
    if last_sealed and not any_head:
        yield Fault(last_sealed, "headless")


def newest(session: Session) -> tuple[int, str] | None:
    """Return the log's head, to be kept elsewhere."""
    row = session.execute(select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)).first()
    return (row[0], row[1]) if row else None


def _entry_faults(
    keys: Seal, entry: int, digest: str, before: str, covered: list[Any], sealed_before: bool
) -> Iterator[Fault]:
    found = _SEALED.fullmatch(digest)
    if found is None:
        if sealed_before:
            yield Fault(entry, "unsealed")
        elif digest != hashlib.sha256(_content(before, covered)).hexdigest():
            yield Fault(entry, "changed")
        return
    key = keys.marked(found[1])
    if key is None:
        yield Fault(entry, "unknown_key")
    elif digest != _sealed(key, before, covered):
        yield Fault(entry, "changed")


def _sealed(key: bytes, before: str, covered: list[Any]) -> str:
    made = base64.urlsafe_b64encode(seal.sealed(key, "audit", _content(before, covered))).decode().rstrip("=")
    return f"k:{seal.mark(key)}:{made}"


def _content(before: str, covered: list[Any]) -> bytes:
    at, *rest = covered
    listed = [before, at.isoformat(), *rest]
    return json.dumps(listed, ensure_ascii=False, sort_keys=True, default=str).encode()


def _heads(path: Path | None, told: tuple[int, str] | None) -> Iterator[tuple[int, str]]:
    """Give the heads by their entries, as (entry, digest), without holding more than a window of them."""
    waiting = [told] if told else []
    if path is not None and path.is_file():
        with path.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if found := _HEAD.fullmatch(line.strip()):  # one that the power cut short says nothing
                    heapq.heappush(waiting, (int(found[1]), found[2]))
                if len(waiting) > _WINDOW:
                    yield heapq.heappop(waiting)
    while waiting:
        yield heapq.heappop(waiting)


@event.listens_for(Session, "before_commit")
def _look_for_head(session: Session) -> None:
    """Take the entry that will be the last: one that was written since may have gone with its savepoint."""
    if _NEW in session.info and not session.in_nested_transaction():
        session.flush()
        head = newest(session)
        session.info[_NEW] = f"{head[0]} {head[1]}\n" if head else ""


@event.listens_for(Session, "after_commit")
def _keep_head(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint: nothing is committed yet
        return
    new, path = session.info.pop(_NEW, ""), session.info.get(_HEADS)
    if not new or path is None:
        return
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, new.encode())
        finally:
            os.close(file)
    except OSError as error:  # what it tells of is committed: a full disk must not stop people's work
        log.warning("the head of the audit log was not kept: %s", error)
