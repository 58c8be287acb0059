"""The REST API, its tokens, and the document that describes it."""
