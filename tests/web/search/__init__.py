"""Finding what was said, and who or what is named."""
