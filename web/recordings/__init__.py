"""Recordings: list, page, audio."""
