"""The pages of a company's standard: read, try, import, edit, publish, run over the archive."""
