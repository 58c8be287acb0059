"""What somebody looks for: phrases that must all be said, each as its characters and as its sound."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from web.intake.analysis import cut, tokenizer
from web.intake.sounds import fold, syllables
from web.masking import MASK

MOST_LETTERS, MOST_PHRASES = 100, 8
_PARTS = re.compile(r"[“”\"「『](?P<quoted>[^“”\"」』]*)[“”\"」』]?|(?P<plain>[^\s“”\"「『]+)")
# said in every sentence: a question about other words does not ask for them
_PARTICLES = frozenset("的了吗呢吧啊呀嘛哦嗯")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Characters in the normal form of what is searched, and as many syllables."""

    folded: str
    syllables: tuple[str, ...]

    @property
    def has_sound(self) -> bool:
        """Whether it is long enough to be found by its sound: of one syllable there are too many words."""
        return len(self.folded) > 1


def phrases(text: str, cache_dir: Path | None) -> tuple[Phrase, ...]:
    """The phrases of a question, each once: what stands in quotes as it stands, the rest cut into words."""
    found: dict[str, Phrase] = {}
    for part in _PARTS.finditer(text[:MOST_LETTERS]):
        whole = _folded(part["quoted"] or part["plain"] or "")
        for word in [whole] if part["quoted"] is not None else cut(whole, tokenizer(None, cache_dir)):
            if word:
                found.setdefault(word, Phrase(word, tuple(syllables(word))))
    telling = [phrase for phrase in found.values() if phrase.folded not in _PARTICLES]
    return tuple(telling or found.values())[:MOST_PHRASES]


def _folded(text: str) -> str:
    return fold(text)[0].replace(MASK, "")


def warm_up(cache_dir: Path | None) -> None:
    """Load the dictionaries, which take a second or two, before somebody waits for them."""
    phrases("“您好”师傅", cache_dir)
