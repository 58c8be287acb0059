"""Normalised characters, their syllables and words."""

from analyzer.text.normalise import NORMALISER, Break, Normalised, normalise
from analyzer.text.simplify import simplify, simplify_same_length

__all__ = ["NORMALISER", "Break", "Normalised", "normalise", "simplify", "simplify_same_length"]
