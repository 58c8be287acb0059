"""The process that hears and judges recordings, and does the chores."""
