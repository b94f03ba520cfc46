"""Who comes back, and what they are worth over time."""
