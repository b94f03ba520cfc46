"""One file per place or page."""
