"""What strangers may send: hostile values in every route, file, list and document. Nothing of it may end in a traceback."""
