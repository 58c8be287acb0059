"""The pages of the standard."""
