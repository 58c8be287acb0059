"""Scorecards as XLSX and CSV: rows in, bytes out (see README.md)."""
