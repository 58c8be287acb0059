"""Dry runs of a draft and judging again after a publication."""
