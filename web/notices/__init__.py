"""Notices: what happened that concerns somebody, on the site, by mail and in a group."""
