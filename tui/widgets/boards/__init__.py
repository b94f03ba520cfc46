"""What lies on the page of a board: its tiles, notes and tabs."""
