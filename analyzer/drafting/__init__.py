"""From a company's written standard to the first draft of a lexicon: every step a guess that says why."""
