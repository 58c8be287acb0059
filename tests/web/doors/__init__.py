"""What strangers may send, at every door: in requests, files, lists and documents."""
