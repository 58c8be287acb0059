"""The processes of the site."""
