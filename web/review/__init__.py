"""What people decide about verdicts."""
