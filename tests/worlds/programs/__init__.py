"""Programs that run beside each other, or are killed."""
