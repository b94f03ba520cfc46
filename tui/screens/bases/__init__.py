"""What pages are built on: frame, questions, places and lists of people. No base is a page."""
