"""Who comes back, and their value over time."""
