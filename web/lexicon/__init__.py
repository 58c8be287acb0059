"""The company's standards: drafts, versions, what is wrong with them, and their text."""
