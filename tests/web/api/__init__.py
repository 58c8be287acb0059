"""The REST API: who may ask, what is answered, how it fails."""
