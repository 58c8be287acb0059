"""From files and analyses to rows."""
