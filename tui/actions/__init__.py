"""What keys do to a page: edits, saving, exporting, and what leads on from it."""
