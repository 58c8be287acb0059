"""The stored summaries that scorecards, months, topics and the digest read."""
