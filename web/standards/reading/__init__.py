"""A standard as everybody reads it, and how its rules stand."""
