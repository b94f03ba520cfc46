"""Events and values over time."""
