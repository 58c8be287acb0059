"""The analyzer's words that columns hold: kind and way of a clause, role of a speaker, and a verdict's word."""

from __future__ import annotations

from analyzer.domain import How, Kind, Role
from analyzer.domain import Verdict as VerdictWord

__all__ = ["How", "Kind", "Role", "VerdictWord"]
