"""What a company may decide about a standard without changing a word of it: the values of its `policy:` section.

Every default is what is done where nothing is written, so that a standard without the section judges as it always did.
`DECIDING` names the settings that can change a verdict; the others say what pages make of the verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

HELP_WITHIN_S = 15.0  # help that comes later was wrung out by the customer


class Stance(StrEnum):
    """What words are taken for: said (an offence, or a duty fulfilled), for a person to decide, or not said."""

    COUNTS = "counts"
    DOUBT = "doubt"
    PARDONS = "pardons"


class Suspicions(StrEnum):
    """Whether technicians see what is only suspected of them before a person has decided."""

    SHOWN = "shown"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of one standard.

    `pass_mark`: from this score (0 to 100) on a recording is 合格; None: none is told from another.
    `min_recordings`: with fewer a scorecard calls its figures few; None: as the site says.
    `suspicions`: whether technicians see suspicions that nobody has decided.

    The rest are stances; of forbidden words:
    `help` what the words are taken for where help is promised at once, by item id (absent: PARDONS), and
    `help_within_s` how many seconds after the words it is at once;
    `late_help` where the customer had said something else before it; `unasked` where no customer had asked;
    `reported` where they are surely somebody else's, `unclear_report` where they may be (领导说 …);
    `misheard` where a syllable was misheard; `alike` where only a reader finds their meaning; `topic_once` of a
    banned topic that was touched once. Of required words: `other_words`, which surely mean what is asked for.
    """

    pass_mark: float | None = None
    min_recordings: int | None = None
    suspicions: Suspicions = Suspicions.SHOWN
    help: Mapping[str, Stance] = field(default_factory=dict)
    help_within_s: float = HELP_WITHIN_S
    late_help: Stance = Stance.DOUBT
    unasked: Stance = Stance.DOUBT
    reported: Stance = Stance.PARDONS
    unclear_report: Stance = Stance.DOUBT
    misheard: Stance = Stance.DOUBT
    alike: Stance = Stance.DOUBT
    topic_once: Stance = Stance.DOUBT
    other_words: Stance = Stance.COUNTS

    def helped(self, item_id: str) -> Stance:
        """Return what the words of a forbidden item are taken for where help is promised at once."""
        return self.help.get(item_id, Stance.PARDONS)


def stricter(one: Stance, other: Stance) -> Stance:
    """Return which of two stances takes words for more."""
    order = (Stance.PARDONS, Stance.DOUBT, Stance.COUNTS)
    return max(one, other, key=order.index)


STANDING = Policy()  # what holds where nothing is written

# The stances that a setting may have. Words that nobody is sure were said never count.
SWITCHES: Mapping[str, tuple[Stance, ...]] = {
    "late_help": (Stance.PARDONS, Stance.DOUBT, Stance.COUNTS),
    "unasked": (Stance.PARDONS, Stance.DOUBT, Stance.COUNTS),
    "reported": (Stance.PARDONS, Stance.DOUBT, Stance.COUNTS),
    "unclear_report": (Stance.PARDONS, Stance.DOUBT, Stance.COUNTS),
    "misheard": (Stance.PARDONS, Stance.DOUBT),
    "alike": (Stance.PARDONS, Stance.DOUBT),
    "topic_once": (Stance.PARDONS, Stance.DOUBT, Stance.COUNTS),
    "other_words": (Stance.DOUBT, Stance.COUNTS),
}

DECIDING = ("help", "help_within_s", *SWITCHES)


def decided(policy: Policy) -> dict[str, object]:
    """Return the settings that change verdicts and differ from what holds anyway; {} where none does."""
    found: dict[str, object] = {}
    for name in DECIDING:
        value = getattr(policy, name)
        if name == "help":
            value = {item: stance.value for item, stance in sorted(value.items()) if stance is not Stance.PARDONS}
        if value != getattr(STANDING, name):
            found[name] = value
    return found
