"""What a difference in log-probability is worth: phrases and look-alikes, rendered, heard and held against their sound."""
