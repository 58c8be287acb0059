"""The week's digest, as a page and by mail."""
