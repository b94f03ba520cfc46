"""Text as people have it: encodings, delimiters, dates, numbers, and which column means what."""
