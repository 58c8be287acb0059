"""Approximate substring search of a phrase in a stream, vectorised over the stream.

Sellers' algorithm (P. H. Sellers, "The theory and computation of evolutionary distances", J. Algorithms 1980) with
weighted costs, run over the phrase's tree instead of a string: a choice takes the best of its options, a gap the
best of the last few positions. One row of the table is one numpy vector over all positions of the stream, so an
hour of talk is searched in as many vector steps as the phrase has characters.

The value kept is the *slack*, cost − per_syllable × syllables so far: a path counts where its final slack is within
the budget of `Strictness`, whatever its length; that lets options of different lengths compete fairly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.matching.calibrate import Strictness
from analyzer.matching.costs import CostTable, deletion_cost, insertion_cost
from analyzer.matching.stream import Stream
from analyzer.rubric.model import Choice, Gap, Literal, Sequence

MOST_INSERTED = 3  # characters in a row that may stand within a phrase without a gap
_NEVER = np.float32(1e6)


# Best paths ending before each position: (1, n + 1) slack; or traced, (3, n + 1) slack, cost, first index.
Row = NDArray[np.float32]


class _State(NamedTuple):
    """Paths that have consumed nothing yet (`fresh`: slack and cost so far) and those that have (`row`)."""

    fresh: tuple[float, float]
    row: Row | None


@dataclass(frozen=True, slots=True)
class Field:
    """A stretch of a stream prepared for one strictness.

    `codes` numbers its characters in `table`, shape (n,), and `rows` keeps cost rows by character; `cross` is what
    stepping over the break before a position costs; `insert` what one more character there costs, its break
    included; `gap`, shape (n + 1,), the running sum of what breaks cost within a gap.
    """

    table: CostTable
    codes: NDArray[np.intp]
    rows: dict[str, NDArray[np.float32]]
    cross: NDArray[np.float32]
    insert: NDArray[np.float32]
    gap: NDArray[np.float32]
    strictness: Strictness
    traced: bool

    @classmethod
    def over(cls, stream: Stream, table: CostTable, strictness: Strictness) -> Field:
        """Prepare the whole stream, not traced."""
        by_break = np.array([0.0, strictness.comma, strictness.sentence, strictness.turn], np.float32)
        cross = by_break[stream.breaks]
        insert = np.array([insertion_cost(c) for c in stream.text], np.float32) * np.float32(strictness.insertion)
        # within a gap a comma costs nothing and a sentence half: people start anew within a sentence
        share = np.array([0.0, 0.0, 0.5, 1.0], np.float32)[stream.breaks]
        gap = np.concatenate([np.zeros(1, np.float32), np.cumsum(cross * share, dtype=np.float32)])
        return cls(table, table.codes(stream.text), {}, cross, insert + cross, gap, strictness, traced=False)

    def select(self, positions: slice, *, traced: bool) -> Field:
        """Return some positions as a field of their own."""
        begin, end, _ = positions.indices(len(self.cross))
        return Field(
            self.table,
            self.codes[begin:end],
            {},
            self.cross[begin:end],
            self.insert[begin:end],
            self.gap[begin : end + 1],
            self.strictness,
            traced,
        )

    def search(self, pattern: Sequence) -> Row | None:
        """Return the best path of the whole pattern ending before each position (None: pattern without words)."""
        return self._sequence(pattern, _State((0.0, 0.0), None)).row

    def _sequence(self, sequence: Sequence, state: _State) -> _State:
        for part in sequence.parts:
            if isinstance(part, Literal):
                for char in part.text:
                    state = self._character(char, state)
            elif isinstance(part, Gap):
                state = _State(state.fresh, None if state.row is None else self._gap(part.max_chars, state.row))
            else:
                state = self._choice(part, state)
        return state

    def _choice(self, choice: Choice, state: _State) -> _State:
        fresh, row = self._sequence(choice.options[0], state)
        for option in choice.options[1:]:
            other = self._sequence(option, state)
            fresh = min(fresh, other.fresh)
            row = other.row if row is None else row if other.row is None else _better(row, other.row)
        return _State(fresh, row)

    def _character(self, char: str, state: _State) -> _State:
        """One character of the phrase: heard at a position, or swallowed."""
        sub = self.rows.get(char)
        if sub is None:
            sub = self.rows[char] = self.table.row(char, self.codes)
        per = self.strictness.per_syllable
        drop = deletion_cost(char)
        row = self._empty()
        row[0, 1:] = sub + np.float32(state.fresh[0] - per)
        if self.traced:
            row[1, 1:] = sub + np.float32(state.fresh[1])
            row[2, 1:] = np.arange(len(sub))
        if state.row is not None:
            heard = self._step(state.row, sub + self.cross)
            heard[0] -= np.float32(per)
            swallowed = state.row.copy()
            swallowed[:2] += np.float32(drop)
            swallowed[0] -= np.float32(per)
            row = _better(_better(row, heard), swallowed)
        return _State((state.fresh[0] + drop - per, state.fresh[1] + drop), self._insertions(row))

    def _insertions(self, row: Row) -> Row:
        """Allow up to MOST_INSERTED further characters after each position."""
        step = row
        for _ in range(MOST_INSERTED):
            step = self._step(step, self.insert)
            row = _better(row, step)
        return row

    def _gap(self, max_chars: int, row: Row) -> Row:
        """Allow anything of up to `max_chars` characters; only breaks cost."""
        row = row.copy()
        row[:2] -= self.gap - self.gap[0]
        reach = 0
        while reach < max_chars:  # doubling: the best of `reach` positions back, then of twice as many
            step = min(reach + 1, max_chars - reach)
            back = self._empty()
            if step <= len(self.cross):
                back[:, step:] = row[:, :-step]
            row = _better(row, back)
            reach += step
        row[:2] += self.gap - self.gap[0]
        return row

    def _step(self, row: Row, add: NDArray[np.float32]) -> Row:
        """Every path moves one position on, at a cost."""
        out = self._empty()
        out[:, 1:] = row[:, :-1]
        out[:2, 1:] += add
        return out

    def _empty(self) -> Row:
        return np.full((3 if self.traced else 1, len(self.cross) + 1), _NEVER, np.float32)


def _better(a: Row, b: Row) -> Row:
    return np.minimum(a, b) if len(a) == 1 else np.where(b[0] < a[0], b, a)
