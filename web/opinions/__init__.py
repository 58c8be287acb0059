"""Proposals of a local language model for what only a person may judge."""
