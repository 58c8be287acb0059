"""What customers talk about, and how people talk."""
