"""The words that columns hold: the analyzer's kind and way of a clause, role of a speaker and verdict, and people's own verdict."""

from __future__ import annotations

from analyzer.domain import How, Kind, Role
from analyzer.domain import Verdict as VerdictWord

__all__ = ["MEANS", "NOTHING", "NOT_SEEN", "How", "Kind", "Role", "VerdictWord"]

NOTHING = "nothing"  # a verdict without any words: not said
MEANS = ("words", "sound", "meaning", NOTHING)  # what a verdict rests on, from what is surest
NOT_SEEN = "not_seen"  # a person's word on what no ear can check: nobody saw it, it is in no score (the analyzer never says it)
