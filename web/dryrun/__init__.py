"""Dry runs of drafts over what was stored, and judging again after a publication."""
