"""A real terminal for the explorer, and the screen it draws."""
