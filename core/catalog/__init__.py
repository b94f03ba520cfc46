"""The catalog of a workspace: its events, fields, values and people by name."""
