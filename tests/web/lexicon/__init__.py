"""The company's own standards."""
