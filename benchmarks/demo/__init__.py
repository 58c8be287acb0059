"""The sound of the demo archive: which of its stories are spoken, by whom, and the package of data that comes of it."""
