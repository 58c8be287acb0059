"""Ways to say a clause that people heard and the rule did not know, gathered by sound: each group a phrase to add. Pure."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzer.matching.costs import character_cost, deletion_cost, insertion_cost
from analyzer.rubric.phrases import MIN_CHARS
from analyzer.text.normalise import normalise
from analyzer.text.syllables import readings_of

ALIKE = 0.34  # of the longer's characters that may sound otherwise: 麻烦您签个字 and 麻烦签一下字 are one way to say it
LEAST_COMMON = 0.5  # of the longer's syllables that both have: whatever has fewer is not asked any further
LONGEST = 40  # characters of words that somebody quotes; longer is a story
MOST = 100  # newest words that are compared with each other
_SIGNS = str.maketrans(dict.fromkeys("{}[]<>()*|｛｝［］＜＞（）＊｜【】#&\"'\\", ""))


@dataclass(frozen=True, slots=True)
class Heard:
    """Words that a person counted for a clause. `element`: which part they say, "" where nobody knows."""

    words: str
    element: str
    recording_id: int
    start_s: float | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Words that sound alike. `phrase` is the one of them that most say, then the shortest; newest recordings first."""

    phrase: str
    element: str
    heard: tuple[Heard, ...]

    @property
    def recordings(self) -> int:
        return len({one.recording_id for one in self.heard})

    @property
    def others(self) -> tuple[str, ...]:
        """The other wordings."""
        return tuple(dict.fromkeys(one.words for one in self.heard if one.words != self.phrase))


def suggestions(heard: Iterable[Heard], known: Iterable[str] = ()) -> tuple[Suggestion, ...]:
    """Gather words (newest first) that sound alike; without groups of which one is a phrase already (`known`). Most heard first."""
    taken = {normalise(phrase).text for phrase in known}
    groups: list[list[tuple[str, Heard]]] = []
    for one in list(heard)[:MOST]:
        words = plain(one.words)
        sound = normalise(words).text
        if not MIN_CHARS <= len(sound) <= LONGEST:
            continue
        for group in groups:
            if group[0][1].element == one.element and alike(group[0][0], sound):
                group.append((sound, Heard(words, one.element, one.recording_id, one.start_s)))
                break
        else:
            groups.append([(sound, Heard(words, one.element, one.recording_id, one.start_s))])
    new = [group for group in groups if not any(sound in taken for sound, _one in group)]
    found = [_suggestion([one for _sound, one in group]) for group in new]
    return tuple(sorted(found, key=lambda s: (-s.recordings, -len(s.heard), s.phrase)))


def plain(words: str) -> str:
    """Words as a phrase: without the signs of the notation and the marks around them."""
    return words.translate(_SIGNS).strip(" \t\r\n，。！？、；：,.!?;:…—-“”「」『』")


def alike(one: str, other: str) -> bool:
    """Whether two ways of saying something sound alike but for a few characters. At most 40 × 40 steps."""
    longer = max(len(one), len(other))
    common = _syllables(one) & _syllables(other)
    if abs(len(one) - len(other)) > ALIKE * longer or common.total() < LEAST_COMMON * longer:
        return False
    return _cost(one, other) <= ALIKE * longer


@functools.lru_cache(maxsize=1024)
def _syllables(words: str) -> Counter[str]:
    """How often each syllable is said, whatever its tone."""
    return Counter(
        f"{first.initial} {first.final}" if (first := next(iter(readings_of(c)), None)) else c for c in words
    )


def _cost(said: str, asked: str) -> float:
    row = [0.0]
    for char in asked:
        row.append(row[-1] + deletion_cost(char))
    for heard in said:
        before, row = row, [row[0] + insertion_cost(heard)]
        for i, char in enumerate(asked):
            row.append(
                min(
                    before[i] + character_cost(heard, char),
                    before[i + 1] + insertion_cost(heard),
                    row[i] + deletion_cost(char),
                )
            )
    return row[-1]


def _suggestion(group: Sequence[Heard]) -> Suggestion:
    counts = {one.words: sum(other.words == one.words for other in group) for one in group}
    phrase = min(counts, key=lambda words: (-counts[words], len(words), words))
    return Suggestion(phrase, group[0].element, tuple(group))
