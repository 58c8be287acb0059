"""The system page."""
