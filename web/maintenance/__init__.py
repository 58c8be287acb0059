"""Keeping the site in health."""
