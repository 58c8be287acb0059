"""Written standards: the notation of phrases, the loader and the check of lexicons."""
