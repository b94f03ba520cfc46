"""One file per display."""
