"""From an audio file to a judged Analysis; knows no web, no database, no technician."""
