"""Transcripts of other systems, turned into the plain form that `analyzer.serial.hearing` reads."""

from analyzer.serial.foreign.known import recognised
from analyzer.serial.foreign.subtitles import from_subtitles, is_subtitles

__all__ = ["from_subtitles", "is_subtitles", "recognised"]
