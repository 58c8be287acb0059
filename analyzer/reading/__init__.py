"""Reads what was said for its meaning, in words that no lexicon holds."""

from analyzer.reading.features import Page, last_words
from analyzer.reading.grams import grams
from analyzer.reading.library import NO_READERS, Library, Sense, library_of
from analyzer.reading.windows import windows

__all__ = ["NO_READERS", "Library", "Page", "Sense", "grams", "last_words", "library_of", "windows"]
