"""What machines ask of the site: does it live, is it ready, how is the work going."""
