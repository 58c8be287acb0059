"""Try a phrase."""
