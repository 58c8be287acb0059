"""People's rights in their data: retention, legal holds, export and erasure on request."""
