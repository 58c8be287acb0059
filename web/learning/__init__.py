"""Reviewers' decisions as training text of the company: which words they were about, and when it was last learnt."""
