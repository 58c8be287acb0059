"""Webhooks: other systems are told of what happened, signed, until they have taken it."""
