"""Which words of a transcript are a machine's: lexicons/shared/announcements.yaml, by sound like all phrases.

An utterance is cut into pieces, at the ends of sentences and at pauses, for a voice model often gives a machine and the person
after it one voice. A piece with a certain announcement is the machine's, and so is what stands between two such pieces. What
people say too (a welcome, "this call is recorded") counts only beside a certain one, or where both come together and
nobody introduces himself or asks. An assistant that answers in its owner's place talks: once a voice has said that it is one,
all that it says is the machine's, until its owner takes the call over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analyzer.domain import MACHINE, Hearing, Role, Sound, SoundKind, Speaker, Utterance, quantise_time
from analyzer.judging.framewords import Vocabulary
from analyzer.judging.tables import table_over
from analyzer.matching import CUE, Finder, covers, make_stream
from analyzer.rubric.model import FrameWords, Shared

ASSISTANT = "announcement-assistant"
CERTAIN = {  # the first list that a piece is in tells its kind
    ASSISTANT: SoundKind.VOICEMAIL,
    "announcement-unreachable": SoundKind.UNREACHABLE,
    "announcement-voicemail": SoundKind.VOICEMAIL,
    "announcement-menu": SoundKind.MENU,
}
WELCOME, NOTICE = "announcement-welcome", "announcement-notice"
FROM_WORDS = frozenset(CERTAIN.values())
PAUSE_S = 0.6  # between characters, over the usual length of one
USUAL_CHARACTER_S = 0.25
BESIDE_S = 6.0  # between a welcome and the menu that it belongs to
BREATH_S = 0.4
_ENDS = frozenset("。！？!?；;")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Characters first..last (half-open) of the utterance `owner`."""

    owner: int
    first: int
    last: int


class Announcements:
    """Finds announcements; make once, use for every recording."""

    def __init__(self, shared: Shared, words: Any) -> None:
        self._lists = {name: shared.lists[name] for name in (*CERTAIN, WELCOME, NOTICE) if name in shared.lists}
        self._vocabulary = Vocabulary(shared.frames)
        self._words = words
        self._table = table_over(p for listed in self._lists.values() for p in (*listed.phrases, *listed.exceptions))

    def marked(self, hearing: Hearing) -> Hearing:
        """The hearing with announcements as utterances of MACHINE, and `sounds` with their kinds. Marking again changes nothing."""
        pieces = [p for i, u in enumerate(hearing.transcript) for p in _pieces(i, u)]
        certain = self._certain(hearing.transcript, pieces)
        kinds = self._with_likely(hearing.transcript, pieces, {piece: CERTAIN[name] for piece, name in certain.items()})
        introduced = [piece for piece, name in certain.items() if name == ASSISTANT]
        machine = _filled(hearing.transcript, pieces, kinds, self._vocabulary)
        machine |= set(_goes_on_talking(hearing.transcript, pieces, introduced, self._vocabulary))
        sounds = {s for s in hearing.sounds if s.kind not in FROM_WORDS}
        sounds |= {_sound(hearing.transcript[p.owner], p, kind) for p, kind in kinds.items()}
        ordered = tuple(sorted(sounds, key=lambda s: (s.start_s, s.end_s, s.kind)))
        if not machine - {p for p in machine if hearing.transcript[p.owner].speaker == MACHINE}:
            return hearing if ordered == hearing.sounds else replace(hearing, sounds=ordered)
        said = [part for i, u in enumerate(hearing.transcript) for part in _parted(i, u, pieces, machine)]
        said.sort(key=lambda u: (u.start_s, u.end_s, u.speaker))
        return replace(hearing, transcript=tuple(said), sounds=ordered, speakers=_speakers(hearing.speakers, said))

    def _certain(self, said: Sequence[Utterance], pieces: Sequence[_Piece]) -> dict[_Piece, str]:
        """The pieces that are certainly a machine's, with the list that tells so."""
        found: dict[_Piece, str] = {}
        for name in CERTAIN:
            for piece in self._hit(name, said, pieces):
                found.setdefault(piece, name)
        return found

    def _with_likely(
        self, said: Sequence[Utterance], pieces: Sequence[_Piece], certain: dict[_Piece, SoundKind]
    ) -> dict[_Piece, SoundKind]:
        """`certain` with the pieces that are a machine's because of what stands beside them."""
        welcomes = self._hit(WELCOME, said, pieces)
        notices = self._hit(NOTICE, said, pieces)
        kinds = dict(certain)
        for piece in (*welcomes, *notices):
            text = said[piece.owner].text
            both = any(w.owner == piece.owner for w in welcomes) and any(n.owner == piece.owner for n in notices)
            near = any(_apart_s(said, piece, other) <= BESIDE_S for other in certain)
            if near or (both and not _in_person(text, self._vocabulary)):
                kinds.setdefault(piece, SoundKind.MENU)
        return kinds

    def _hit(self, name: str, said: Sequence[Utterance], pieces: Sequence[_Piece]) -> list[_Piece]:
        """The pieces with a phrase of a list that no exception covers."""
        listed = self._lists.get(name)
        stream = make_stream(said, None, self._words)
        if listed is None or not stream.text:
            return []
        finder = Finder(stream, self._table, CUE)
        excuses = finder.matches(listed.exceptions, resolve=False) if listed.exceptions else []
        kept = {id(u): i for i, u in enumerate(said)}
        found: set[_Piece] = set()
        for match in finder.matches(listed.phrases):
            if any(covers(excuse, match) for excuse in excuses):
                continue
            for place in range(match.first, match.last + 1):
                owner = kept[id(stream.utterances[int(stream.owner[place])])]
                at = int(stream.origin[place])
                found |= {p for p in pieces if p.owner == owner and p.first <= at < p.last}
        return sorted(found, key=lambda p: (p.owner, p.first))


def _pieces(owner: int, u: Utterance) -> list[_Piece]:
    """The utterance cut behind the ends of sentences and at pauses."""
    cuts = [0]
    for i in range(1, len(u.text)):
        pause_s = u.char_start_s[i] - u.char_start_s[i - 1] - USUAL_CHARACTER_S
        if (u.text[i - 1] in _ENDS and u.text[i] not in _ENDS) or pause_s >= PAUSE_S:
            cuts.append(i)
    return [_Piece(owner, a, b) for a, b in zip(cuts, [*cuts[1:], len(u.text)], strict=True) if b > a]


def _goes_on_talking(
    said: Sequence[Utterance], pieces: Sequence[_Piece], introduced: Sequence[_Piece], words: Vocabulary
) -> Iterator[_Piece]:
    """What an assistant's voice says from its introduction on, where another voice is there to talk to it.

    It introduces itself with the first it says; who comes to talk of assistants later is a person.
    """
    begins: dict[str, list[int]] = {}
    for i, u in enumerate(said):
        begins.setdefault(u.speaker, []).append(i)
    if len(begins) < 2:
        return
    begun = {said[p.owner].speaker: p for p in reversed(introduced) if p.owner in begins[said[p.owner].speaker][:2]}
    for piece in pieces:
        whose = said[piece.owner].speaker
        first = begun.get(whose)
        if first is None or (piece.owner, piece.first) < (first.owner, first.first) or whose == MACHINE:
            continue
        if piece not in introduced and _takes_over(said[piece.owner].text[piece.first : piece.last], words):
            del begun[whose]
        else:
            yield piece


def _takes_over(text: str, words: Vocabulary) -> bool:
    """Whether somebody speaks as the owner of the telephone does who comes to it after all."""
    return bool(words[FrameWords.PICKS_UP].beginning(text)) or any(words[FrameWords.TAKES_OVER].spans(text))


def _in_person(text: str, words: Vocabulary) -> bool:
    return any(words[FrameWords.IN_PERSON].spans(text))


def _filled(
    said: Sequence[Utterance], pieces: Sequence[_Piece], kinds: Mapping[_Piece, SoundKind], words: Vocabulary
) -> frozenset[_Piece]:
    """The machine's pieces: those found, and of their utterances what stands between them or goes on without a pause."""
    machine = set(kinds)
    for owner in {p.owner for p in kinds}:
        own = [p for p in pieces if p.owner == owner]
        at = [i for i, p in enumerate(own) if p in kinds]
        machine |= set(own[at[0] : at[-1] + 1])
        for begin, step in ((at[0], -1), (at[-1], 1)):
            here = begin
            while 0 <= here + step < len(own) and _goes_on(said, own[here], own[here + step], words):
                here += step
                machine.add(own[here])
    return frozenset(machine)


def _goes_on(said: Sequence[Utterance], piece: _Piece, other: _Piece, words: Vocabulary) -> bool:
    """Whether the same breath holds another piece; people take theirs before they answer a machine."""
    text = said[other.owner].text[other.first : other.last]
    return _apart_s(said, piece, other) < BREATH_S and not _in_person(text, words)


def _parted(owner: int, u: Utterance, pieces: Sequence[_Piece], machine: frozenset[_Piece]) -> list[Utterance]:
    """The utterance, or its parts in turn a person's and the machine's."""
    own = [p for p in pieces if p.owner == owner]
    if not any(p in machine for p in own):
        return [u]
    runs: list[tuple[bool, int, int]] = []
    for piece in own:
        is_machine = piece in machine
        if runs and runs[-1][0] == is_machine:
            runs[-1] = (is_machine, runs[-1][1], piece.last)
        else:
            runs.append((is_machine, piece.first, piece.last))
    parts = []
    for is_machine, first, last in runs:
        end_s = u.end_s if last == len(u.text) else quantise_time(u.char_span(last - 1, last - 1).end_s)
        if last < len(u.text):  # the pause behind belongs to nobody
            end_s = min(end_s, quantise_time(u.char_start_s[last - 1] + 2 * USUAL_CHARACTER_S))
        part = replace(
            u,
            start_s=u.start_s if first == 0 else u.char_start_s[first],
            end_s=end_s,
            text=u.text[first:last],
            char_start_s=u.char_start_s[first:last],
            char_confidence=u.char_confidence[first:last],
        )
        if is_machine:
            part = replace(part, speaker=MACHINE, role=Role.OTHER, speaker_confidence=1.0)
        parts.append(part)
    return parts


def _speakers(speakers: Sequence[Speaker], said: Sequence[Utterance]) -> tuple[Speaker, ...]:
    """The speakers with the machine as one of them; who said nothing else is no speaker any more."""
    seconds: dict[str, float] = {}
    for u in said:
        seconds[u.speaker] = seconds.get(u.speaker, 0.0) + u.end_s - u.start_s
    people = [
        replace(s, speech_s=quantise_time(seconds[s.id])) for s in speakers if s.id in seconds and s.id != MACHINE
    ]
    return (*people, Speaker(MACHINE, Role.OTHER, 1.0, quantise_time(seconds.get(MACHINE, 0.0)))) if speakers else ()


def _span(said: Sequence[Utterance], piece: _Piece) -> tuple[float, float]:
    span = said[piece.owner].char_span(piece.first, piece.last - 1)
    return span.start_s, span.end_s


def _apart_s(said: Sequence[Utterance], one: _Piece, other: _Piece) -> float:
    (a, b), (c, d) = _span(said, one), _span(said, other)
    return max(0.0, c - b, a - d)


def _sound(u: Utterance, piece: _Piece, kind: SoundKind) -> Sound:
    span = u.char_span(piece.first, piece.last - 1)
    return Sound(quantise_time(span.start_s), quantise_time(span.end_s), kind)
