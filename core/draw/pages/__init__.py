"""A board as a file for others: a page of HTML, a picture, Markdown."""
