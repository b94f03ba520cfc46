"""Forms over questions: what can be set in one, and the screen that builds it."""
