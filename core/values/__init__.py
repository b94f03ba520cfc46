"""JSON values: their text, and how our SQL functions see them."""
