"""The manuals, on the site."""
