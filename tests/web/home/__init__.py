"""Where work begins."""
