"""Which words a decision was about, and whether they say what the clause means; what is not certain is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from web.intake.analysis import Hearing, Hit, ItemResult, Utterance
from web.learning.values import Decided, Said
from web.models.vocabulary import Kind, Role, VerdictWord

QUOTED = re.compile(r"[“「『\"](.+?)[”」』\"]")
SOMEBODY_ELSE = re.compile("(?:客户|顾客|业主|用户)(?:自己)?(?:说|讲|问)|不是(?:技师|师傅)")  # decided on who spoke
LEAST_QUOTED = 4  # characters of a quotation that names a turn
MEANT = "meaning"


class Words(NamedTuple):
    """A meaning with words that say it or do not."""

    meaning: str
    said: Said


def words_of(decided: Decided, item: ItemResult, meanings: Mapping[str, str], hearing: Hearing) -> Iterator[Words]:
    """Yield what a decision tells of the meanings of an item's elements (`meanings`: by element)."""
    if decided.after not in (VerdictWord.MET, VerdictWord.MISSED) or SOMEBODY_ELSE.search(decided.note):
        return
    forbidden = item.kind is Kind.FORBIDDEN
    pairs = _forbidden(decided, item) if forbidden else _required(decided, item, meanings)
    for hit, said in pairs:
        meaning, line = meanings.get(hit.element, ""), _turn_of(hit, hearing)
        if meaning and line is not None:
            yield Words(meaning, _said(line, said, decided, hearing))
    yield from _named(decided, item, meanings, hearing)


def _forbidden(decided: Decided, item: ItemResult) -> Iterator[tuple[Hit, bool]]:
    """All places of words that were not said; of said ones the proven, or the one that was suspected."""
    if decided.after == VerdictWord.MET:
        yield from ((hit, False) for hit in item.hits)
        return
    proven = [hit for hit in item.hits if not hit.suspicion]
    if proven or len(item.hits) == 1:
        yield from ((hit, True) for hit in proven or item.hits)


def _required(decided: Decided, item: ItemResult, meanings: Mapping[str, str]) -> Iterator[tuple[Hit, bool]]:
    """What was credited or offered by meaning: where it was refused only if nothing else can have been refused."""
    near = item.nearest
    offered = [near] if near is not None and near.by.value == MEANT else []
    if decided.after == VerdictWord.MET:
        yield from ((hit, True) for hit in (*item.hits, *offered) if hit.by.value == MEANT)
        return
    missing = _missing(item, meanings)
    if item.verdict is VerdictWord.MET:
        if len(item.hits) == 1 and item.hits[0].by.value == MEANT:
            yield item.hits[0], False
    elif offered and missing == {offered[0].element}:
        yield offered[0], False


def _named(decided: Decided, item: ItemResult, meanings: Mapping[str, str], hearing: Hearing) -> Iterator[Words]:
    """Words that the reason of a reviewer quotes, where the machine heard none: they must stand in one turn alone."""
    meaning = _unheard_meaning(decided, item, meanings)
    quoted = [words for words in QUOTED.findall(decided.note) if len(_bare(words)) >= LEAST_QUOTED]
    if not meaning or len(quoted) != 1:
        return
    found = [line for line, u in enumerate(hearing.transcript) if _bare(quoted[0]) in _bare(u.text)]
    if len(found) == 1 and hearing.transcript[found[0]].role is Role.TECHNICIAN:
        yield Words(meaning, _said(found[0], True, decided, hearing))


def _unheard_meaning(decided: Decided, item: ItemResult, meanings: Mapping[str, str]) -> str:
    """The one meaning that the machine did not hear and a person did; "" where it may be one of several."""
    missing = _missing(item, meanings)
    if item.kind is Kind.FORBIDDEN:
        unheard = item.verdict is VerdictWord.MET and decided.after == VerdictWord.MISSED
        wanted = {meanings[element] for element in missing} - {""}
    else:
        unheard = item.verdict is VerdictWord.MISSED and decided.after == VerdictWord.MET and len(missing) == 1
        wanted = {meanings[element] for element in missing}
    return wanted.pop() if unheard and len(wanted) == 1 else ""


def _missing(item: ItemResult, meanings: Mapping[str, str]) -> set[str]:
    return set(meanings) - {hit.element for hit in item.hits}


def _turn_of(hit: Hit, hearing: Hearing) -> int | None:
    """The line that holds most of a hit; None where its speaker is somebody else by now, or nobody's."""

    def shared_s(u: Utterance) -> float:
        return min(u.end_s, hit.end_s) - max(u.start_s, hit.start_s)

    lines = [i for i, u in enumerate(hearing.transcript) if u.role is hit.role and shared_s(u) >= 0]
    return max(lines, key=lambda i: shared_s(hearing.transcript[i]), default=None)


def _said(line: int, said: bool, decided: Decided, hearing: Hearing) -> Said:
    turn = hearing.transcript[line]
    before = next((u.text for u in reversed(hearing.transcript[:line]) if u.speaker != turn.speaker), "")
    return Said(turn.text, before, said, turn.role.value, decided.decision_id)


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
