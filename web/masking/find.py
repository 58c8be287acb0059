"""The door: all private places of a text or of a talk, and the text without them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from web.masking.kinds import Secret, SecretKind
from web.masking.names import private_names
from web.masking.numbers import PHONE, private_numbers
from web.masking.places import private_places

MASK = "＊"
BREAK = "\n"  # between the lines of a talk: a number may go on behind it

__all__ = ["MASK", "Secret", "SecretKind", "mask", "phone_numbers", "secrets", "secrets_in"]


def secrets(text: str, *, technician: bool = False) -> list[Secret]:
    """The private places of a text in order, none overlapping. `technician`: his own name is none, saying it is his duty."""
    return secrets_in([(text, technician)])[0]


def mask(text: str, *, technician: bool = False) -> str:
    """The text with a MASK for each character that is private; as long as before."""
    return covered(text, secrets(text, technician=technician))


def covered(text: str, places: Iterable[Secret]) -> str:
    letters = list(text)
    for place in places:
        letters[place.first : place.last] = [c if c.isspace() else MASK for c in letters[place.first : place.last]]
    return "".join(letters)


def secrets_in(lines: Sequence[tuple[str, bool]]) -> list[list[Secret]]:
    """The private places of each line of a talk: (text, whether the technician says it).

    A number may be dictated over several lines, and a question (密码是多少) says what the next line's number is. What is
    found is covered and looked at again until nothing more is found: so masking twice is masking once.
    """
    cut = [text.replace(BREAK, " ") for text, _ in lines]
    starts = [0]
    for text in cut:
        starts.append(starts[-1] + len(text) + 1)
    whole = BREAK.join(cut)
    found: list[list[Secret]] = [[] for _ in lines]
    while fresh := _apart(_once(whole, starts, lines)):
        for place in fresh:
            for number, part in _by_line(place, starts, cut):
                found[number].append(part)
        whole = covered(whole, fresh)
    return [sorted(places) for places in found]


def phone_numbers(places: Iterable[Secret]) -> set[str]:
    """The mobile numbers among private places, as eleven digits."""
    return {n for p in places if p.kind is SecretKind.PHONE for n in PHONE.findall(p.value)}


def _once(whole: str, starts: Sequence[int], lines: Sequence[tuple[str, bool]]) -> list[Secret]:
    found = [*private_numbers(whole), *private_places(whole)]
    for number, (text, technician) in enumerate(lines):
        line = whole[starts[number] : starts[number] + len(text)]
        for place in private_names(line, own=not technician):
            found.append(Secret(place.first + starts[number], place.last + starts[number], place.kind, place.value))
    return [place for place in found if any(c != MASK and not c.isspace() for c in whole[place.first : place.last])]


def _apart(places: Iterable[Secret]) -> list[Secret]:
    """Overlapping places as one: of the kind and value of the longest."""
    made: list[Secret] = []
    for place in sorted(places, key=lambda p: (p.first, -p.last)):
        if not made or place.first >= made[-1].last:
            made.append(place)
            continue
        longest = max(made[-1], place, key=lambda p: p.last - p.first)
        made[-1] = Secret(made[-1].first, max(made[-1].last, place.last), longest.kind, longest.value)
    return made


def _by_line(place: Secret, starts: Sequence[int], cut: Sequence[str]) -> Iterable[tuple[int, Secret]]:
    number = bisect_right(starts, place.first) - 1
    while number < len(cut) and starts[number] < place.last:
        first = max(0, place.first - starts[number])
        last = min(len(cut[number]), place.last - starts[number])
        if first < last:
            yield number, Secret(first, last, place.kind, place.value)
        number += 1
