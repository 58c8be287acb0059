"""A clause's line as its reader is told of it: a technician what was decided, nobody without the right private words."""

from __future__ import annotations

from dataclasses import replace

from web.intake.analysis import Hit
from web.intake.private import hide
from web.kit.access import reads_private, told_decided
from web.kit.login import Viewer
from web.models.vocabulary import Kind, VerdictWord
from web.review.lines import ClauseLine
from web.review.panel import SignedEdition


def told(line: ClauseLine, viewer: Viewer, *, suspicions: bool = True) -> ClauseLine:
    """`suspicions`: whether a technician is told of words that are suspected and that nobody decided (the standard's policy)."""
    if told_decided(viewer):
        line = _decided(line)
        if not suspicions and line.kind == Kind.FORBIDDEN and line.final == VerdictWord.CANNOT_JUDGE:
            line = replace(line, reason="", hits=(), hit_count=0, nearest=None, suspicion=False)
    return line if reads_private(viewer) else _discreet(line)


def told_edition(edition: SignedEdition, viewer: Viewer) -> SignedEdition:
    if told_decided(viewer):
        edition = replace(edition, machine_score=None)
    if reads_private(viewer):
        return edition
    return replace(edition, note=hide(edition.note), reopen_reason=hide(edition.reopen_reason))


def hit_without_words(hit: Hit) -> Hit:
    """A hit whose quotation has no private words."""
    return replace(hit, quote=hide(hit.quote), note=hide(hit.note))


def _decided(line: ClauseLine) -> ClauseLine:
    """The line as if what people took back had never been said of him: neither words nor reason nor history of it."""
    overruled = line.human is not None and line.human != line.machine
    acquitted = line.kind == Kind.FORBIDDEN and line.final != VerdictWord.MISSED
    if not (overruled or acquitted):
        return line
    hits = () if acquitted else tuple(replace(hit, suspicion=False) for hit in line.hits)
    if not overruled:
        return replace(line, hits=hits, hit_count=len(hits), nearest=None)
    return replace(
        line,
        machine=None,
        machine_credit=None,
        suspicion=False,
        reason="",
        hits=hits,
        hit_count=len(hits),
        nearest=None,
        searched=(),
        history=tuple(
            replace(e, machine=None, before=e.after)
            for e in line.history
            if e.after == line.final and e.action != "withdraw"
        ),
    )


def _discreet(line: ClauseLine) -> ClauseLine:
    return replace(
        line,
        reason=hide(line.reason),
        hits=tuple(hit_without_words(hit) for hit in line.hits),
        nearest=None if line.nearest is None else hit_without_words(line.nearest),
        history=tuple(replace(e, note=hide(e.note)) for e in line.history),
        appeals=tuple(replace(a, text=hide(a.text), resolution=hide(a.resolution)) for a in line.appeals),
    )
