"""Try a phrase: what matches, syllable by syllable, and the verdict as it would be."""
