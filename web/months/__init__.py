"""Published months."""
