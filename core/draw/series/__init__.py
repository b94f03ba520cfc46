"""Series as lines and bars, over axes of time and value."""
