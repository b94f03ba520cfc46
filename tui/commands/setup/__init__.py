"""Commands about the program itself: its settings, this terminal, your shell."""
