"""What stands around a match: its sentence with the clauses, the marks behind it, what the other one has just said."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from analyzer.judging.framewords import COMMA
from analyzer.matching import Match, Stream
from analyzer.text import Break
from analyzer.text.tokens import FINAL_PARTICLES

REACH = 40  # characters of the sentence that are looked at before and after a match
AGAIN_WITHIN_S = 15.0  # who speaks again later than this after his words does not speak of them any more
PARTICLES = "的" + "".join(sorted(FINAL_PARTICLES))
_WHOSE = re.compile("^(?:[这那]个?)?(?:[我俺咱您你恁侬]们?|阿拉|物业|公司)?")
_QUOTATION_MARKS = (("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"), ('"', '"'))
_QUOTED = re.compile("|".join(f"{opening}[^{closing}]*{closing}" for opening, closing in _QUOTATION_MARKS))


@dataclass(frozen=True, slots=True)
class Context:
    """The words of a match with those of its sentence before and after; COMMA stands where a clause ends."""

    before: str
    said: str
    after: str
    question_mark: bool  # whether the writing ends the sentence with one
    beyond: str = ""  # the next sentence's first clause, of the same utterance
    echo: bool = False  # whether the other one has just said the same
    again: str = ""  # his first clause after somebody else has spoken, where that is within AGAIN_WITHIN_S
    quoted: bool = False  # whether the writing has the words in quotation marks

    @property
    def clause_before(self) -> str:
        return self.before.rpartition(COMMA)[2]

    @property
    def clause_after(self) -> str:
        return self.after.partition(COMMA)[0]


def context_of(stream: Stream, match: Match, heard: str = "") -> Context:
    """Return the sentence of a match, as far as REACH, with its breaks; `heard` is what the other one has just said."""
    said = stream.text[match.first : match.last + 1]
    low, high = max(0, match.first - REACH), min(len(stream.text), match.last + 1 + REACH)
    begin = max(low, stream.sentence_begin(match.first))
    end = min(high, stream.sentence_end(match.last + 1))
    goes_on = stream.clauses(end, high)[0] if end < high else ""
    at_once = end < high and stream.owner[end] == stream.owner[end - 1]
    soon = at_once or (bool(goes_on) and _silence_s(stream, end) <= AGAIN_WITHIN_S)
    return Context(
        _clauses(stream, begin, match.first) + COMMA * bool(begin < match.first and stream.breaks[match.first]),
        said,
        COMMA * bool(match.last + 1 < end and stream.breaks[match.last + 1]) + _clauses(stream, match.last + 1, end),
        _mark_after(stream, end - 1) in ("？", "?"),
        goes_on if at_once else "",
        len(core := _WHOSE.sub("", said).strip(PARTICLES)) > 1 and core in heard,
        goes_on if soon and not at_once else "",
        _is_quoted(stream, match),
    )


def _silence_s(stream: Stream, at: int) -> float:
    """Seconds between the utterances of the character before `at` and of that one."""
    return stream.utterances[int(stream.owner[at])].start_s - stream.utterances[int(stream.owner[at - 1])].end_s


def _clauses(stream: Stream, begin: int, end: int) -> str:
    return COMMA.join(stream.clauses(begin, end))


def _mark_after(stream: Stream, at: int) -> str:
    """The sign that was written behind a character, "" where none was."""
    text, origin = stream.utterances[int(stream.owner[at])].text, int(stream.origin[at])
    rest = text[origin + 1 :].lstrip()
    return rest[:1]


def _is_quoted(stream: Stream, match: Match) -> bool:
    """Whether the words of a match stand between quotation marks that are opened before and closed behind them."""
    owner = int(stream.owner[match.first])
    if owner != stream.owner[match.last]:
        return False
    text = stream.utterances[owner].text
    before, after = text[: stream.origin[match.first]], text[stream.origin[match.last] + 1 :]
    opened = _QUOTED.sub("", before)
    return any(opening in opened and closing in after for opening, closing in _QUOTATION_MARKS)


def is_whole_sentence(stream: Stream, match: Match) -> bool:
    """Return whether the words of a match are all that a sentence says, but for 这个我 and 啊."""
    begin, end = stream.sentence_begin(match.first), stream.sentence_end(match.last + 1)
    before, after = stream.text[begin : match.first], stream.text[match.last + 1 : end]
    return not _WHOSE.sub("", before) and not after.strip(PARTICLES)


def rest_of_turn(stream: Stream, match: Match) -> str:
    """Return what the speaker goes on to say behind a match, until somebody else speaks or a long pause."""
    turns = np.flatnonzero(stream.breaks[match.last + 1 :] == Break.TURN)
    return stream.text[match.last + 1 : match.last + 1 + int(turns[0]) if len(turns) else len(stream.text)]
