"""Words to be said that stand without quotation marks: 进门语：您好……, 向用户道别：……, a list below 服务忌语."""

from __future__ import annotations

import re

from analyzer.domain import How, Kind
from analyzer.drafting import words
from analyzer.drafting.conditions import fact_of
from analyzer.drafting.cutting import quotes_of, sentences
from analyzer.drafting.demand import Demand, banned_by_heading
from analyzer.drafting.kinds import LIKELY, Guess
from analyzer.drafting.outline import Clause

_LABEL = re.compile(
    r"([^，。:：“「『\"]{0,12}(?:用语|语|话术|问候|应答|答复|开场白|结束语|话))\s*(?::\s*)?(\([^()]{1,40}\))?\s*:\s*(?=[^“「『\"])"
)
_TO_YOU = re.compile(r"您|你|我|请|谢|抱歉|对不起|不好意思|再见|欢迎|麻烦|劳驾|早上好|晚上好")


def script(clause: Clause, raw: str, flat: str) -> Demand | None:
    """Return 进门语（因故迟到时）：您好…… as one demand: a label, when it applies, and the words without quotation marks.

    Words may also follow a verb of speaking (向用户道别：……), or be all there is below a heading about language.
    """
    label = _LABEL.match(flat)
    spoken_heading = any(words.SPOKEN_HEADING.search(h) for h in clause.headings[-1:])
    banned = banned_by_heading(clause)
    if label is not None and _is_script(flat[label.end() :]):
        begin, name = label.end(), label.group(1)
        condition = (label.group(2) or "").strip("()")
    else:
        colon = flat.find(":")
        before = flat[:colon] if 0 < colon < 40 else ""
        after = flat[colon + 1 :]
        if before and not quotes_of(flat) and words.SPEECH.search(before) and _TO_YOU.search(after):
            begin, name, condition = colon + 1, "", ""
            if words.ban_in(before):
                banned = True
        elif spoken_heading and not quotes_of(flat) and _bare_words(flat, banned):
            begin, name, condition = 0, "", ""
        else:
            return None
    end = _end_of_script(flat, begin)
    said = raw[begin:end].strip(" “”")
    if not said:
        return None
    kind = Kind.FORBIDDEN if banned else Kind.REQUIRED
    reason = "在忌语下面，写出了不许说的原话。" if banned else f"“{name or '说话'}”后面是要说的原话：听录音判。"
    quoted = tuple(q for q in re.split(r"[；;、/／]|\s{2,}", said) if q.strip()) if banned else (said,)
    return Demand(
        clause.ref,
        raw[:end].strip(),
        clause.start,
        clause.start + end,
        clause.headings,
        Guess(kind, How.RULE, LIKELY, (reason,)),
        quoted,
        condition,
        fact_of(condition),
        name,
    )


def _is_script(rest: str) -> bool:
    """Whether what follows 解释语： is said as it stands: to a 您, or without a word of what the staff must do."""
    demanded = words.CUSTOMER.search(rest) or words.SPEECH.search(rest) or words.MUST.match(rest) or words.ban_in(rest)
    return _TO_YOU.search(rest) is not None or "****" in rest or not demanded


def _bare_words(flat: str, banned: bool) -> bool:
    """Whether a line below a heading about language is itself what is said: no word about a customer, no demand."""
    if words.CUSTOMER.search(flat) or words.ban_in(flat) or len(flat) > 80:
        return False
    return banned or (_TO_YOU.search(flat) is not None and words.MUST.match(flat) is None)


def _end_of_script(flat: str, begin: int) -> int:
    """Return where the words end: at the first sentence that speaks of the customer instead of to him."""
    for start, end in sentences(flat, begin):
        piece = flat[start:end]
        about = words.CUSTOMER.search(piece) and not re.search(r"[您我]", piece)
        if start > begin and (about or (words.MUST.match(piece) and not re.search(r"[您我]", piece))):
            return start
    return len(flat)
