"""Import a written standard: paste or upload, review every guess, make a draft."""
