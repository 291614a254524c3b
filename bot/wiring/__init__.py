"""Opens each outside part, for app.py to join."""
