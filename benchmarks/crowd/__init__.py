"""People who upload, look, decide and export at once on the archive of `benchmarks pages`: errors, memory, nothing lost."""
