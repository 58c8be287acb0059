"""This pipeline beside what a user would otherwise pick, on the same weights and the same audio."""
