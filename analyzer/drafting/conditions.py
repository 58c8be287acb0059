"""When a demand applies, in the document's words, and which fact of the lexicons that seems to be."""

from __future__ import annotations

import re

from analyzer.drafting import words

_WHEN_THEN = re.compile(  # 进入用户家时|要…, 如遇用户有不明之处|应…
    r"((?:如|若|遇|一旦).{2,24}?(?=应|则|就|(?<!必)须|必须|(?<!需)要(?!求)|不得|严禁)"
    r"|.{2,30}?(?:的|时|后|前)(?=(?:就|则)?(?:应|须|必须|要|可以?|不得|严禁|方可|一定|立即|主动|先)))"
)


def condition_of(said: str, quoted: bool, last: bool) -> tuple[str, str]:
    """Return (when a piece applies, what it asks for): 因故迟到时要道歉 is (因故迟到时, 要道歉).

    A piece that only says when comes back without a demand; one that says nothing of it, without a condition.
    """
    whole = not last and words.IF.match(said) and not re.search("应|则", said)
    must = None if whole else _WHEN_THEN.match(said)
    if must is not None and (not last or words.MUST.match(said[must.end() :].removeprefix("则"))):
        when = must.group(1)
        return (when if _tells_when(when) else ""), said[must.end() :]
    if words.ban_in(said) and not words.IF.match(said):
        return "", said
    if last and not quoted:
        return "", said
    if words.IF.match(said) or words.CIRCUMSTANCE.search(said) or (words.OF_WHOM.search(said) and not quoted):
        when = said if _tells_when(said) else ""
        if quoted and words.IF.match(said) is None:
            return when, said
        return when, "" if not quoted else said
    return "", said


def _tells_when(said: str) -> bool:
    """Whether this is a condition, and not merely a point of the routine (进门前, 在服务过程中)."""
    begins = words.IF.match(said)
    return (
        (begins is not None and len(said) > begins.end()) or words.EVENT.search(said) is not None or bool(fact_of(said))
    )


def fact_of(condition: str) -> str:
    """Return the fact that a condition seems to mean, "!signed" where it must not hold, "" where none is known."""
    for fact, holds, pattern in words.FACT_WORDS:
        if condition and pattern.search(condition):
            return fact if holds else f"!{fact}"
    return ""
