"""The workspace file: its tables, and everything that writes to it."""
