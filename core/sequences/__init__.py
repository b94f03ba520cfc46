"""Finding the attempts of a funnel in one person's events."""
