"""What was taken in already: an import that was stopped goes on behind it without reading the files again.

Only a shortcut: what is not in it goes through the intake, which knows a recording by its content. So a row that a killed
import did not write costs a second reading, and never a second recording.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from web.db import Database
from web.models import Recording, TakenFile

AT_ONCE = 500
KEPT = 50  # rows that wait for their transaction: as many files are read twice after a kill


def key_of(*places: str) -> str:
    """The key of the files that made a recording: where they lie."""
    return _digest(places)


def stamp_of(*told: object) -> str:
    """What tells files, and what was said about them, from the same changed."""
    return _digest([str(one) for one in told])


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha256(json.dumps(list(words), ensure_ascii=True).encode()).hexdigest()


@dataclass(slots=True)
class Ledger:
    """The ledger of a database; `close` writes what waits."""

    db: Database
    _waiting: dict[str, tuple[str, int]] = field(default_factory=dict)

    def taken(self, keys: Sequence[str]) -> dict[str, str]:
        """The stamps of those of `keys` whose recordings are still there."""
        found: dict[str, str] = {}
        for first in range(0, len(keys), AT_ONCE):
            part = keys[first : first + AT_ONCE]
            alive = (
                select(TakenFile.key, TakenFile.stamp)
                .join(Recording, Recording.id == TakenFile.recording_id)
                .where(TakenFile.key.in_(part), Recording.deleted_at.is_(None))
            )
            with self.db.reading() as session:
                found |= {row.key: row.stamp for row in session.execute(alive)}
        return found

    def note(self, key: str, stamp: str, recording_id: int) -> None:
        """Remember files as taken in."""
        self._waiting[key] = stamp, recording_id
        if len(self._waiting) >= KEPT:
            self.close()

    def close(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        with self.db.writing() as session:
            for key, (stamp, recording_id) in waiting.items():
                session.merge(TakenFile(key=key, stamp=stamp, recording_id=recording_id))
