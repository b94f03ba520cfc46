"""Questions answered by SQLite, over the workspace file."""
