"""What keys do to a page: edits, saving, exporting and related questions."""
