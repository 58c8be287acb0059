"""What the review shows of a proposal: each clause with its source, the guess, why, and what can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from web.kit.i18n import gettext as _
from web.lexicon.written import Proposal, Row, summary

RULE, BAN, LINK, PERSON, PERSON_BAN = "rule", "ban", "link", "person", "person-ban"
OR = "／"  # between several ways to say one part
_SURE, _LIKELY = 0.85, 0.6


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One clause of the review. `kind` is one of `kind_words`; `errors`: what is wrong with what was typed."""

    number: int
    row: Row
    kind: str
    parts: str
    when: str
    listed: bool
    text: str
    sure: int  # 2 very, 1 rather, 0 not
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """The whole review. `counts`: clauses by what they became; `doubtful`: numbers of those to look at first."""

    proposal: Proposal
    lines: tuple[ReviewLine, ...]
    counts: Mapping[str, int]
    doubtful: tuple[int, ...]

    @property
    def wrong(self) -> int:
        return sum(bool(line.errors) for line in self.lines)


def kind_words() -> dict[str, str]:
    """The kinds as the review names them."""
    return {
        RULE: _("应当说：听录音判"),
        BAN: _("不许说：听录音判"),
        LINK: _("查工单和别的录音"),
        PERSON: _("应当做：由人填"),
        PERSON_BAN: _("不许做：由人填"),
    }


def kind_of(row: Row) -> str:
    """The kind of a row."""
    banned = row.kind.value == "forbidden"
    if row.how.value == "rule":
        return BAN if banned else RULE
    if row.how.value == "link":
        return LINK
    return PERSON_BAN if banned else PERSON


def typed(parts: tuple[tuple[str, ...], ...], banned: bool) -> str:
    """Phrases as they stand in the box: a line for each part; of a ban one for each phrase."""
    if banned:
        return "\n".join(phrase for part in parts for phrase in part)
    return "\n".join(OR.join(part) for part in parts)


def review(proposal: Proposal, rows: tuple[Row, ...], errors: Mapping[int, tuple[str, ...]]) -> Review:
    """The review of a proposal with `rows` as they were changed (the proposal's own, first)."""
    lines = tuple(_line(number, row, errors.get(number, ())) for number, row in enumerate(rows))
    doubtful = tuple(line.number for line in lines if line.listed and (not line.sure or _silent(line)))
    return Review(proposal, lines, summary(rows), doubtful)


def _line(number: int, row: Row, errors: tuple[str, ...]) -> ReviewLine:
    kind = kind_of(row)
    sure = 2 if row.confidence >= _SURE else 1 if row.confidence >= _LIKELY else 0
    return ReviewLine(number, row, kind, typed(row.parts, kind == BAN), row.when, row.listed, row.text, sure, errors)


def _silent(line: ReviewLine) -> bool:
    """Whether a clause is to be heard and nothing is written that could be."""
    return line.kind in (RULE, BAN) and not line.parts
