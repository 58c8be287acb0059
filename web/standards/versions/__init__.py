"""Versions of a standard: the list, two side by side, publishing, retiring, files in and out."""
