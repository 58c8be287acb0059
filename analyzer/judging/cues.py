"""What each speaker's words say about the role: the cues of lexicons/shared/roles.yaml, counted, and how they sound on the
whole (`reading/staff.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.domain import Role, Utterance
from analyzer.judging.tables import table_over
from analyzer.matching import CUE, Finder, make_stream
from analyzer.reading.staff import StaffReader
from analyzer.rubric.model import RoleCue, Where

OPENING_CHARACTERS = 120  # about the first half minute of one person's words
STAFF_WEIGHT = 1.0  # of the whole talk's log-odds beside a cue's weight; 0.6 to 1.6 name the same people on 132 talks
ENOUGH = 2  # a cue repeated more often than this proves nothing more


class LexiconCues:
    """Scores the words of one speaker for every role; make once, use for every recording."""

    def __init__(self, cues: Mapping[Role, Sequence[RoleCue]], words: Any, staff: StaffReader | None = None) -> None:
        self._staff = staff
        self._cues = {role: tuple(listed) for role, listed in cues.items()}
        self._words = words
        self._table = table_over(phrase for listed in self._cues.values() for cue in listed for phrase in cue.phrases)

    def __call__(self, utterances: Sequence[Utterance]) -> dict[Role, float]:
        """Return the summed weight of the cues found for each role; 0.0 where none was.

        Under Role.OTHER stands how unlike staff it sounds on the whole: customers and bystanders do alike.
        """
        stream = make_stream(utterances, None, self._words)
        finder = Finder(stream, self._table, CUE)
        scores: dict[Role, float] = {}
        for role, cues in self._cues.items():
            scores[role] = 0.0
            for cue in cues:
                matches = finder.matches(cue.phrases)
                if cue.where is Where.OPENING:
                    matches = [m for m in matches if m.first < OPENING_CHARACTERS]
                scores[role] += cue.weight * min(len(matches), ENOUGH) ** 0.5
        if self._staff is not None:
            balance = self._staff.balance(u.text for u in utterances)
            like = Role.TECHNICIAN if balance > 0 else Role.OTHER
            scores[like] = scores.get(like, 0.0) + STAFF_WEIGHT * abs(balance)
        return scores
