"""What a workspace holds by name: its events, fields, values and people."""
