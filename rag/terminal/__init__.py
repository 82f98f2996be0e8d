"""The terminal: commands, what they print, as text or as JSON."""
