"""Questions as text: parsing, writing, and the words for their numbers."""
