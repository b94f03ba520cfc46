"""The base classes of pages: frame, questions, places and lists of people."""
