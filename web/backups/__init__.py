"""Backups: of the database, consistent with the audio; taken back; made every night."""
