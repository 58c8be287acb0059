"""How many reviews the work list needs to find what is bad, beside a random order."""
