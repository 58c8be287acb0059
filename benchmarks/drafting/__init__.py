"""How much of a written standard a draft recognises: `python -m benchmarks drafting`."""
