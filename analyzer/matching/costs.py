"""What it costs to hear one character as another, in [0, 1]: 0 the same, 1 nothing alike.

Source: the groups of initials and finals that Mandarin speakers and recognisers confuse follow the clusters of
Li et al., "DIMSIM: An Accurate Chinese Phonetic Similarity Algorithm based on Learned High Dimensional
Encoding", CoNLL 2018 (figures 2 and 3: b-p, d-t, g-k, h-f, n-l-r, j-z-zh, q-c-ch, x-s-sh; an-ang, en-eng, in-ing)
and the regional mergers of Putonghua (zh/z, n/l, f/h, -n/-ng). The values are ours, rounded to 0.05; no number
of the paper is used. A tone costs little because recognisers get it wrong without getting the word wrong.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from analyzer.text.syllables import Syllable, readings, readings_of

SAME_SOUND = 0.03  # another character of the same syllable and tone: prefer the written one when both stand
TONE = 0.10
NEUTRAL_TONE = 0.05
OTHER_INITIAL = 0.70
OTHER_FINAL = 0.75
MOST_READINGS = 3  # no character has more living readings (analyzer.text.syllables)

_INITIALS: dict[float, tuple[str, ...]] = {
    0.15: ("zh z", "ch c", "sh s"),
    0.20: ("n l",),
    0.25: ("f h",),
    0.30: ("l r", "n r"),
    0.35: ("b p", "d t", "g k", "j q", "zh ch", "z c"),
    0.40: ("j zh", "j z", "q ch", "q c", "x sh", "x s", "zh c", "z ch"),
    0.45: ("h k", "h g", "m n", "sh ch", "s c", "x q", "sh c", "s ch", "r zh"),
    0.55: (" w", " h", " l", " n", " g", " r", " j", " x", " q", " m"),
}
_FINALS: dict[float, tuple[str, ...]] = {
    0.15: ("an ang", "en eng", "in ing", "ian iang", "uan uang"),
    0.25: ("en uen", "ei uei", "uo o", "e uo", "eng ong", "in en", "ing eng", "-i i", "an uan", "ang uang"),
    0.30: (
        *("ie ve", "e er", "ou iou", "ian van", "in vn", "i v", "ong iong", "uo ou", "ao iao", "a ia", "a ua"),
        *("ian an", "van uan", "ai uai", "e o", "uen ong", "-i e", "uen vn", "u v", "ang iang", "ou u"),
    ),
    0.40: (
        "ai ei",
        "e ie",
        "i in",
        "i ing",
        "ei i",
        "ao ou",
        "e en",
        "a an",
        "u uo",
        "ian in",
        "ie ian",
        "ei uei",
    ),
}


def _table(groups: dict[float, tuple[str, ...]]) -> dict[frozenset[str], float]:
    table: dict[frozenset[str], float] = {}
    for cost, pairs in groups.items():
        for pair in pairs:
            first, _, second = pair.partition(" ")
            table.setdefault(frozenset((first, second)), cost)
    return table


_INITIAL_COST = _table(_INITIALS)
_FINAL_COST = _table(_FINALS)


def syllable_cost(said: Syllable, asked: Syllable) -> float:
    """Return the cost of hearing `said` where `asked` was to be said; symmetric, in [0, 1]."""
    initial = (
        0.0
        if said.initial == asked.initial
        else _INITIAL_COST.get(frozenset((said.initial, asked.initial)), OTHER_INITIAL)
    )
    final = 0.0 if said.final == asked.final else _FINAL_COST.get(frozenset((said.final, asked.final)), OTHER_FINAL)
    return min(1.0, initial + final + _tone_cost(said.tone, asked.tone))


def _tone_cost(said: int, asked: int) -> float:
    if said == asked:
        return 0.0
    return NEUTRAL_TONE if 5 in (said, asked) else TONE


def character_cost(said: str, asked: str) -> float:
    """Return the least cost over the readings of both characters (heteronyms: 了 le/liǎo, 行 xíng/háng)."""
    if said == asked:
        return 0.0
    pairs = [(s, a) for s in readings(said) for a in readings(asked)]
    return max(SAME_SOUND, min((syllable_cost(s, a) for s, a in pairs), default=1.0))


class CostTable:
    """Costs of hearing any character where one of `asked` was to be said, built as characters turn up.

    `asked` are characters or keys of `analyzer.text.syllables.spell`, which fix the reading of a heteronym.

    `codes(text)` numbers the characters of a text; `hundredths[index(char), code]`, uint8, is the cost of hearing the
    numbered character as `char`, in hundredths. It equals `character_cost` pair by pair.
    """

    def __init__(self, asked: Iterable[str]) -> None:
        self._index = {key: i for i, key in enumerate(dict.fromkeys(asked))}
        self._asked = [_codes(char) for char in self._index]
        self._known: dict[str, int] = {}
        self._hundredths = np.empty((len(self._index), 0), np.uint8)
        self._insertions = np.empty(0, np.float32)
        self._growing = threading.Lock()  # threads of the site share a table

    def codes(self, text: str) -> NDArray[np.uint16]:
        """Return the number of each character of `text`, shape (len(text),)."""
        with self._growing:
            new = [char for char in dict.fromkeys(text) if char not in self._known]
            if new:
                self._hundredths = np.hstack([self._hundredths, np.rint(self._cost(new) * 100.0).astype(np.uint8)])
                self._insertions = np.append(self._insertions, [np.float32(insertion_cost(char)) for char in new])
                self._known |= {char: len(self._known) + i for i, char in enumerate(new)}
        return np.array([self._known[char] for char in text], np.uint16)

    @property
    def hundredths(self) -> NDArray[np.uint8]:
        """Costs by (asked character, numbered character)."""
        return self._hundredths

    @property
    def insertions(self) -> NDArray[np.float32]:
        """`insertion_cost` by numbered character."""
        return self._insertions

    def index(self, asked: str) -> int:
        """Return the row in `hundredths` of an asked key, or of its character where the table knows no more."""
        row = self._index.get(asked)
        return self._index[asked[0]] if row is None else row

    def _cost(self, said: list[str]) -> NDArray[np.float32]:
        initials, finals, tones = _matrices()
        said_codes = [_codes(char) for char in said]
        best = np.ones((len(self._asked), len(said)), np.float32)
        for i in range(MOST_READINGS):
            a = np.array([c[i] for c in self._asked], np.intp).reshape(-1, 3)
            for k in range(MOST_READINGS):
                b = np.array([c[k] for c in said_codes], np.intp).reshape(-1, 3)
                cost = (
                    initials[a[:, 0][:, None], b[:, 0]]
                    + finals[a[:, 1][:, None], b[:, 1]]
                    + tones[a[:, 2][:, None], b[:, 2]]
                )
                np.minimum(best, cost, out=best)
        np.maximum(best, SAME_SOUND, out=best)
        rows: dict[str, list[int]] = {}
        for key, row in self._index.items():
            rows.setdefault(key[0], []).append(row)
        for column, char in enumerate(said):
            best[rows.get(char, []), column] = 0.0
        return best


_INITIAL_NAMES = ("", *"b p m f d t n l g k h j q x zh ch sh r z c s".split())
_FINAL_NAMES = (
    *(
        "a o e ai ei ao ou an en ang eng ong er i -i ia ie iao iou ian in iang ing iong "
        "u ua uo uai uei uan uen uang ueng v ve van vn ê".split()
    ),
    "",
)
_NOTHING = -1  # the last row and column of each matrix: no syllable, or a spelling we do not know


def _codes(char: str) -> list[tuple[int, int, int]]:
    """MOST_READINGS triples of indices into the three matrices; missing readings repeat the first."""
    triples = [
        (
            _INITIAL_NAMES.index(s.initial) if s.initial in _INITIAL_NAMES else _NOTHING,
            _FINAL_NAMES.index(s.final) if s.final in _FINAL_NAMES else _NOTHING,
            s.tone,
        )
        for s in readings_of(char)
    ] or [(_NOTHING, _NOTHING, _NOTHING)]
    return [triples[i] if i < len(triples) else triples[0] for i in range(MOST_READINGS)]


@functools.cache
def _matrices() -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """`syllable_cost` as three tables: initials, finals, tones (0 unused), each with a last row for nothing."""
    initials = np.full((len(_INITIAL_NAMES) + 1,) * 2, 9.0, np.float32)
    finals = np.full((len(_FINAL_NAMES) + 1,) * 2, 9.0, np.float32)
    tones = np.full((7, 7), 9.0, np.float32)
    for i, a in enumerate(_INITIAL_NAMES):
        for k, b in enumerate(_INITIAL_NAMES):
            initials[i, k] = 0.0 if a == b else _INITIAL_COST.get(frozenset((a, b)), OTHER_INITIAL)
    for i, a in enumerate(_FINAL_NAMES):
        for k, b in enumerate(_FINAL_NAMES):
            finals[i, k] = 0.0 if a == b else _FINAL_COST.get(frozenset((a, b)), OTHER_FINAL)
    for a_tone in range(1, 6):
        for b_tone in range(1, 6):
            tones[a_tone, b_tone] = _tone_cost(a_tone, b_tone)
    return initials, finals, tones


# What is said beside the phrase, and what of the phrase may be swallowed.
FILLERS = frozenset("嗯啊呃哦噢喔呢吧嘛吗哈呀哎诶欸唉额哟呗啦的了就那这是也都个您你我咱")
PARTICLES = frozenset("的了啊呢吧嘛吗呀啦哦哈就也都")
INSERT = 0.40
INSERT_FILLER = 0.12
DELETE = 0.95
DELETE_PARTICLE = 0.35


def insertion_cost(said: str) -> float:
    """Cost of one more character within a phrase."""
    return INSERT_FILLER if said in FILLERS else INSERT


def deletion_cost(asked: str) -> float:
    """Cost of a phrase's character that was not said."""
    return DELETE_PARTICLE if asked in PARTICLES else DELETE
