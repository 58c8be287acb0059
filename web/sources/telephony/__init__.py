"""Call records of telephone systems."""
