"""Tests of web/notices."""
