"""Weights, penalties, marks and switches of a draft, with what they would change."""
