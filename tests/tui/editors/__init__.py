"""Forms over questions."""
