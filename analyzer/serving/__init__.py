"""Our own engine for other machines. See README.md."""
