"""The analyzer's words that columns hold: kind and way of a clause, role of a speaker, and a verdict's word."""

from __future__ import annotations

from analyzer.domain import How, Kind, Role
from analyzer.domain import Verdict as VerdictWord

__all__ = ["MEANS", "NOTHING", "How", "Kind", "Role", "VerdictWord"]

NOTHING = "nothing"  # a verdict without any words: not said
MEANS = ("words", "sound", "meaning", NOTHING)  # what a verdict rests on, from what is surest
