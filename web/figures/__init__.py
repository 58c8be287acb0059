"""The arithmetic of the scorecards: frames in, tables out, nothing else (see README.md)."""
