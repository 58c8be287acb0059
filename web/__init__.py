"""The site: uploads, queue, review. Not built yet (issue 4); the analyzer works without it."""
