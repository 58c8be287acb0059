"""Whether there was a conversation at all, and the talk of people without what machines say.

Where there was none nothing can be judged: a ringing tone greets nobody, a menu asks nothing, an answering machine gets no apology.
The evidence has to be certain, for a visit whose customer is hardly heard is a visit all the same:

* the words: announcements (`machine.py`), and too few words of people beside them;
* the tones: ringing or busy tones, and no words;
* a wrong number: somebody says so within the few words of the whole call;
* one voice alone: only where our own hearing tells voices apart, found a single one in enough speech, left nothing of
  it unheard, and no question was answered at once. A 嗯 or 好 behind a question is somebody's, whoever the voice model gave it
  to; a transcript from elsewhere, or one in which people were told apart by hand, is never called one voice.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from analyzer.domain import MACHINE, Hearing, SoundKind, Span, Utterance
from analyzer.judging.framewords import Vocabulary
from analyzer.rubric.model import FrameWords
from analyzer.text import normalise

CALL_ANSWERED = "call_answered"  # the one fact that every standard knows: a telephone system's record says whether
LEAST_CHARACTERS = 4  # fewer characters in a whole recording are no conversation to judge
FEW_CHARACTERS = 15  # 喂，你好，喂，听得见吗: what somebody says into a line with a machine at its other end
SOME_CHARACTERS = 40  # what somebody says to a menu
WRONG_CHARACTERS = 60  # in which two people find out that one of them is the wrong one
LEAST_CHANGES = 2  # of the speaker, beside an announcement that nobody can be reached
LONG_TALK_S = 60.0  # so much talk beside such an announcement is about something
ENOUGH_SPEECH_S = 8.0  # under which a voice model cannot find a second voice
UNHEARD_S = 1.0  # of speech without words: somebody may have answered there
AT_ONCE_S = (0.15, 1.7)  # between a question and its answer; who goes on himself makes no pause, or a longer one
_ENDINGS = ("吗", "呢", "吧", "么")
_QUESTIONS = ("没有", "什么", "哪", "怎么", "几", "多少", "行不行", "可以不", "好不好", "是不是")
_SHORT_ANSWER = 5  # characters: 厨房水龙头, 上个礼拜
_ANSWERS = tuple("嗯哦噢对是好行可没不有在能诶哎欸")
_FOUND = re.compile(r"found (\d+)")  # what the voice model found before we judged it
_MACHINE_VOICES = {SoundKind.UNREACHABLE, SoundKind.VOICEMAIL, SoundKind.MENU}
_MARKS = frozenset("，。！？、,.!?；; ")
_ENDS = frozenset("。！？!?；;")
_PAUSE_S = 0.5
_CALLING = frozenset("喂您你好诶哎嗨哈啰在吗听得见到能有人么请问" + "为未位味威维围")  # 喂 as it is often written


def of_people(hearing: Hearing) -> Hearing:
    """The hearing without announcements: neither words nor time of speech."""
    spoken = [Span(u.start_s, max(u.start_s, u.end_s)) for u in hearing.transcript if u.speaker == MACHINE]
    if not spoken:
        return hearing
    return replace(
        hearing,
        transcript=tuple(u for u in hearing.transcript if u.speaker != MACHINE),
        speakers=tuple(s for s in hearing.speakers if s.id != MACHINE),
        speech=_without(hearing.speech, spoken),
        unheard=_without(hearing.unheard, spoken),
    )


def _without(spans: Sequence[Span], taken: Sequence[Span]) -> tuple[Span, ...]:
    """What is left of `spans` outside `taken`."""
    left = list(spans)
    for cut in taken:
        left = [
            Span(a, b)
            for s in left
            for a, b in ((s.start_s, min(s.end_s, cut.start_s)), (max(s.start_s, cut.end_s), s.end_s))
            if b > a
        ]
    return tuple(left)


def unanswered(given: Mapping[str, bool]) -> str | None:
    """The code of the reason where the telephone system's own record says that nobody answered, or None."""
    return "not-answered" if given.get(CALL_ANSWERED) is False else None


def no_conversation(hearing: Hearing, words: Vocabulary) -> str | None:
    """The code of the reason why a recording holds no conversation, or None. `hearing` has its announcements marked."""
    people = of_people(hearing)
    said = sum(map(_characters, people.transcript))
    kinds = {s.kind for s in hearing.sounds}
    if kinds & {SoundKind.UNREACHABLE, SoundKind.VOICEMAIL} and not _talked(people, hearing):
        return "voicemail" if SoundKind.UNREACHABLE not in kinds else "not-connected"
    wrong = words[FrameWords.WRONG_NUMBER]
    if said < WRONG_CHARACTERS and any(any(wrong.spans(normalise(u.text).text)) for u in people.transcript):
        return "wrong-number"
    alone = len(_voices(people)) < 2 and not _answered(people.transcript)
    if SoundKind.MENU in kinds and said < SOME_CHARACTERS and alone:
        return "only-machine"
    if kinds & {SoundKind.RINGING, SoundKind.BUSY} and said < FEW_CHARACTERS and alone:
        return "not-connected"
    return "one-voice" if _one_voice(people) else None


def _characters(u: Utterance) -> int:
    return len(normalise(u.text).text)


def _voices(people: Hearing) -> set[str]:
    """Speakers of more than a syllable."""
    said: dict[str, int] = {}
    for u in people.transcript:
        said[u.speaker] = said.get(u.speaker, 0) + _characters(u)
    return {speaker for speaker, characters in said.items() if characters >= 2}


def _talked(people: Hearing, hearing: Hearing) -> bool:
    """Whether people talk to each other beside an announcement that somebody cannot be reached.

    A melody or a first attempt may come before it; what counts is talk behind it, or so much that the call was a
    small part of a visit.
    """
    unreachable = [s for s in hearing.sounds if s.kind in {SoundKind.UNREACHABLE, SoundKind.VOICEMAIL}]
    spoken_s = sum(u.end_s - u.start_s for u in people.transcript)
    if spoken_s >= LONG_TALK_S:
        return True
    after = [u for u in people.transcript if u.start_s >= unreachable[0].start_s and _characters(u) >= 2]
    if _answered(after):
        return True
    changes = sum(a.speaker != b.speaker for a, b in itertools.pairwise(after))
    return changes >= LEAST_CHANGES and sum(map(_characters, after)) >= FEW_CHARACTERS


def _one_voice(people: Hearing) -> bool:
    if not people.engine.diarizer or len(_voices(people)) != 1 or len({u.speaker for u in people.transcript}) != 1:
        return False
    found = _FOUND.search(people.engine.diarizer)
    machines = any(s.kind in _MACHINE_VOICES for s in people.sounds)
    if people.unheard_s >= UNHEARD_S or (found and int(found[1]) > 1 + machines):
        return False
    if people.speech_s < ENOUGH_SPEECH_S:  # nothing but calling out for somebody
        return all(set(normalise(u.text).text) <= _CALLING for u in people.transcript)
    return not _answered(people.transcript)


def _answered(said: Sequence[Utterance]) -> bool:
    """Whether a question gets an answer at once, in whosever mouth both were put.

    In one utterance who asks may go on himself (有人在家吗？物业的。): there only what sounds like an answer is one.
    """
    pieces = [(u, *piece) for u in said for piece in _pieces(u)]
    for (asker, question, _, asked_s), (other, reply, begun_s, _) in itertools.pairwise(pieces):
        if AT_ONCE_S[0] <= begun_s - asked_s <= AT_ONCE_S[1] and _asks(question):
            bare = reply.strip("".join(_MARKS))
            if asker is not other or bare.startswith(_ANSWERS) or (len(bare) <= _SHORT_ANSWER and not _asks(reply)):
                return True
    return False


def _asks(text: str) -> bool:
    bare = text.rstrip("".join(_MARKS))
    return text.endswith(("？", "?")) or bare.endswith(_ENDINGS) or any(q in bare[-8:] for q in _QUESTIONS)


def _pieces(u: Utterance) -> list[tuple[str, float, float]]:
    """Sentences of an utterance with their seconds; a pause ends one too."""
    pieces: list[tuple[str, float, float]] = []
    first = 0
    for i in range(1, len(u.text) + 1):
        end = i == len(u.text)
        if end or u.text[i - 1] in _ENDS or u.char_start_s[i] - u.char_start_s[i - 1] >= _PAUSE_S + 0.25:
            text = u.text[first:i]
            spoken = [k for k in range(first, i) if u.text[k] not in _MARKS]
            if spoken:
                last_s = min(u.char_span(spoken[-1], spoken[-1]).end_s, u.char_start_s[spoken[-1]] + 0.3)
                pieces.append((text, u.char_start_s[spoken[0]], last_s))
            first = i
    return pieces
