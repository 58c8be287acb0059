"""What the archive, the queue and the engines carry: measured to a million rows and by a simulation to a thousand workers."""
